/**
 * A budget on what a policy may allow, kept in the policy itself, so that no version widens it silently: to allow more, somebody must
 * write a larger budget, and that is what a reviewer reads.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { Policy, PolicyBudget } from '../model.ts';
import { grantSizes, printGrants } from './grants/permissiveness.ts';
import { permissiveness } from './permissiveness.ts';
import { printSize } from './size.ts';

export type Overrun = { readonly family: keyof PolicyBudget; readonly text: string };

/** What the policy's own rules allow beyond its budget. Throws what `permissiveness` throws. */
export function overrunsOf(policy: Policy, inventory: Inventory): readonly Overrun[] {
  const { budget } = policy;
  if (budget === undefined) return [];
  return [...networkOverruns(policy, budget, inventory), ...grantOverruns(policy, budget, inventory)];
}

function networkOverruns(policy: Policy, budget: PolicyBudget, inventory: Inventory): readonly Overrun[] {
  if (budget.ipv4 === undefined && budget.ipv6 === undefined) return [];
  const allowed = permissiveness([policy], inventory);
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const most = budget[family];
    const size = allowed[family];
    // Half the smallest step that people write: 2^40.04 is what they read as 2^40.0.
    if (most === undefined || size.bits <= most + 0.05) return [];
    return [{ family, text: `policy \`${policy.policy}\` allows ${printSize(size)} of ${family}, its budget is 2^${most}` }];
  });
}

function grantOverruns(policy: Policy, budget: PolicyBudget, inventory: Inventory): readonly Overrun[] {
  if (budget.access === undefined && budget.ai === undefined) return [];
  const sizes = grantSizes([policy], inventory);
  return (['access', 'ai'] as const).flatMap((family) => {
    const [most, size] = [budget[family], sizes[family]];
    if (most === undefined || size === undefined || size.grants <= most) return [];
    return [{ family, text: `policy \`${policy.policy}\` allows ${printGrants(family, size)}, its budget is ${most}` }];
  });
}

/** Throws `policy-budget-exceeded`. */
export function requireBudget(policy: Policy, inventory: Inventory): void {
  const overruns = overrunsOf(policy, inventory);
  if (overruns.length > 0)
    throw new EdictError('policy-budget-exceeded', overruns.map(({ text }) => text).join('; '), {
      where: '/budget',
      help: 'narrow its rules, or write a larger budget into the policy for a reviewer to see',
    });
}
