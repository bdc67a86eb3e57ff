/** Services as devices name them: sets of services, each with the source ports that it asks for. */
import { anySourcePort } from '../../request/flow.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anyService, protocolSet, serviceSet } from '../../service-selector.ts';
import { portSet, type PortRange } from './words.ts';

export type ServicePart = { readonly service: IntervalSet; readonly sourcePort: IntervalSet };

export const everyService: readonly ServicePart[] = [{ service: anyService, sourcePort: anySourcePort }];

/** Ports of one protocol; no list of source ports asks for none. */
export function portPart(protocol: number, ports: readonly PortRange[], sourcePorts: readonly PortRange[]): ServicePart {
  return {
    service: union(...ports.map((range) => serviceSet({ protocol, ...range }))),
    sourcePort: sourcePorts.length === 0 ? anySourcePort : portSet(sourcePorts),
  };
}

export function wholePart(protocol: number): ServicePart {
  return { service: protocolSet(protocol), sourcePort: anySourcePort };
}

/** One part for each set of source ports. */
export function joinParts(parts: readonly (readonly ServicePart[])[]): readonly ServicePart[] {
  const all = parts.flat();
  if (all.length < 2) return all;
  const bySource = new Map<string, ServicePart[]>();
  for (const part of all) {
    const key = part.sourcePort.map(({ low, high }) => `${low}-${high}`).join(',');
    const held = bySource.get(key);
    if (held === undefined) bySource.set(key, [part]);
    else held.push(part);
  }
  return [...bySource.values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ service: union(...alike.map(({ service }) => service)), sourcePort: first.sourcePort }];
  });
}
