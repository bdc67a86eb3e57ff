/** What packets are needed back: connections, by the packets that answer them. */
import { type Box, everything, intersectBoxes, isEmpty } from '../../boxes.ts';
import { holds, intersect, type IntervalSet } from '../../intervals.ts';
import type { Decision } from '../../model.ts';
import { hasPorts, icmpSet, isIcmp, protocolSet, servicePoint, servicesOf } from '../../service-selector.ts';

/**
 * The connections whose answers lie in a box of packets: the ends change places, and the answer goes to the port that the connection
 * came from. An echo request needs its reply; other ICMP messages are not answered. A protocol without ports answers by itself.
 */
export function connectionsAnsweredBy(packets: Box): readonly Box[] {
  const { source, destination, service } = packets;
  const turned = { ...packets, source: destination, destination: source };
  const protocols = [...new Set(servicesOf(service).map(({ protocol }) => protocol))];
  const withPorts = protocols.filter(hasPorts).map((protocol): Box => {
    const base = BigInt(servicePoint(protocol, 0));
    const ports: IntervalSet = intersect(service, protocolSet(protocol)).map(({ low, high }) => ({ low: low - base, high: high - base }));
    return { ...turned, service: protocolSet(protocol), sourcePort: ports };
  });
  const plain = protocols.filter((protocol) => !hasPorts(protocol) && !isIcmp(protocol)).map((protocol) => protocolSet(protocol));
  const echoes = ([4, 6] as const).flatMap((version) =>
    holds(service, BigInt(servicePoint(version === 4 ? 1 : 58, reply[version] * 256))) ? [icmpSet(version, request[version])] : [],
  );
  const rest = [...plain, ...echoes].flat().toSorted((a, b) => (a.low < b.low ? -1 : 1));
  return rest.length === 0 ? withPorts : [...withPorts, { ...turned, service: rest }];
}

const request = { 4: 8, 6: 128 } as const;
const reply = { 4: 0, 6: 129 } as const;

type Line = { readonly box: Box; readonly decision: Decision };

/**
 * Connections decided by both of two ordered lists: what the first says of the packet that begins them, unless the second refuses what
 * answers it. In order of pairs: the first line for the connection, with the first for its answers.
 */
export function withAnswers<Given extends Line>(
  connections: readonly Given[],
  packets: readonly Line[],
  otherwise: Given,
): readonly Given[] {
  const answers = packets.flatMap((line) => connectionsAnsweredBy(line.box).map((box) => ({ box, decision: line.decision })));
  const pairs = [...connections, { ...otherwise, box: everything, decision: 'not-applicable' as const }].flatMap((line) =>
    answers.flatMap(({ box, decision }) => {
      const both = intersectBoxes(line.box, box);
      return isEmpty(both) ? [] : [{ ...line, box: both, decision: decision === 'deny' ? ('deny' as const) : line.decision }];
    }),
  );
  return [...pairs, ...connections];
}
