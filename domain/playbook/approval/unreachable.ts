/**
 * Approvals that nobody can give, as far as the people are known: a quorum larger than those who are ever asked, people who are not there,
 * and those where only who starts the playbook could vote. Pure; people come and go, so it is a warning, never a fault.
 */
import type { ApprovalStep, Plan } from '../plan.ts';

export type KnownPerson = { readonly id: string; readonly roles: readonly string[]; readonly disabled: boolean };
export type Unreachable = { readonly step: string; readonly why: string };

/** `people`: those who may vote at all; disabled ones count as nobody. */
export function unreachableApprovals(plan: Pick<Plan, 'steps' | 'triggers'>, people: readonly KnownPerson[]): readonly Unreachable[] {
  const there = people.filter(({ disabled }) => !disabled);
  return Object.values(plan.steps).flatMap((step) => {
    if (step.kind !== 'approval') return [];
    return [...strangers(step, there), ...outOfReach(plan, step, there)].map((why) => ({ step: step.id, why }));
  });
}

function strangers(step: ApprovalStep, people: readonly KnownPerson[]): readonly string[] {
  const { named } = everAsked(step);
  return named.filter((id) => !people.some((person) => person.id === id)).map((id) => `it asks \`${id}\`, whom nobody knows`);
}

function outOfReach(plan: Pick<Plan, 'triggers'>, step: ApprovalStep, people: readonly KnownPerson[]): readonly string[] {
  const { roles, named } = everAsked(step);
  const voters = people.filter((person) => named.includes(person.id) || person.roles.some((role) => roles.includes(role)));
  const quorum = step.quorum.is === 'value' && typeof step.quorum.value === 'number' ? step.quorum.value : 1;
  if (voters.length < quorum)
    return [`it takes ${quorum} and ${voters.length === 0 ? 'nobody' : voters.map(({ id }) => `\`${id}\``).join(' and ')} can give it`];
  const starters = people.filter((person) => startsIt(plan, person));
  const stuck = starters.filter(({ id }) => voters.filter((voter) => voter.id !== id).length < quorum).map(({ id }) => `\`${id}\``);
  if (stuck.length === 0) return [];
  const alone = stuck.length === starters.length && plan.triggers.every(({ kind }) => kind === 'manual');
  return [
    alone
      ? 'whoever starts the playbook is needed to approve it, and may not'
      : `when ${stuck.join(' or ')} starts the playbook nobody else can give it`,
  ];
}

function startsIt({ triggers }: Pick<Plan, 'triggers'>, { roles }: KnownPerson): boolean {
  return triggers.some((trigger) => trigger.kind === 'manual' && trigger.roles.some((role) => roles.includes(role)));
}

function everAsked({ roles, people = [], escalate = [] }: ApprovalStep): {
  readonly roles: readonly string[];
  readonly named: readonly string[];
} {
  const rungs = [escalate].flat();
  return { roles: [...roles, ...rungs.flatMap(({ to }) => to)], named: [...people, ...rungs.flatMap((rung) => rung.people ?? [])] };
}
