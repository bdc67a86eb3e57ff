/**
 * A connection between two hosts that are both filtered is asked about twice: where it leaves, and where it arrives. Each way is an
 * ordered first-match list of its own; what a list does not speak of it does not filter.
 */
import { EdictError } from '../../../errors.ts';
import { type Box, intersectBoxes, isEmpty, networkDimensions } from '../../boxes.ts';
import type { NetworkClause } from '../../clauses.ts';
import { firstMatch, wholeBox } from '../../compare.ts';
import { buildDiagram, newStore } from '../../diagram.ts';
import { element } from '../../element.ts';
import type { Decision } from '../../model.ts';
import { spaceOf } from '../../space.ts';
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

/**
 * The one meaning of two lists that are both there because either end of a connection may be the filtered one. Where they disagree, a
 * connection would be decided by where it is looked at: that is no artifact that anybody can vouch for.
 */
export function agreeing(arriving: readonly ReadRule[], leaving: readonly ReadRule[], file: string): readonly ReadRule[] {
  const [into, out] = [arriving, leaving].map((list) => list.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box })));
  if (into === undefined || out === undefined) return arriving;
  const boxes = [...into, ...out].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, wholeBox));
  const read = (list: readonly ReadRule[]) => firstMatch((rule) => element(list, rule).decision);
  const [first, second] = [buildDiagram(store, into, read(arriving)), buildDiagram(store, out, read(leaving))];
  if (first.some((root, part) => root !== second[part]))
    throw new EdictError('artifact-unreadable', 'the rules for arriving and for leaving connections disagree', {
      where: file,
      expected: 'one decision, whichever end it is asked at',
    });
  return arriving;
}
