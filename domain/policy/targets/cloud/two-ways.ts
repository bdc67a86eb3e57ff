/**
 * A connection between two hosts that are both filtered is asked about twice: where it leaves, and where it arrives. Each way is an
 * ordered first-match list of its own; what a list does not speak of it does not filter.
 */
import { type Box, intersectBoxes, isEmpty } from '../../boxes.ts';
import type { Decision } from '../../model.ts';
import type { ReadRule } from '../target.ts';

/** It passes where neither way refuses it and one of them lets it in by name. */
export function bothWays(arriving: readonly ReadRule[], leaving: readonly ReadRule[]): readonly ReadRule[] {
  if (leaving.length === 0) return arriving;
  if (arriving.length === 0) return leaving;
  const pairs = arriving.flatMap((into) => leaving.flatMap((out) => pair(into, out)));
  return [...pairs, ...arriving, ...leaving];
}

/** In order of pairs: the first pair that matches is of the first that matches on either way. */
function pair(into: ReadRule, out: ReadRule): readonly ReadRule[] {
  const box: Box = intersectBoxes(into.box, out.box);
  if (isEmpty(box)) return [];
  return [{ box, decision: joined(into.decision, out.decision), ...(into.where === undefined ? {} : { where: into.where }) }];
}

function joined(into: Decision, out: Decision): Decision {
  if (into === 'deny' || out === 'deny') return 'deny';
  return into === 'allow' || out === 'allow' ? 'allow' : 'not-applicable';
}
