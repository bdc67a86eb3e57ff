/** Runs the tests that are kept with a policy: on that policy alone, since that is what its author speaks of. */
import type { Inventory } from '../../context/inventory.ts';
import { decide, prepare } from '../decide.ts';
import type { Decision, Policy } from '../model.ts';

export type PolicyTestResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: Decision;
  readonly actual: Decision;
  /** Ids within the policy. */
  readonly determining: readonly string[];
  /** Why it did not pass. */
  readonly reason?: string | undefined;
};

export function runPolicyTests(policy: Policy, inventory: Inventory): readonly PolicyTestResult[] {
  const decider = prepare([policy], inventory);
  return policy.tests.map(({ name, request, decision, by }) => {
    const result = decide(decider, request);
    const determining = result.determining.map((id) => id.slice(policy.policy.length + 1));
    const missing = (by ?? []).filter((rule) => !determining.includes(rule));
    const reason = reasonOf({ expected: decision, actual: result.decision, missing, erring: result.erring });
    return {
      name,
      passed: reason === undefined,
      expected: decision,
      actual: result.decision,
      determining,
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

type Outcome = {
  readonly expected: Decision;
  readonly actual: Decision;
  readonly missing: readonly string[];
  readonly erring: readonly { readonly rule: string; readonly reason: string }[];
};

function reasonOf({ expected, actual, missing, erring }: Outcome): string | undefined {
  const why = erring.map(({ rule, reason }) => `; \`${rule}\` ${reason}`).join('');
  if (actual !== expected) return `expected ${expected}, got ${actual}${why}`;
  return missing.length === 0 ? undefined : `not determined by ${missing.map((rule) => `\`${rule}\``).join(', ')}${why}`;
}
