/** Where a target does otherwise than the rules say: differences between two diagrams, each put down to the declared loss that covers it. */
import { element } from './element.ts';
import { type Box, everything, intersectBoxes } from './boxes.ts';
import { allRules, boxOf, matchBox, type NetworkClause, serviceReader } from './clauses.ts';
import { type Path, walkDifferences } from './compare.ts';
import type { Reading, Roots, Store } from './diagram.ts';
import { EdictError } from '../errors.ts';
import type { Decision, NetworkRule, Policy } from './model.ts';
import type { Resolve } from './resolve.ts';
import { parsePorts } from './request/flow.ts';
import type { Loss, LossPart } from './targets/target.ts';

export type Leaf = { readonly path: Path; readonly expected: Decision; readonly actual: Decision };

export type Covers = { readonly clauses: readonly NetworkClause[]; readonly reading: Reading };

/** How much each decision lets through: what nobody decides lies between. */
const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

function directionOf({ expected, actual }: Leaf): Loss['direction'] {
  return permits[actual] > permits[expected] ? 'over-permits' : 'under-permits';
}

/**
 * A loss covers its rule where the rule's timed exceptions lie, whatever the time; a rule without any is covered whole. One whose
 * loss says so is covered between all of its places, whatever the service (a target may know only whole protocols), or for some
 * services and source ports. A loss about what no rule speaks of covers that, everywhere.
 */
export function coversOf(losses: readonly Pick<Loss, 'rule' | 'covers'>[], policies: readonly Policy[], resolve: Resolve): Covers {
  const rules = new Map(allRules(policies).map(({ id, rule }) => [id, rule]));
  const words = { resolve, services: serviceReader() };
  const boxes = losses.flatMap((loss, number) => {
    const rule = rules.get(loss.rule);
    if (rule === undefined) throw new EdictError('policy-invalid', `a loss names rule \`${loss.rule}\`, which is in no policy`);
    return lossBoxes(rule, words, loss.covers).map((box) => ({ box, number }));
  });
  return {
    clauses: boxes.map(({ box }, rule) => ({ role: 'match', rule, box })),
    reading: { group: () => 0, decide: (alive) => [...new Set(alive.map(({ rule }) => element(boxes, rule).number))].join(' ') },
  };
}

function lossBoxes(rule: NetworkRule, words: Parameters<typeof boxOf>[1], covers: Loss['covers']): readonly Box[] {
  if (covers === 'unspoken') return [everything];
  if (covers === 'rule') return [partBox(rule, words, {})];
  if (covers !== undefined) return [partBox(rule, words, covers)];
  const timed = (rule.except ?? []).filter(({ during }) => during !== undefined);
  return timed.length === 0
    ? [matchBox(rule.match, words)]
    : timed.map((except) => intersectBoxes(matchBox(rule.match, words), boxOf(except, words)));
}

function partBox(rule: NetworkRule, words: Parameters<typeof boxOf>[1], { from, to, service = 'any', sourcePorts }: LossPart): Box {
  const places = boxOf({ from: rule.match.from, to: rule.match.to, service }, words);
  const box = from === undefined && to === undefined ? places : intersectBoxes(places, boxOf({ from, to }, words));
  return sourcePorts === undefined ? box : { ...box, sourcePort: parsePorts(sourcePorts) };
}

/** Whether a loss that covers the place accounts for the difference there. */
export function fits({ direction, covers }: Pick<Loss, 'direction' | 'covers'>, leaf: Leaf): boolean {
  return direction === directionOf(leaf) && (covers !== 'unspoken' || leaf.expected === 'not-applicable');
}

export type Found = {
  /** The first difference that no loss covers. */
  readonly uncovered: Leaf | undefined;
  /** For each loss, by number: a difference that it covers. */
  readonly covered: ReadonlyMap<number, Leaf>;
};

/** `roots`: what is expected, what is, and the covers. */
export function findDifferences<Name extends string>(
  store: Store<Name>,
  roots: [Roots, Roots, Roots],
  losses: readonly Pick<Loss, 'direction' | 'covers'>[],
): Found {
  const covered = new Map<number, Leaf>();
  let uncovered: Leaf | undefined;
  walkDifferences(store, roots, ([before, after, cover = ''], path) => {
    const leaf = { path, expected: before as Decision, actual: after as Decision };
    const covering = cover === '' ? [] : cover.split(' ').map(Number);
    const fitting = covering.filter((number) => fits(element(losses, number), leaf));
    for (const number of fitting) if (!covered.has(number)) covered.set(number, leaf);
    if (fitting.length === 0) uncovered = leaf;
    return uncovered !== undefined;
  });
  return { uncovered, covered };
}
