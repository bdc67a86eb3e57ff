/**
 * What a rulebase leaves out because the device has no words for it, as losses: the policies are compared with the lines that could be
 * said, and each rule that was cut short and makes a difference gets a request that shows it.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { element } from '../../element.ts';
import { type Box, everything, networkDimensions } from '../../boxes.ts';
import { allRules, clausesOf, type NetworkClause } from '../../clauses.ts';
import { comparedBox, completeClauses, firstMatch, ruleReading } from '../../compare.ts';
import { buildDiagram, newStore } from '../../diagram.ts';
import { type ConnectionState, flowSet } from '../../request/flow.ts';
import { coversOf, findDifferences } from '../../losses.ts';
import type { Decision, NetworkRule, Policy } from '../../model.ts';
import { requestMaker } from '../../request-text.ts';
import { resolver } from '../../resolve.ts';
import { spaceOf } from '../../space.ts';
import type { Loss, TargetName } from '../target.ts';
import { type Omission, sessionFlow } from './lines.ts';

export type Said = {
  readonly lines: readonly { readonly box: Box; readonly decision: Decision }[];
  readonly isOpen: boolean;
};

/** One loss for each rule whose omissions make a difference. */
export function omissionLosses(
  target: TargetName,
  omissions: readonly Omission[],
  said: Said,
  { policies, inventory }: { readonly policies: readonly Policy[]; readonly inventory: Inventory },
): readonly Loss[] {
  const candidates = candidatesOf(omissions, new Map(allRules(policies).map(({ id, rule }) => [id, rule])));
  if (candidates.length === 0) return [];
  const resolve = resolver(inventory);
  const meant = clausesOf(policies, resolve);
  const expected = completeClauses(meant);
  const lines = [...sessions, ...said.lines, ...(said.isOpen ? [] : [{ box: atSessions, decision: 'deny' as const }])];
  const actual = lines.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box }));
  const covers = coversOf(candidates, policies, resolve);
  const boxes = [...expected, ...actual, ...covers.clauses].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, comparedBox(meant)));
  const { covered } = findDifferences(
    store,
    [
      buildDiagram(store, expected, ruleReading(meant.rules)),
      buildDiagram(
        store,
        actual,
        firstMatch((index) => element(lines, index).decision),
      ),
      buildDiagram(store, covers.clauses, covers.reading),
    ],
    candidates,
  );
  const make = requestMaker(store.space, inventory, meant.timezone);
  return candidates.flatMap((loss, number) => {
    const leaf = covered.get(number);
    return leaf === undefined ? [] : [{ target, ...loss, witness: make(leaf.path) }];
  });
}

function isTimed({ except = [] }: NetworkRule): boolean {
  return except.some(({ during }) => during !== undefined);
}

type Candidate = Omit<Loss, 'target' | 'witness'>;

/** A rule's omissions are one loss for each direction and part of it, however many they are. */
function candidatesOf(omissions: readonly Omission[], rules: ReadonlyMap<string, NetworkRule>): readonly Candidate[] {
  const byLoss = new Map<string, { readonly omission: Omission; readonly reasons: Set<string> }>();
  for (const omission of omissions) {
    const key = JSON.stringify([omission.rule, omission.direction, omission.covers]);
    const held = byLoss.get(key) ?? { omission, reasons: new Set() };
    held.reasons.add(omission.reason);
    byLoss.set(key, held);
  }
  return [...byLoss.values()].map(({ omission, reasons }) => {
    const covers = coversOfOmission(omission, rules.get(omission.rule));
    const { rule, direction } = omission;
    return { rule, direction, reason: [...reasons].join('; '), ...(covers === undefined ? {} : { covers }) };
  });
}

/** Unless it says more, a loss of a timed rule covers its timed exceptions alone, and what is left out here is not about time. */
function coversOfOmission({ covers }: Omission, rule: NetworkRule | undefined): Loss['covers'] {
  if (covers === 'unspoken' || rule === undefined) return covers;
  const { service } = rule.match;
  if (covers !== undefined) return { ...covers, service };
  return isTimed(rule) ? { service } : undefined;
}

const atSessions: Box = { ...everything, flow: sessionFlow };

const through = (...states: readonly ConnectionState[]): Box => ({ ...everything, flow: flowSet({ directions: ['forward'], states }) });

/** What a session-based device does before it asks its rulebase. */
const sessions: Said['lines'] = [
  { box: through('established', 'related'), decision: 'allow' },
  { box: through('invalid'), decision: 'deny' },
];
