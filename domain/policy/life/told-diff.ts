/** A difference between two states of policy as people are told it: what is decided otherwise, what became of each rule, and which exception ends when. */
import type { Inventory } from '../../context/inventory.ts';
import { diffPolicies, type RuleChange, type ShownRequest } from '../diff.ts';
import type { Decision, Policy, Request } from '../model.ts';
import { type ExceptionChange, exceptionChanges, exceptionChangeText } from './exception-changes.ts';

export type ToldExceptionChange = ExceptionChange & { readonly text: string };

export type ToldDiff = {
  /** Every complete request is decided as before. */
  readonly equal: boolean;
  /** Each request once. */
  readonly changes: readonly { readonly witness: Request; readonly from: Decision; readonly to: Decision; readonly text: string }[];
  readonly rules: readonly Pick<RuleChange, 'rule' | 'change'>[];
  readonly exceptions: readonly ToldExceptionChange[];
};

/** Throws what `diffPolicies` throws. */
export function tellDiff(before: readonly Policy[], after: readonly Policy[], inventory: Inventory): ToldDiff {
  const { equal, witness, rules } = diffPolicies(before, after, inventory);
  const shown = [witness, ...rules.map((rule) => rule.witness)].filter((one): one is ShownRequest => one !== undefined);
  const different = shown.filter((one) => one.before !== one.after);
  const changes = new Map(different.map(({ request, before: from, after: to, text }) => [text, { witness: request, from, to, text }]));
  return {
    equal,
    changes: [...changes.values()],
    rules: rules.map(({ rule, change }) => ({ rule, change })),
    exceptions: tellExceptions(before, after),
  };
}

export function tellExceptions(before: readonly Policy[], after: readonly Policy[]): readonly ToldExceptionChange[] {
  return exceptionChanges(before, after).map((change) => ({ ...change, text: exceptionChangeText(change) }));
}
