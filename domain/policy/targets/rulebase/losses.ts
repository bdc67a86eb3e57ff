/**
 * What a rulebase leaves out because the device has no words for it, as losses: the policies are compared with the lines that could be
 * said, and each rule that was cut short and makes a difference gets a request that shows it.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { element } from '../../element.ts';
import { type Box, everything, type Field, networkDimensions } from '../../boxes.ts';
import { allRules, type Clauses, clausesOf, type NetworkClause } from '../../clauses.ts';
import { comparedBox, completeClauses, firstMatch, ruleReading } from '../../compare.ts';
import { buildDiagram, newStore, type Store } from '../../diagram.ts';
import { type ConnectionState, flowSet } from '../../request/flow.ts';
import { type Covers, coversOf, findDifferences, type Found } from '../../losses.ts';
import type { Decision, NetworkRule, Policy } from '../../model.ts';
import { requestMaker } from '../../request-text.ts';
import { type Resolve, resolver } from '../../resolve.ts';
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
  const lines = [...sessions, ...said.lines, ...(said.isOpen ? [] : [{ box: atSessions, decision: 'deny' as const }])];
  const covers = coversOf(candidates, policies, resolve);
  const witnesses = new Map<number, Loss['witness']>();
  for (const whole of placesOf(omissions, comparedBox(meant), resolve)) {
    const { store, covered } = compareIn(whole, { meant, lines, covers, candidates });
    const make = requestMaker(store.space, inventory, meant.timezone);
    for (const [number, leaf] of covered) if (!witnesses.has(number)) witnesses.set(number, make(leaf.path));
  }
  return candidates.flatMap((loss, number) => {
    const witness = witnesses.get(number);
    return witness === undefined ? [] : [{ target, ...loss, witness }];
  });
}

/** Where omissions can make a difference: everywhere, unless all of them are about some addresses. */
function placesOf(omissions: readonly Omission[], compared: Box, resolve: Resolve): readonly Box[] {
  const places = new Map<string, Box>();
  for (const { covers } of omissions) {
    if (covers === undefined || covers === 'unspoken' || 'service' in covers) return [compared];
    const part = 'from' in covers ? { source: resolve(covers.from) } : { destination: resolve(covers.to) };
    places.set(JSON.stringify(covers), { ...compared, ...part });
  }
  return [...places.values()];
}

type Compared = {
  readonly meant: Clauses;
  readonly lines: Said['lines'];
  readonly covers: Covers;
  readonly candidates: readonly Candidate[];
};

function compareIn(whole: Box, { meant, lines, covers, candidates }: Compared): { readonly store: Store<Field> } & Pick<Found, 'covered'> {
  const expected = completeClauses(meant);
  const actual = lines.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box }));
  const boxes = [...expected, ...actual, ...covers.clauses].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, whole));
  const said = firstMatch((index) => element(lines, index).decision);
  const roots = [
    buildDiagram(store, expected, ruleReading(meant.rules)),
    buildDiagram(store, actual, said),
    buildDiagram(store, covers.clauses, covers.reading),
  ] as const;
  return { store, covered: findDifferences(store, [...roots], candidates).covered };
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
  if (covers !== undefined) return { service, ...covers };
  return isTimed(rule) ? { service } : undefined;
}

const atSessions: Box = { ...everything, flow: sessionFlow };

const through = (...states: readonly ConnectionState[]): Box => ({ ...everything, flow: flowSet({ directions: ['forward'], states }) });

/** What a session-based device does before it asks its rulebase. */
const sessions: Said['lines'] = [
  { box: through('established', 'related'), decision: 'allow' },
  { box: through('invalid'), decision: 'deny' },
];
