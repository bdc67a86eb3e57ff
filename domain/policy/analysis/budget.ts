/**
 * A budget on what a policy may allow, kept in the policy itself, so that no version widens it silently: to allow more, somebody must
 * write a larger budget, and that is what a reviewer reads.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { Policy } from '../model.ts';
import { permissiveness } from './permissiveness.ts';
import { printSize } from './size.ts';

export type Overrun = { readonly family: 'ipv4' | 'ipv6'; readonly text: string };

/** What the policy's own rules allow beyond its budget. Throws what `permissiveness` throws. */
export function overrunsOf(policy: Policy, inventory: Inventory): readonly Overrun[] {
  const { budget } = policy;
  if (budget === undefined) return [];
  const allowed = permissiveness([policy], inventory);
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const most = budget[family];
    const size = allowed[family];
    // Half the smallest step that people write: 2^40.04 is what they read as 2^40.0.
    if (most === undefined || size.bits <= most + 0.05) return [];
    return [{ family, text: `policy \`${policy.policy}\` allows ${printSize(size)} of ${family}, its budget is 2^${most}` }];
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
