/**
 * What an approval shows beside its effects: what cannot be undone, who would feel it, and the risk that follows. The risk is high when
 * the playbook says so, when an effect cannot be undone, when a critical asset is in the blast radius, or more than 50 hosts are.
 */
import { actions, type ActionSpec } from '../actions.ts';
import type { ApprovalPlan, BlastRadius, Irreversible, PlannedEffect, Risk, Shown } from '../approval.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { ApprovalStep, Plan } from '../plan.ts';

/** More hosts than this in a blast radius are high risk. */
export const mostPeers = 50;

const undoActions: ReadonlySet<string> = new Set(Object.values(actions).flatMap((spec: ActionSpec) => spec.undo ?? []));

export type Asked = {
  readonly effects: readonly PlannedEffect[];
  readonly expiresAtMs: number;
  readonly blastRadius: readonly BlastRadius[];
};

/** Undefined for a plan that was compiled before it was bound. */
export function shownOf(plan: Pick<Plan, 'steps'>, step: ApprovalStep, asked: Asked): Shown | undefined {
  if (step.binds === undefined) return undefined;
  const irreversible = asked.effects.flatMap((effect) => irreversibleOf(plan, effect));
  const { expiresAtMs, blastRadius } = asked;
  return { expiresAtMs, risk: riskOf(step, irreversible, blastRadius), irreversible, blastRadius };
}

function riskOf({ risk }: ApprovalStep, irreversible: readonly Irreversible[], blastRadius: readonly BlastRadius[]): Risk {
  const wide = blastRadius.some(({ critical, peers }) => critical > 0 || peers > mostPeers);
  return risk === 'high' || irreversible.length > 0 || wide ? 'high' : 'normal';
}

/** Giving back what was taken needs no undo of its own; what only Edict keeps can be put right there. */
function irreversibleOf(plan: Pick<Plan, 'steps'>, { step, action, undo }: PlannedEffect): readonly Irreversible[] {
  const spec = Object.hasOwn(actions, action) ? (actions as { readonly [name: string]: ActionSpec })[action] : undefined;
  if (spec?.does !== 'effect' || undo !== undefined || undoActions.has(action)) return [];
  const planned = plan.steps[step.slice(step.lastIndexOf('.') + 1)];
  const reason = planned?.kind === 'action' ? planned.reason : undefined;
  return [{ step, reason: reason ?? 'the playbook gives no reason' }];
}

const words: ReadonlySet<string> = new Set([
  'text',
  'title',
  'reason',
  'comment',
  'note',
  'message',
  'body',
  'expect',
  'summary',
  'receipt',
]);

/** What an effect acts on, by name: assets, indicators, points, people. */
export function targetsOf({ params }: Pick<PlannedEffect, 'params'>): readonly string[] {
  return [
    ...new Set(
      Object.entries(params)
        .filter(([name]) => !words.has(name))
        .flatMap(([, value]) => namesIn(value)),
    ),
  ];
}

function namesIn(value: Json): readonly string[] {
  if (typeof value === 'string') return value === '' || value.length > 256 ? [] : [value];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  const { name, value: named } = value as JsonObject;
  return [name, named].filter((each) => typeof each === 'string');
}

/** All of it in words that follow from the plan alone. */
export function shownWith(plan: ApprovalPlan): {
  readonly targets: readonly string[];
  readonly reversible: boolean;
  readonly irreversible: readonly Irreversible[];
  readonly blastRadius: readonly BlastRadius[];
  readonly risk: Risk;
} {
  const irreversible = plan.shown?.irreversible ?? [];
  return {
    targets: [...new Set(plan.effects.flatMap(targetsOf))],
    reversible: irreversible.length === 0,
    irreversible,
    blastRadius: plan.shown?.blastRadius ?? [],
    risk: plan.shown?.risk ?? 'normal',
  };
}
