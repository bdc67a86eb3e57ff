/**
 * Requests to try on a real engine: for each rule one inside, and one on each side of each of its boundaries and of its exceptions',
 * with the decision that the rules give. `prove` compares everything on paper; these go through the engine itself.
 */
import { element } from './element.ts';
import type { Inventory } from '../context/inventory.ts';
import { families, type Family, familyLine, inFamily } from './addresses.ts';
import { type Box, type Field, fields, foreignService, intersectBoxes, isEmpty } from './boxes.ts';
import { clausesOf, type ClauseRule, type NetworkClause } from './clauses.ts';
import { wholeBox } from './compare.ts';
import { decide, type Decider, prepare } from './decide.ts';
import { anyFlow, anySourcePort, flowPoint, newFlow, noSourcePort } from './request/flow.ts';
import { holds, intersect, type Interval, type IntervalSet, isEqual, subtract } from './intervals.ts';
import type { Decision, NetworkRequest, Policy } from './model.ts';
import { requestAt, strangerAddresses } from './request-text.ts';
import { resolver } from './resolve.ts';
import { anyService, everyMessage, protocolNumbers, servicePoint } from './service-selector.ts';
import { anyMinute } from './time-window.ts';

export type Witness = {
  readonly request: NetworkRequest;
  readonly expected: Decision;
  /** The rules that determine it. */
  readonly determining: readonly string[];
  /** `policy/rule` whose boundary it is at, and where: `inside`, `source`, `destination`, `service`, `minute`. */
  readonly rule: string;
  readonly at: 'inside' | Field;
};

export type WitnessLimit = { readonly most?: number; readonly decider?: Decider };

/** In a stable order, each rule's first, so that a limit (512 unless told) cuts all rules alike. */
export function witnesses(
  policies: readonly Policy[],
  inventory: Inventory,
  { most = 512, decider = prepare(policies, inventory) }: WitnessLimit = {},
): readonly Witness[] {
  const { rules, clauses, timezone } = clausesOf(policies, resolver(inventory));
  const byRule = rules.map((): NetworkClause[] => []);
  for (const clause of clauses) element(byRule, clause.rule).push(clause);
  const queues = rules.map((rule, index) => witnessesOfRule(rule, element(byRule, index), timezone));
  const found = new Map<string, Witness>();
  for (let round = 0; found.size < most && queues.some((queue) => round < queue.length); round += 1) {
    for (const queue of queues) {
      const candidate = queue[round];
      if (candidate === undefined || found.size >= most) continue;
      const key = `${candidate.rule} ${JSON.stringify(candidate.request)}`;
      if (!found.has(key)) found.set(key, judged(candidate, decider));
    }
  }
  return [...found.values()];
}

type Candidate = Pick<Witness, 'request' | 'rule' | 'at'>;

function judged(candidate: Candidate, decider: Decider): Witness {
  const { decision, determining } = decide(decider, candidate.request);
  return { ...candidate, expected: decision, determining };
}

function witnessesOfRule(rule: ClauseRule, clauses: readonly NetworkClause[], timezone: string | undefined): readonly Candidate[] {
  // The match comes first; see clauses.ts.
  const match = element(clauses, 0).box;
  const boxes = clauses.filter(({ role }) => role !== 'unsure').map(({ box }) => intersectBoxes(box, match));
  return boxes.flatMap((box) =>
    families.flatMap((family) => {
      const part = clip(box, family);
      if (isEmpty(part)) return [];
      return pointsAround(part, family).map(({ point, at }) => ({ rule: rule.id, at, request: requestOf(point, timezone) }));
    }),
  );
}

function clip(box: Box, family: Family): Box {
  const minute = box.minute.flatMap(({ low, high }) =>
    low > element(anyMinute, 0).high ? [] : [{ low, high: high > element(anyMinute, 0).high ? element(anyMinute, 0).high : high }],
  );
  return {
    destination: inFamily(box.destination, family),
    source: inFamily(box.source, family),
    service: isEqual(box.service, anyService) ? messagesOf[family] : intersect(box.service, messagesOf[family]),
    sourcePort: isEqual(box.sourcePort, anySourcePort) ? anySourcePort : intersect(box.sourcePort, wholeBox.sourcePort),
    flow: box.flow,
    minute,
  };
}

/** What messages of a family can be. */
const messagesOf: Readonly<Record<Family, IntervalSet>> = {
  4: subtract(everyMessage, foreignService(4)),
  6: subtract(everyMessage, foreignService(6)),
};

type Point = { readonly [field in Field]: bigint };

/** A point inside, then points that differ from it in one field: at both ends of each interval, and just outside. */
function pointsAround(box: Box, family: Family): readonly { readonly point: Point; readonly at: Witness['at'] }[] {
  const inside: Point = {
    destination: host(box.destination),
    source: otherHost(box.source, host(box.destination)),
    service: preferred(box.service, https),
    sourcePort: box.sourcePort === anySourcePort ? BigInt(noSourcePort) : preferred(box.sourcePort, ephemeral),
    flow: preferred(box.flow, throughNew),
    minute: first(box.minute),
  };
  const around = fields.flatMap((field) =>
    valuesAround(box, field, family).map((value) => ({ point: { ...inside, [field]: value }, at: field })),
  );
  return [{ point: inside, at: 'inside' }, ...around];
}

function preferred(set: IntervalSet, value: bigint): bigint {
  return holds(set, value) ? value : first(set);
}

/** Of source ports and flows, only what a rule asks for is worth a request. */
function valuesAround(box: Box, field: Field, family: Family): readonly bigint[] {
  switch (field) {
    case 'destination':
    case 'source':
      return edges(box[field], familyLine[family]);
    case 'service':
      return (box.service === messagesOf[family] ? someServices : edges(box.service, element(anyService, 0))).filter((point) =>
        holds(messagesOf[family], point),
      );
    case 'sourcePort':
      return box.sourcePort === anySourcePort ? [] : edges(box.sourcePort, element(wholeBox.sourcePort, 0));
    case 'flow':
      return isEqual(box.flow, newFlow) ? [] : allFlows;
    case 'minute':
      return edges(box.minute, element(anyMinute, 0));
  }
}

const allFlows: readonly bigint[] = Array.from({ length: Number(element(anyFlow, 0).high) + 1 }, (_, point) => BigInt(point));

/** Of "any service", one of each kind that engines tell apart. */
const someServices: readonly bigint[] = (['icmp', 'tcp', 'udp', 'icmpv6', 'sctp'] as const).map((name) =>
  BigInt(servicePoint(protocolNumbers[name], 0)),
);

/** At most this many intervals of one field: `zone:internet` has dozens, and the symbolic check holds them all. */
const mostIntervals = 8;

function edges(set: IntervalSet, whole: Interval): readonly bigint[] {
  return set
    .slice(0, mostIntervals)
    .flatMap(({ low, high }) => [low - 1n, low, high, high + 1n])
    .filter((value) => whole.low <= value && value <= whole.high);
}

function first(set: IntervalSet): bigint {
  return element(set, 0).low;
}

/** An address that a real packet may carry: somebody outside where the set holds one, and no network's own address where there is another. */
function host(set: IntervalSet): bigint {
  const outside = strangerAddresses.find((value) => holds(set, value));
  const { low, high } = element(set, 0);
  return outside ?? (high > low + 1n ? low + 1n : low);
}

/** A source that is not the destination itself, where there is one. */
function otherHost(set: IntervalSet, taken: bigint): bigint {
  return host(set) !== taken || !holds(set, taken + 1n) ? host(set) : taken + 1n;
}

const https = BigInt(servicePoint(protocolNumbers.tcp, 443));
/** The first of those that clients take (RFC 6335). */
const ephemeral = 49_152n;
const throughNew = BigInt(flowPoint('forward', 'new'));

function requestOf({ source, destination, minute, ...point }: Point, timezone: string | undefined): NetworkRequest {
  return requestAt({
    from: source,
    to: destination,
    ...point,
    minute: timezone === undefined ? undefined : { minute: Number(minute), timezone },
  });
}
