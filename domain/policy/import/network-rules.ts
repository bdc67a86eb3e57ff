/**
 * An ordered first-match list into rules of the model, in which a deny goes before every allow whatever stands first:
 *
 * - What is refused and allowed by no later line is a claim, which any allow outweighs.
 * - What is refused ahead of a later allow is a deny; the lines that allow before it are its exceptions.
 * - What a line leaves to others is an exception of every later line.
 *
 * A line that asks for no connection state is one on new connections. "What belongs to a connection is accepted" needs no rule: it follows.
 */
import type { Inventory } from '../../context/inventory.ts';
import { families, inFamily } from '../addresses.ts';
import { type IntervalSet, intersect, isEqual, isSubset, subtract, union } from '../intervals.ts';
import type { NetworkRule, RuleExcept } from '../model.ts';
import { anyFlow, type ConnectionState, type Direction, directions, flowSet, states } from '../request/flow.ts';
import { servicesOf } from '../service-selector.ts';
import { anyMinute } from '../time-window.ts';
import type { Filter, FilterRule, Place, Unread } from './filter.ts';
import { beyond, isNowhere, meet, type Region, wholeOf } from './region.ts';
import { type Names, namesOf, portSelector, serviceSelectors, sidesOf, windowsOf } from './selectors.ts';

export type ImportedRules = {
  readonly rules: readonly NetworkRule[];
  /** What the rules were made of: the list that they must decide like. */
  readonly understood: readonly FilterRule[];
  readonly unread: readonly Unread[];
  /** Lines that say what the model takes for granted. */
  readonly implied: readonly Place[];
};

export function importRules({ rules: list, timezone = 'UTC' }: Filter, inventory: Inventory, requirement: string): ImportedRules {
  const said = list.filter(({ region }) => !isNowhere(region));
  const understood = seenOf(said.filter(({ region }) => beyond(region).length === 0));
  const named = namedStates(understood);
  const implied = understood.filter((rule) => isAnswers(rule) && !named.some((state) => speaksOf(rule, state)));
  const lines = mergeFamilies(understood.filter((rule) => !implied.includes(rule)));
  const words: Words = { names: namesOf(inventory), timezone };
  const drafts = withoutCovered(weigh(lines))
    .flatMap(splitHoles)
    .flatMap((draft) => byFlow(draft, named))
    .reduce<readonly Flowing[]>(mergeServices, [])
    .flatMap((draft) => rulesOf(draft, words));
  return {
    rules: numbered(drafts, requirement),
    understood,
    unread: said.filter(({ region }) => beyond(region).length > 0).map(leftOut),
    implied: implied.flatMap(({ where }) => (where === undefined ? [] : [where])),
  };
}

function leftOut({ region, decision, where }: FilterRule): Unread {
  const effect = decision === 'deny' ? 'more is allowed without it' : 'less is allowed without it';
  return { line: where?.line ?? 0, text: where?.text ?? '', reason: `a match on ${beyond(region).join(', ')}: ${effect}` };
}

/** `ct state established,related accept`, in any direction. */
function isAnswers({ region, decision }: FilterRule): boolean {
  const answers = flowSet({ states: ['established', 'related'] });
  const rest = (['service', 'sourcePort', 'minute'] as const).every(
    (field) => region[field] === undefined || isSubset(wholeOf(field), region[field]),
  );
  const everywhere = families.every((family) => isWholeOrNone(region, family));
  return decision === 'allow' && rest && everywhere && isSubset(region['flow'] ?? anyFlow, answers);
}

function isWholeOrNone({ source, destination }: Region, family: 4 | 6): boolean {
  return [source, destination].every((set) => {
    const own = inFamily(set ?? wholeOf('source'), family);
    return own.length === 0 || isEqual(own, inFamily(wholeOf('source'), family));
  });
}

/** States beside `new` that some line tells from the others: then every line has to say its own. */
function namedStates(rules: readonly FilterRule[]): readonly ConnectionState[] {
  const told = rules
    .filter((rule) => !isAnswers(rule))
    .flatMap((rule) => directions.map((direction) => statesIn(rule.region['flow'] ?? anyFlow, direction)));
  return states.filter(
    (state) => state !== 'new' && told.some((list) => list.length > 0 && !usual.has(list.join(' ')) && list.includes(state)),
  );
}

/** New connections with or without what belongs to them, or everything: what a line that asks for no state speaks of. */
const usual = new Set(['new', 'new established related', states.join(' ')]);

function statesIn(flow: IntervalSet, direction: Direction): readonly ConnectionState[] {
  return states.filter((state) => intersect(flow, flowSet({ directions: [direction], states: [state] })).length > 0);
}

function speaksOf({ region }: FilterRule, state: ConnectionState): boolean {
  return intersect(region['flow'] ?? anyFlow, flowSet({ states: [state] })).length > 0;
}

/** Once a line has decided every packet of a state, whatever it is, the lines behind it are not about that state any more. */
function seenOf(rules: readonly FilterRule[]): readonly FilterRule[] {
  const decided = new Map<4 | 6, IntervalSet>();
  return rules.flatMap((rule) => {
    const met = families.filter((family) => !isForeign(rule.region, family));
    const [first = [], ...others] = met.map((family) => decided.get(family) ?? []);
    const flow = subtract(rule.region['flow'] ?? anyFlow, others.reduce(intersect, first));
    if (flow.length === 0) return [];
    const left = { ...rule, region: { ...rule.region, flow } };
    for (const family of met.filter((each) => isOfFlowAlone(rule.region, each)))
      decided.set(family, union(decided.get(family) ?? [], flow));
    return [left];
  });
}

function isForeign({ source, destination }: Region, family: 4 | 6): boolean {
  return [source, destination].some((set) => set !== undefined && inFamily(set, family).length === 0);
}

function isOfFlowAlone(region: Region, family: 4 | 6): boolean {
  const free = (['service', 'sourcePort', 'minute'] as const).every(
    (field) => region[field] === undefined || isSubset(wholeOf(field), region[field]),
  );
  return free && isWholeOrNone(region, family);
}

type Line = { readonly region: Region; readonly decision: FilterRule['decision']; readonly where: Place | undefined };

/** A line for IPv4 and the next like it for IPv6 are one: no packet is of both. */
function mergeFamilies(rules: readonly FilterRule[]): readonly Line[] {
  const lines: Line[] = [];
  for (const { region, decision, where } of rules) {
    const last = lines.at(-1);
    const merged = last !== undefined && last.decision === decision ? mergedRegion(last.region, region) : undefined;
    if (merged === undefined) lines.push({ region, decision, where });
    else lines[lines.length - 1] = { region: merged, decision, where: last?.where };
  }
  return lines;
}

function mergedRegion(first: Region, second: Region): Region | undefined {
  const at = (region: Region, field: string) => region[field] ?? wholeOf(field);
  const same = ['service', 'sourcePort', 'flow', 'minute'].every((field) => isEqual(at(first, field), at(second, field)));
  const familiesIn = (region: Region) =>
    families.filter((family) => (['source', 'destination'] as const).every((side) => inFamily(at(region, side), family).length > 0));
  if (!same || familiesIn(first).some((family) => familiesIn(second).includes(family))) return undefined;
  const side = (field: 'source' | 'destination') =>
    union(ofFamilies(at(first, field), familiesIn(first)), ofFamilies(at(second, field), familiesIn(second)));
  return { ...first, source: side('source'), destination: side('destination') };
}

function ofFamilies(set: IntervalSet, met: readonly (4 | 6)[]): IntervalSet {
  return union(...met.map((family) => inFamily(set, family)));
}

type Draft = {
  readonly effect: NetworkRule['effect'];
  readonly region: Region;
  readonly holes: readonly Region[];
  readonly where: Place | undefined;
};

function weigh(lines: readonly Line[]): readonly Draft[] {
  return lines.flatMap(({ region, decision, where }, index): readonly Draft[] => {
    if (decision === 'not-applicable') return [];
    const overlapping = (from: readonly Line[], kind: Line['decision']) =>
      from.filter((line) => line.decision === kind && overlaps(line.region, region));
    const left = overlapping(lines.slice(0, index), 'not-applicable');
    if (decision === 'allow') return [{ effect: 'allow', region, holes: left.map((line) => line.region), where }];
    const isLast = overlapping(lines.slice(index + 1), 'allow').length === 0;
    const before = isLast ? [] : overlapping(lines.slice(0, index), 'allow');
    return [{ effect: isLast ? 'claim' : 'deny', region, holes: [...left, ...before].map((line) => line.region), where }];
  });
}

/** A claim within an earlier one says nothing more. */
function withoutCovered(drafts: readonly Draft[]): readonly Draft[] {
  const kept: Draft[] = [];
  const claims: Draft[] = [];
  for (const draft of drafts) {
    if (draft.effect === 'claim' && claims.some((claim) => claim.holes.length === 0 && holdsAll(claim.region, draft.region))) continue;
    kept.push(draft);
    if (draft.effect === 'claim') claims.push(draft);
  }
  return kept;
}

function holdsAll(outer: Region, inner: Region): boolean {
  return Object.entries(outer).every(([field, set]) => isSubset(inner[field] ?? wholeOf(field), set));
}

/** Asked of every pair of lines that decide differently, so that nothing is made of it but the answer. */
function overlaps(one: Region, other: Region): boolean {
  return overlapFields.every((field) => {
    const [left, right] = [one[field], other[field]];
    return left === undefined || right === undefined || left === right || touches(left, right);
  });
}

const overlapFields = ['source', 'destination', 'service', 'flow', 'sourcePort', 'minute'] as const;

function touches(one: IntervalSet, other: IntervalSet): boolean {
  for (let i = 0, j = 0; ;) {
    const [left, right] = [one[i], other[j]];
    if (left === undefined || right === undefined) return false;
    if (left.high < right.low) i += 1;
    else if (right.high < left.low) j += 1;
    else return true;
  }
}

type Flowing = Draft & { readonly direction: Direction | undefined; readonly states: readonly ConnectionState[] | undefined };

/** A rule names one direction, or none, and its states: as many drafts as that takes. */
function byFlow(draft: Draft, named: readonly ConnectionState[]): readonly Flowing[] {
  const told: readonly ConnectionState[] = ['new', ...named];
  const inDirection = directions.map((direction) => ({
    direction,
    states: statesIn(draft.region['flow'] ?? anyFlow, direction).filter((state) => told.includes(state)),
  }));
  const spoken = inDirection.filter((each) => each.states.length > 0);
  const alike = new Set(spoken.map((each) => each.states.join(' '))).size === 1;
  const parts: readonly { readonly direction: Direction | undefined; readonly states: readonly ConnectionState[] }[] =
    alike && spoken.length === directions.length ? [{ direction: undefined, states: spoken[0]?.states ?? [] }] : spoken;
  return parts.map(({ direction, states: held }) => {
    const flow = flowSet({ directions: direction === undefined ? undefined : [direction], states: held });
    const region = { ...draft.region, flow };
    const holes = draft.holes.filter((hole) => overlaps(hole, region));
    return { ...draft, region, holes, direction, states: held.join(' ') === 'new' ? undefined : held };
  });
}

/** Exceptions tell no flows and no source ports: what a hole leaves of these is split off, and needs no exception. */
function splitHoles(draft: Draft): readonly Draft[] {
  const hole = draft.holes.find((each) => ['flow', 'sourcePort'].some((field) => cuts(each, draft.region, field)));
  if (hole === undefined) return [draft];
  const field = cuts(hole, draft.region, 'flow') ? 'flow' : 'sourcePort';
  const whole = draft.region[field] ?? wholeOf(field);
  const inside = intersect(whole, hole[field] ?? whole);
  const outside = subtract(whole, inside);
  return [inside, outside]
    .flatMap((set) => splitHoles({ ...draft, region: { ...draft.region, [field]: set } }))
    .filter(({ region }) => !isNowhere(region));
}

function cuts(hole: Region, region: Region, field: string): boolean {
  const whole = region[field] ?? wholeOf(field);
  return overlaps(hole, region) && !isSubset(whole, hole[field] ?? whole);
}

/** Parts of one line that differ in their services alone are one rule again. */
function mergeServices(drafts: readonly Flowing[], next: Flowing): readonly Flowing[] {
  const last = drafts.at(-1);
  const at = (region: Region, field: string) => region[field] ?? wholeOf(field);
  const alike =
    last !== undefined &&
    last.where?.line === next.where?.line &&
    last.effect === next.effect &&
    last.direction === next.direction &&
    ['source', 'destination', 'sourcePort', 'flow', 'minute'].every((field) => isEqual(at(last.region, field), at(next.region, field))) &&
    last.holes.length + next.holes.length === 0;
  if (!alike) return [...drafts, next];
  const region = { ...last.region, service: union(at(last.region, 'service'), at(next.region, 'service')) };
  return [...drafts.slice(0, -1), { ...last, region }];
}

type Words = { readonly names: Names; readonly timezone: string };

type Drafted = Omit<NetworkRule, 'id' | 'requirement'> & { readonly where: Place | undefined };

function rulesOf(draft: Flowing, words: Words): readonly Drafted[] {
  const { effect, where, direction, states: named } = draft;
  const { region, holes } = widened(draft, words);
  const source = region['source'] ?? wholeOf('source');
  const services = serviceSelectors(region['service'] ?? wholeOf('service'), source);
  const sourcePorts = portSelector(region['sourcePort'] ?? wholeOf('sourcePort'));
  const except = [...timesOutside(region, words), ...holes.flatMap((hole) => exceptsOf(hole, region, words))];
  const more = {
    ...(sourcePorts === undefined ? {} : { sourcePorts }),
    ...(direction === undefined ? {} : { direction }),
    ...(named === undefined ? {} : { state: named }),
  };
  return sidesOf(source, region['destination'] ?? wholeOf('destination'), words.names).flatMap(({ from = 'any', to = 'any' }) =>
    services.map((service) => ({
      kind: 'network' as const,
      effect,
      match: { from, to, service, ...more },
      ...(except.length === 0 ? {} : { except }),
      where,
    })),
  );
}

/** What is nearly everything is told as everything, with the little that is left out as an exception. */
function widened({ region, holes }: Pick<Draft, 'region' | 'holes'>, { names }: Words): Pick<Draft, 'region' | 'holes'> {
  const wide: Record<string, IntervalSet> = { ...region };
  const left: Region[] = [...holes];
  for (const field of ['source', 'destination', 'service'] as const) {
    const set = region[field] ?? wholeOf(field);
    const whole =
      field === 'service'
        ? wholeOf(field)
        : ofFamilies(
            wholeOf(field),
            families.filter((family) => inFamily(set, family).length > 0),
          );
    const rest = subtract(whole, set);
    const count = (part: IntervalSet) => (field === 'service' ? servicesOf(part).length : part.length);
    if (rest.length === 0 || count(set) <= count(rest) || (field !== 'service' && names(set) !== undefined)) continue;
    wide[field] = whole;
    left.push({ [field]: rest });
  }
  return { region: wide, holes: left };
}

/** A rule holds at every time but for its exceptions: what is not in the line's minutes is one. */
function timesOutside(region: Region, { timezone }: Words): readonly RuleExcept[] {
  const outside = subtract(anyMinute, region['minute'] ?? anyMinute);
  return outside.length === 0 ? [] : windowsOf(outside, timezone).map((during) => ({ during }));
}

/** Only what the hole takes out of the rule is told. */
function exceptsOf(hole: Region, region: Region, { names, timezone }: Words): readonly RuleExcept[] {
  const told = (field: string) => {
    const [held, whole] = [hole[field] ?? wholeOf(field), region[field] ?? wholeOf(field)];
    return isSubset(whole, held) ? undefined : held;
  };
  const [source, destination, service] = [told('source'), told('destination'), told('service')];
  const sides =
    source === undefined && destination === undefined
      ? [{}]
      : sidesOf(source ?? wholeOf('source'), destination ?? wholeOf('destination'), names);
  const windows = windowsOf(hole['minute'] ?? anyMinute, timezone);
  const times: readonly Pick<RuleExcept, 'during'>[] = windows.length === 0 ? [{}] : windows.map((during) => ({ during }));
  const served: readonly Pick<RuleExcept, 'service'>[] =
    service === undefined
      ? [{}]
      : serviceSelectors(service, meet(hole, region)['source'] ?? wholeOf('source')).map((each) => ({ service: each }));
  return sides.flatMap((side) => served.flatMap((each) => times.map((time) => ({ ...trimmed(side), ...each, ...time }))));
}

/** `any` on a side needs no telling, as long as something is told. */
function trimmed({ from, to }: Pick<RuleExcept, 'from' | 'to'>): Pick<RuleExcept, 'from' | 'to'> {
  return { ...(from === undefined || from === 'any' ? {} : { from }), ...(to === undefined || to === 'any' ? {} : { to }) };
}

/** `line-12`, `line-12-2`: where the rule comes from. */
function numbered(drafts: readonly Drafted[], requirement: string): readonly NetworkRule[] {
  const counts = new Map<string, number>();
  return drafts.map(({ where, ...rule }) => {
    const base = where === undefined ? 'rest' : `line-${where.line}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return { ...rule, id: count === 1 ? base : `${base}-${count}`, requirement };
  });
}
