/**
 * Decides requests on policies, and says why. The meaning is stated in model.ts; here it is looked up in a decision diagram whose
 * terminals are whole answers, so that a decision costs a few binary searches however many rules there are.
 *
 * A request that cannot be read is denied, with the reason under `erring`.
 */
import { element } from './element.ts';
import type { Inventory } from '../context/inventory.ts';
import { anyAddress, type Family, familyOf, parseAddress, parseQuad } from './addresses.ts';
import { type Clause, type Clauses, clausesOf, unknownMinute, anyTime } from './clauses.ts';
import { buildDiagram, childOf, newStore, type Node, type Reading, type Roots, type Store } from './diagram.ts';
import type { Decision, DecisionResult, NetworkRequest, Policy, RuleEffect } from './model.ts';
import { resolver } from './resolve.ts';
import { anyService, hasPorts, isProtocol, maxPort, servicePoint } from './service-selector.ts';
import { classAt, type Line, type Space, spaceOf } from './space.ts';
import { parseInstantMs, type WeekClock, weekClock } from './time-window.ts';

export type Decider = {
  readonly timezone: string | undefined;
  /** Answers by terminal node, and the parts of the diagram, ready for look-up. */
  readonly answers: readonly (DecisionResult | undefined)[];
  readonly roots: Roots;
  readonly nodes: readonly (Node | undefined)[];
  readonly lookup: Lookup;
};

type Lookup = {
  readonly destination: (value: bigint | number) => number;
  readonly source: (value: bigint | number) => number;
  readonly service: Int32Array;
  readonly minute: Int32Array;
  readonly clock: WeekClock | undefined;
};

const decisionOf: Readonly<Record<RuleEffect, Decision>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `inventory-invalid`. */
export function prepare(policies: readonly Policy[], inventory: Inventory): Decider {
  const clauses = clausesOf(policies, resolver(inventory));
  const whole = { destination: anyAddress, source: anyAddress, service: anyService, minute: anyTime };
  const store = newStore(
    spaceOf(
      clauses.clauses.map(({ box }) => box),
      whole,
    ),
  );
  const reading = answers(clauses);
  const roots = buildDiagram(store, clauses.clauses, reading);
  return {
    timezone: clauses.timezone,
    roots,
    nodes: store.nodes,
    answers: readAnswers(store, clauses),
    lookup: lookupOf(store.space, clauses.timezone),
  };
}

/** Terminals hold the rules of the weightiest effect that matched, then those that erred. */
function answers({ rules }: Clauses): Reading {
  const weights: readonly RuleEffect[] = ['deny', 'allow', 'claim'];
  return { group: (rule) => weights.indexOf(element(rules, rule).effect), decide: (alive) => terminalOf(alive, rules) };
}

function terminalOf(alive: readonly Clause[], rules: Clauses['rules']): string {
  const unsure = new Set(alive.filter(({ role }) => role === 'unsure').map(({ rule }) => rule));
  const matched = alive.filter(({ role, rule }) => role === 'match' && !unsure.has(rule)).map(({ rule }) => rule);
  const effect = unsure.size > 0 ? 'deny' : matched.slice(0, 1).map((rule) => element(rules, rule).effect)[0];
  const determining = matched.filter((rule) => element(rules, rule).effect === effect);
  return `${determining.join(' ')}/${[...unsure].join(' ')}`;
}

function readAnswers({ terminals }: Store, { rules }: Clauses): readonly (DecisionResult | undefined)[] {
  const numbers = (text: string) => (text === '' ? [] : text.split(' ').map(Number));
  return terminals.map((text) => {
    if (text === undefined) return undefined;
    const [determining = [], unsure = []] = text.split('/').map(numbers);
    const first = determining[0];
    return {
      decision: unsure.length > 0 ? 'deny' : first === undefined ? 'not-applicable' : decisionOf[element(rules, first).effect],
      determining: determining.map((rule) => element(rules, rule).id),
      erring: unsure.map((rule) => ({ rule: element(rules, rule).id, reason: 'has a time window, and the request gives no time' })),
    };
  });
}

export function decide(decider: Decider, request: NetworkRequest): DecisionResult {
  const { lookup, nodes, roots } = decider;
  const from = valueOf(request.from);
  const to = valueOf(request.to);
  if (from === undefined) return unreadable(`\`${request.from}\` is not an address`);
  if (to === undefined) return unreadable(`\`${request.to}\` is not an address`);
  const family = familyAt(from);
  if (family !== familyAt(to)) return unreadable(`\`${request.from}\` and \`${request.to}\` are of different families`);
  const service = serviceOf(request);
  if (service === undefined) return unreadable(`\`${request.protocol}/${request.port}\` is not a protocol and a port`);
  const minute = minuteOf(request.at, lookup.clock);
  if (minute === undefined) return unreadable(`\`${request.at}\` is not an instant (RFC 3339)`);
  let id = roots[family];
  for (let node = nodes[id]; node !== undefined; node = nodes[id]) {
    if (node.level === 0) id = childOf(node, lookup.destination(to));
    else if (node.level === 1) id = childOf(node, lookup.source(from));
    else if (node.level === 2) id = childOf(node, lookup.service[service] ?? -1);
    else id = childOf(node, lookup.minute[minute] ?? -1);
  }
  return element(decider.answers, id);
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

function serviceOf({ protocol, port }: NetworkRequest): number | undefined {
  if (!isProtocol(protocol) || !Number.isInteger(port) || port < 0 || port > maxPort) return undefined;
  return hasPorts(protocol) ? servicePoint(protocol, port) : servicePoint(protocol, 0);
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

function lookupOf(space: Space, timezone: string | undefined): Lookup {
  return {
    destination: addressLookup(space.destination),
    source: addressLookup(space.source),
    service: table(space.service, element(anyService, 0).high),
    minute: table(space.minute, BigInt(unknownMinute)),
    clock: timezone === undefined ? undefined : weekClock(timezone),
  };
}

function table(line: Line, last: bigint): Int32Array {
  const classes = new Int32Array(Number(last) + 1);
  for (let atom = 0; atom < line.starts.length; atom += 1) {
    const end = line.starts[atom + 1] ?? last + 1n;
    classes.fill(element(line.classOf, atom), Number(element(line.starts, atom)), Number(end));
  }
  return classes;
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
