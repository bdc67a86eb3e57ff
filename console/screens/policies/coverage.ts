/** At how many enforcement points a policy should be in force, and at how many of them it is. */
import type { Point } from '../../../api/contract/points.ts';

export type Coverage = { readonly points: number; readonly inForce: number };

export function coverageOf(policy: string, points: readonly Point[]): Coverage {
  const held = points.filter(({ desired }) => desired.policyVersions.some((one) => one.policy === policy));
  return { points: held.length, inForce: held.filter(({ health }) => health === 'in-force').length };
}
