/** How two versions of a playbook differ in what they say, for a person who is about to publish one of them. */
import { canonicalJson } from '../../digest.ts';
import type { Json } from '../../json.ts';
import type { Plan } from '../plan.ts';

/** `what`: `step isolate`, `input host`, `triggers`. */
export type PlanDifference = { readonly change: 'added' | 'removed' | 'changed'; readonly what: string };

export function planDifferences(before: Plan, after: Plan): readonly PlanDifference[] {
  return [
    ...wholes(before, after),
    ...parts('input', before.inputs, after.inputs),
    ...parts('step', authored(before), authored(after)),
    ...parts('output', before.outputs, after.outputs),
  ];
}

function wholes(before: Plan, after: Plan): readonly PlanDifference[] {
  return (['title', 'description', 'owner', 'tags', 'triggers', 'start'] as const).flatMap((what) =>
    same(before[what], after[what]) ? [] : [{ change: 'changed' as const, what }],
  );
}

/** What the compiler made of `on_failure` and the like belongs to the step before the dot. */
function authored({ steps }: Plan): { readonly [id: string]: unknown } {
  const whole: { [id: string]: unknown[] } = {};
  for (const step of Object.values(steps)) (whole[step.id.split('.')[0] ?? ''] ??= []).push(step);
  return whole;
}

function parts(
  kind: string,
  before: { readonly [name: string]: unknown },
  after: { readonly [name: string]: unknown },
): readonly PlanDifference[] {
  const changed = Object.entries(after).flatMap(([name, value]): readonly PlanDifference[] => {
    if (!Object.hasOwn(before, name)) return [{ change: 'added', what: `${kind} ${name}` }];
    return same(before[name], value) ? [] : [{ change: 'changed', what: `${kind} ${name}` }];
  });
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return [...changed, ...removed.map((name) => ({ change: 'removed' as const, what: `${kind} ${name}` }))];
}

const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);
const textOf = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value ?? null)) as Json);
