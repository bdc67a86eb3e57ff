/**
 * Compares two filters over the whole space of packets, with what lies beyond the request space: equal, or a packet on which they
 * differ. Packets that cannot be (ICMPv6 over IPv4, a SYN that is a FIN at once) are not looked at.
 */
import { type Family, familyLine, inFamily, anyAddress, printAddress } from '../addresses.ts';
import { everything, type Field, fields, networkDimensions } from '../boxes.ts';
import { firstMatch, type Path, walkDifferences } from '../compare.ts';
import { buildDiagram, type Clause, newStore } from '../diagram.ts';
import { element } from '../element.ts';
import { union, type IntervalSet } from '../intervals.ts';
import type { Decision } from '../model.ts';
import { type ConnectionState, flowAt, flowSet, noSourcePort } from '../request/flow.ts';
import { everyMessage, protocolSet, serviceAt } from '../service-selector.ts';
import { type BoxOf, type Dimension, type Space, spaceOf } from '../space.ts';
import type { FilterRule } from './filter.ts';
import { flagsWith } from './protocols.ts';
import { numberSet, otherThan, type Region, wholeOf } from './region.ts';

export type FilterDifference = { readonly text: string; readonly first: Decision; readonly second: Decision };

/** What of the space is compared. `opening`: of TCP, the packets that open a connection alone. */
export type Scope = { readonly families: readonly Family[]; readonly states: readonly ConnectionState[]; readonly opening: boolean };

export function compareFilters(first: readonly FilterRule[], second: readonly FilterRule[], scope: Scope): FilterDifference | undefined {
  const lists = [first, second].map((rules) => [...impossible(), ...(scope.opening ? [later] : []), ...rules]);
  const more = [...new Set(lists.flat().flatMap(({ region }) => Object.keys(region)))]
    .filter((name) => !(fields as readonly string[]).includes(name))
    .toSorted();
  const dimensions: readonly Dimension[] = [...networkDimensions, ...more.map((name) => ({ name }))];
  const clauses = lists.map((rules) => rules.map(({ region }, rule): Clause => ({ role: 'match', rule, box: boxIn(region, dimensions) })));
  const space = spaceOf(
    dimensions,
    clauses.flat().map(({ box }) => box),
    wholeIn(dimensions, scope),
  );
  const store = newStore(space);
  const roots = clauses.map((list, side) =>
    buildDiagram(
      store,
      list,
      firstMatch((rule) => element(element(lists, side), rule).decision),
    ),
  );
  let found: FilterDifference | undefined;
  walkDifferences(store, [element(roots, 0), element(roots, 1)], ([one, other], path) => {
    found = { text: describe(space, path), first: one as Decision, second: other as Decision };
    return true;
  });
  return found;
}

function boxIn(region: Region, dimensions: readonly Dimension[]): BoxOf<string> {
  return Object.fromEntries(dimensions.map(({ name }) => [name, region[name] ?? wholeOf(name)]));
}

function wholeIn(dimensions: readonly Dimension[], { families, states }: Scope): BoxOf<string> {
  const addresses = union(...families.map((family) => [familyLine[family]]));
  const told: { readonly [name in Field]: IntervalSet } = {
    ...everything,
    source: addresses,
    destination: addresses,
    service: everyMessage,
    sourcePort: [{ low: 0n, high: BigInt(noSourcePort - 1) }],
    flow: flowSet({ states }),
  };
  return boxIn(told, dimensions);
}

/** ICMP, IGMP and the headers of one address family over the other, and TCP flags that no packet of a connection has (RFC 9293, 3.10). */
function impossible(): readonly FilterRule[] {
  const over = (family: Family, protocols: readonly number[]): Region => ({
    source: inFamily(anyAddress, family),
    destination: inFamily(anyAddress, family),
    service: union(...protocols.map(protocolSet)),
  });
  const flags = Array.from({ length: 64 }, (_, value) => value).filter(
    (value) => (value & 16) === 0 && ((value & 4) !== 0 || (value & 3) === 3),
  );
  return [
    over(4, [0, 43, 44, 58, 60]),
    over(6, [1, 2]),
    { 'tcp-flags': numberSet(flags.map((value) => ({ low: value, high: value }))) },
  ].map((region) => ({
    region,
    decision: 'not-applicable',
  }));
}

/** TCP packets that do not open a connection. */
const later: FilterRule = {
  region: { service: protocolSet(6), 'tcp-flags': otherThan('tcp-flags', flagsWith(18, 2)) },
  decision: 'not-applicable',
};

function describe(space: Space, path: Path): string {
  return space.names
    .flatMap((name, level) => {
      const at = path.classes[level];
      const sample = at === undefined ? undefined : space.lines[level]?.sample[at];
      return sample === undefined ? [] : [`${name} ${printValue(name, sample)}`];
    })
    .join(', ');
}

function printValue(name: string, value: bigint): string {
  if (name === 'source' || name === 'destination') return printAddress(value);
  if (name === 'service') return `${serviceAt(value).protocol}/${serviceAt(value).detail}`;
  return name === 'flow' ? `${flowAt(value).direction} ${flowAt(value).state}` : String(value);
}
