/**
 * Decides requests on policies, and says why. The meaning is stated in model.ts; here it is looked up in a decision diagram whose
 * terminals are whole answers, so that a decision costs a few binary searches however many rules there are.
 *
 * A request that cannot be read is denied, with the reason under `erring`.
 */
import { element } from './element.ts';
import type { Inventory } from '../context/inventory.ts';
import { type Family, familyOf, parseAddress, parseQuad } from './addresses.ts';
import { everything, type Field, networkDimensions } from './boxes.ts';
import { anyTime, type Clauses, clausesOf, unknownMinute } from './clauses.ts';
import { buildDiagram, childOf, newStore, type Node, type Reading, type Roots, type Store, type Survivor } from './diagram.ts';
import { noSourcePort } from './request/flow.ts';
import { type AccessDeciders, decideAccessPolicies, prepareAccessPolicies } from './access/policies.ts';
import type { Decision, DecisionResult, NetworkRequest, Policy, Request, RuleEffect } from './model.ts';
import { requestFlow, requestService, requestSourcePort } from './request/point.ts';
import { resolver } from './resolve.ts';
import { classAt, type Line, type Space, spaceOf } from './space.ts';
import { parseInstantMs, type WeekClock, weekClock } from './time-window.ts';

export type Decider = {
  readonly timezone: string | undefined;
  /** Answers by terminal node, and the parts of the diagram, ready for look-up. */
  readonly answers: readonly (DecisionResult | undefined)[];
  readonly roots: Roots;
  readonly nodes: readonly (Node | undefined)[];
  readonly lookup: Lookup;
  readonly access: AccessDeciders;
};

/** From a value to its class, for each field; what no rule asks for is never looked up. */
type Lookup = {
  readonly destination: (value: bigint | number) => number;
  readonly source: (value: bigint | number) => number;
  readonly service: (point: number) => number;
  readonly sourcePort: Int32Array;
  readonly flow: Int32Array;
  readonly minute: Int32Array;
  readonly clock: WeekClock | undefined;
};

const decisionOf: Readonly<Record<RuleEffect, Decision>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

/** The diagram behind every decision. Its answers are by terminal. */
export type DecisionDiagram = {
  readonly timezone: string | undefined;
  readonly store: Store<Field>;
  readonly roots: Roots;
  readonly answers: readonly (DecisionResult | undefined)[];
};

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `inventory-invalid`. */
export function decisionDiagram(policies: readonly Policy[], inventory: Inventory): DecisionDiagram {
  const clauses = clausesOf(policies, resolver(inventory));
  const boxes = clauses.clauses.map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, { ...everything, minute: anyTime }));
  const roots = buildDiagram(store, clauses.clauses, answers(clauses));
  return { timezone: clauses.timezone, store, roots, answers: readAnswers(store, clauses) };
}

/** Throws what `decisionDiagram` throws. */
export function prepare(policies: readonly Policy[], inventory: Inventory): Decider {
  const { timezone, store, roots, answers: found } = decisionDiagram(policies, inventory);
  return {
    timezone,
    roots,
    nodes: store.nodes,
    answers: found,
    lookup: lookupOf(store.space, timezone),
    access: prepareAccessPolicies(policies, inventory),
  };
}

/** Terminals hold the rules of the weightiest effect that matched, then those that erred. */
function answers({ rules }: Clauses): Reading {
  const weights: readonly RuleEffect[] = ['deny', 'allow', 'claim'];
  return { group: (rule) => weights.indexOf(element(rules, rule).effect), decide: (alive) => terminalOf(alive, rules) };
}

function terminalOf(alive: readonly Survivor[], rules: Clauses['rules']): string {
  const unsure = new Map(alive.filter(({ role }) => role === 'unsure').map(({ rule, reason = '' }) => [rule, reason]));
  const matched = alive.filter(({ role, rule }) => role === 'match' && !unsure.has(rule)).map(({ rule }) => rule);
  const effect = unsure.size > 0 ? 'deny' : matched.slice(0, 1).map((rule) => element(rules, rule).effect)[0];
  const determining = matched.filter((rule) => element(rules, rule).effect === effect);
  return JSON.stringify([determining, [...unsure]]);
}

function readAnswers({ terminals }: Pick<Store, 'terminals'>, { rules }: Clauses): readonly (DecisionResult | undefined)[] {
  return terminals.map((text) => {
    if (text === undefined) return undefined;
    const [determining, unsure] = JSON.parse(text) as [readonly number[], readonly (readonly [number, string])[]];
    const first = determining[0];
    return {
      decision: unsure.length > 0 ? 'deny' : first === undefined ? 'not-applicable' : decisionOf[element(rules, first).effect],
      determining: determining.map((rule) => element(rules, rule).id),
      erring: unsure.map(([rule, reason]) => ({ rule: element(rules, rule).id, reason })),
    };
  });
}

export function decide(decider: Decider, request: Request): DecisionResult {
  return request.kind === 'network' ? decideNetwork(decider, request) : decideAccessPolicies(decider.access, request);
}

function decideNetwork(decider: Decider, request: NetworkRequest): DecisionResult {
  const from = valueOf(request.from);
  const to = valueOf(request.to);
  if (from === undefined) return unreadable(`\`${request.from}\` is not an address`);
  if (to === undefined) return unreadable(`\`${request.to}\` is not an address`);
  const family = familyAt(from);
  if (family !== familyAt(to)) return unreadable(`\`${request.from}\` and \`${request.to}\` are of different families`);
  const service = requestService(request, family);
  if (service === undefined) return unreadable(`\`${request.protocol}/${request.port}\` is not a protocol and a port`);
  const sourcePort = requestSourcePort(request, service);
  if (sourcePort === undefined) return unreadable(`\`${request.sourcePort}\` is not a port`);
  const flow = requestFlow(request);
  if (flow === undefined) return unreadable(`\`${request.direction} ${request.state}\` is not a direction and a state`);
  const minute = minuteOf(request.at, decider.lookup.clock);
  if (minute === undefined) return unreadable(`\`${request.at}\` is not an instant (RFC 3339)`);
  return element(
    decider.answers,
    walk(decider, element(decider.roots, family === 4 ? 0 : 1), { from, to, service, sourcePort, flow, minute }),
  );
}

type Point = {
  readonly from: bigint | number;
  readonly to: bigint | number;
  readonly service: number;
  readonly sourcePort: number;
  readonly flow: number;
  readonly minute: number;
};

/** From the root to a terminal; levels as in `fields`. */
function walk({ lookup, nodes }: Decider, root: number, point: Point): number {
  let id = root;
  for (let node = nodes[id]; node !== undefined; node = nodes[id]) id = childOf(node, classOf(lookup, node.level, point));
  return id;
}

function classOf(lookup: Lookup, level: number, point: Point): number {
  switch (level) {
    case 0:
      return lookup.destination(point.to);
    case 1:
      return lookup.source(point.from);
    case 2:
      return lookup.service(point.service);
    case 3:
      return lookup.sourcePort[point.sourcePort] ?? -1;
    case 4:
      return lookup.flow[point.flow] ?? -1;
    default:
      return lookup.minute[point.minute] ?? -1;
  }
}

/** IPv4 as a number: bigints cost a request its microsecond. */
function valueOf(text: unknown): bigint | number | undefined {
  if (typeof text !== 'string') return undefined;
  const quad = parseQuad(text);
  if (quad >= 0) return quad;
  const value = parseAddress(text);
  return value !== undefined && familyOf(value) === 4 ? Number(value) : value;
}

function familyAt(value: bigint | number): Family {
  return typeof value === 'number' ? 4 : 6;
}

function minuteOf(at: unknown, clock: WeekClock | undefined): number | undefined {
  if (at === undefined) return unknownMinute;
  const instantMs = typeof at === 'string' ? parseInstantMs(at) : undefined;
  if (instantMs === undefined) return undefined;
  return clock === undefined ? unknownMinute : clock(instantMs);
}

function unreadable(reason: string): DecisionResult {
  return { decision: 'deny', determining: [], erring: [{ rule: 'request', reason }] };
}

function lookupOf({ line }: Space<Field>, timezone: string | undefined): Lookup {
  return {
    destination: addressLookup(line.destination),
    source: addressLookup(line.source),
    service: serviceLookup(line.service),
    sourcePort: table(line.sourcePort, 0n, BigInt(noSourcePort)),
    flow: table(line.flow, 0n, element(everything.flow, 0).high),
    minute: table(line.minute, 0n, BigInt(unknownMinute)),
    clock: timezone === undefined ? undefined : weekClock(timezone),
  };
}

/** The classes of the values from first to last; empty where there is but one class, for which nobody asks. */
function table({ starts, classOf, sample }: Line, first: bigint, last: bigint): Int32Array {
  const classes = new Int32Array(sample.length === 1 ? 0 : Number(last - first) + 1);
  for (let atom = 0; atom < starts.length && classes.length > 0; atom += 1) {
    const [start, end] = [element(starts, atom), starts[atom + 1] ?? last + 1n];
    if (end <= first || start > last) continue;
    classes.fill(element(classOf, atom), Number((start > first ? start : first) - first), Number((end > last ? last + 1n : end) - first));
  }
  return classes;
}

/** A table for each protocol that some rule looks into; the others are of one class each. */
function serviceLookup(line: Line): (point: number) => number {
  const details = 65_536;
  const protocols = 256;
  const whole = new Int32Array(protocols);
  const tables: (Int32Array | undefined)[] = Array.from({ length: protocols }, () => undefined);
  for (let protocol = 0; protocol < protocols; protocol += 1) whole[protocol] = classAt(line, BigInt(protocol * details));
  const cut = new Set(line.starts.filter((start) => start % BigInt(details) !== 0n).map((start) => Number(start) >>> 16));
  for (const protocol of cut) tables[protocol] = table(line, BigInt(protocol * details), BigInt(protocol * details + details - 1));
  return (point) => tables[point >>> 16]?.[point & 0xffff] ?? whole[point >>> 16] ?? -1;
}

function addressLookup(line: Line): (value: bigint | number) => number {
  const ipv4 = Float64Array.from(
    line.starts.filter((value) => familyOf(value) === 4),
    Number,
  );
  return (value) => {
    if (typeof value !== 'number') return classAt(line, value);
    let low = 0;
    let high = ipv4.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((ipv4[middle] ?? 0) <= value) low = middle;
      else high = middle - 1;
    }
    return line.classOf[low] ?? -1;
  };
}
