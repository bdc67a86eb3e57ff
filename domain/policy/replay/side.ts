/** What a replay tells of the requests that would be decided otherwise: how many, whose, and examples. */
import type { Asset } from '../../context/inventory.ts';
import { firstFew } from '../lists/first-few.ts';

export type Criticality = Asset['criticality'];

export type Change = {
  readonly principal: string;
  /** Recorded requests that are alike. */
  readonly count: number;
  /** Of what is asked for, or of who asks, whichever is more; absent where nothing is known of them. */
  readonly criticality?: Criticality | undefined;
};

export type ReplaySide<C extends Change> = {
  readonly requests: number;
  /** Whose they are, those with the most first. */
  readonly principals: readonly { readonly principal: string; readonly requests: number }[];
  /** The most critical first, of those the most frequent; at most 20. */
  readonly examples: readonly C[];
};

const mostExamples = 20;

const criticalities: readonly Criticality[] = ['low', 'medium', 'high', 'critical'];

export function sideOf<C extends Change>(changes: readonly C[]): ReplaySide<C> {
  const rankOf = ({ criticality }: Change) => (criticality === undefined ? -1 : criticalities.indexOf(criticality));
  const best = firstFew<C>(mostExamples, (one, other) => rankOf(other) - rankOf(one) || other.count - one.count);
  const whose = new Map<string, number>();
  let requests = 0;
  for (const change of changes) {
    requests += change.count;
    whose.set(change.principal, (whose.get(change.principal) ?? 0) + change.count);
    best.offer(change);
  }
  const principals = [...whose].map(([principal, count]) => ({ principal, requests: count }));
  return {
    requests,
    principals: principals.toSorted((a, b) => b.requests - a.requests || (a.principal < b.principal ? -1 : 1)),
    examples: best.kept,
  };
}

/** The most critical of several. */
export function mostCritical(found: readonly (string | undefined)[]): Criticality | undefined {
  return criticalities.findLast((criticality) => found.includes(criticality));
}
