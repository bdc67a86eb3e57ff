/** A box of requests: one set for each field. A rule's match, an exception and a line of a firewall are boxes. */
import { anyAddress, families, type Family, familyLine } from './addresses.ts';
import { anyFlow, anySourcePort } from './request/flow.ts';
import { type IntervalSet, intersect, subtract } from './intervals.ts';
import { anyService, protocolNumbers, protocolSet } from './service-selector.ts';
import type { BoxOf, Dimension } from './space.ts';
import { anyMinute } from './time-window.ts';

/** In the order in which a diagram asks: a destination has few rules of its own, so that it comes first. */
export const fields = ['destination', 'source', 'service', 'sourcePort', 'flow', 'minute'] as const;
export type Field = (typeof fields)[number];

export type Box = BoxOf<Field>;

const addressParts: readonly IntervalSet[] = families.map((family) => [familyLine[family]]);

/** ICMP is IPv4's, ICMPv6 is IPv6's. */
const serviceParts: readonly IntervalSet[] = families.map((family) => subtract(anyService, foreignService(family)));

/** What messages of a family never are. */
export function foreignService(family: Family): IntervalSet {
  return protocolSet(family === 4 ? protocolNumbers.icmpv6 : protocolNumbers.icmp);
}

const partsOf: { readonly [field in Field]?: readonly IntervalSet[] } = {
  destination: addressParts,
  source: addressParts,
  service: serviceParts,
};

/** The network's request space. Its parts are the address families, in the order of `families`. */
export const networkDimensions: readonly Dimension<Field>[] = fields.map((name) => ({ name, parts: partsOf[name] }));

export const everything: Box = {
  destination: anyAddress,
  source: anyAddress,
  service: anyService,
  sourcePort: anySourcePort,
  flow: anyFlow,
  minute: anyMinute,
};

export function isEmpty(box: Box): boolean {
  return fields.some((field) => box[field].length === 0);
}

export function intersectBoxes(a: Box, b: Box): Box {
  return {
    destination: intersect(a.destination, b.destination),
    source: intersect(a.source, b.source),
    service: intersect(a.service, b.service),
    sourcePort: intersect(a.sourcePort, b.sourcePort),
    flow: intersect(a.flow, b.flow),
    minute: intersect(a.minute, b.minute),
  };
}

/** What is in `box` and not in `hole`, as at most one disjoint box for each field. */
export function subtractBox(box: Box, hole: Box): readonly Box[] {
  if (isEmpty(intersectBoxes(box, hole))) return isEmpty(box) ? [] : [box];
  const left: Box[] = [];
  let rest = box;
  for (const field of fields) {
    const outside = { ...rest, [field]: subtract(rest[field], hole[field]) };
    if (!isEmpty(outside)) left.push(outside);
    rest = { ...rest, [field]: intersect(rest[field], hole[field]) };
  }
  return left;
}

export function subtractBoxes(boxes: readonly Box[], holes: readonly Box[]): readonly Box[] {
  return holes.reduce<readonly Box[]>((left, hole) => left.flatMap((box) => subtractBox(box, hole)), boxes);
}
