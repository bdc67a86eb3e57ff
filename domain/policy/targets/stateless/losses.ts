/** Losses of a point without connection state: the policies compared with what was said, each difference put down to its rule. */
import type { Inventory } from '../../../context/inventory.ts';
import { type Box, networkDimensions } from '../../boxes.ts';
import { clausesOf, type NetworkClause } from '../../clauses.ts';
import { comparedBox, completeClauses, firstMatch, ruleReading, wholeBox } from '../../compare.ts';
import { buildDiagram, newStore } from '../../diagram.ts';
import { element } from '../../element.ts';
import { coversOf, findDifferences } from '../../losses.ts';
import { isEqual } from '../../intervals.ts';
import type { Decision, Policy } from '../../model.ts';
import { requestMaker } from '../../request-text.ts';
import { resolver } from '../../resolve.ts';
import { spaceOf } from '../../space.ts';
import type { Loss, TargetName } from '../target.ts';
import type { Inexact } from './lines.ts';

type Said = { readonly lines: readonly { readonly box: Box; readonly decision: Decision }[]; readonly inexact: readonly Inexact[] };

/** At most one loss for each rule and direction: those that make a difference, with a request that shows it. */
export function statelessLosses(
  target: TargetName,
  policies: readonly Policy[],
  inventory: Inventory,
  { lines, inexact }: Said,
): readonly Loss[] {
  const resolve = resolver(inventory);
  const meant = clausesOf(policies, resolve);
  const whole = comparedBox(meant);
  const candidates = candidatesOf(inexact.filter(({ about }) => about !== 'flow' || !isEqual(whole.flow, wholeBox.flow)));
  if (candidates.length === 0) return [];
  const expected = completeClauses(meant);
  const actual = lines.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box }));
  const covers = coversOf(candidates, policies, resolve);
  const boxes = [...expected, ...actual, ...covers.clauses].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, whole));
  const said = buildDiagram(
    store,
    actual,
    firstMatch((index) => element(lines, index).decision),
  );
  const roots = [
    buildDiagram(store, expected, ruleReading(meant.rules)),
    said,
    buildDiagram(store, covers.clauses, covers.reading),
  ] as const;
  const { covered } = findDifferences(store, [...roots], candidates);
  const make = requestMaker(store.space, inventory, meant.timezone);
  return candidates.flatMap((loss, number) => {
    const leaf = covered.get(number);
    return leaf === undefined ? [] : [{ target, ...loss, witness: make(leaf.path) }];
  });
}

type Candidate = Omit<Loss, 'target' | 'witness'>;

function candidatesOf(inexact: readonly Inexact[]): readonly Candidate[] {
  const grouped = new Map<string, { readonly first: Inexact; readonly reasons: Set<string> }>();
  for (const each of inexact) {
    const key = `${each.rule} ${each.covers ?? ''}`;
    const held = grouped.get(key) ?? { first: each, reasons: new Set() };
    held.reasons.add(each.reason);
    grouped.set(key, held);
  }
  return [...grouped.values()].flatMap(({ first: { rule, covers }, reasons }) =>
    (['over-permits', 'under-permits'] as const).map((direction): Candidate => {
      const loss = { rule, direction, reason: [...reasons].join('; ') };
      return covers === undefined ? loss : { ...loss, covers };
    }),
  );
}
