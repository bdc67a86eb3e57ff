/** The tables of a Rego artifact: from a destination to its node, from any other value to the name of its class, which is its first value. */
import { familyLine, printAddress } from '../../addresses.ts';
import type { Field } from '../../boxes.ts';
import { unknownMinute } from '../../clauses.ts';
import { element } from '../../element.ts';
import { directions, flowAt, flowPoint, noSourcePort, states } from '../../request/flow.ts';
import { hasPorts, isIcmp, lastDetail, protocolName, serviceAt } from '../../service-selector.ts';
import { classAt, type Line, type Space } from '../../space.ts';
import { type Ipv4Table, ipv4Table } from './ipv4-prefixes.ts';
import { type Ipv6Table, ipv6Table } from './ipv6-networks.ts';

/** Values of one class that follow one another, inclusive. */
export type Segment = { readonly low: bigint; readonly high: bigint; readonly name: string };

type Listed = { readonly [value: string]: string };

/** `[low, high, class]` where a value is not listed, `rest` where neither tells. */
type Ranges = { readonly ranges: readonly (readonly [number, number, string])[]; readonly rest: string };

type Addresses = { readonly 4: Ipv4Table; readonly 6: Ipv6Table };

export type Tables = {
  readonly destination: Addresses;
  readonly source: Addresses;
  /** By protocol. A policy looks ports up before it knows more of a protocol: only those that have ports list any. */
  readonly service: {
    readonly [protocol: string]: (Ranges & { readonly ports: Listed }) | (Ranges & { readonly messages: Listed }) | string;
  };
  readonly sourcePort: Ranges & { readonly at: Listed; readonly none: string };
  readonly flow: { readonly [direction: string]: { readonly [state: string]: string } };
  readonly minute: { readonly ranges: readonly (readonly [number, number, string])[]; readonly none: string };
};

const nameOfValue: Readonly<Record<Field, (value: bigint) => string>> = {
  destination: printAddress,
  source: printAddress,
  service: (value) => `${wordOf(serviceAt(value).protocol)}/${serviceAt(value).detail}`,
  sourcePort: (value) => (value === BigInt(noSourcePort) ? 'none' : String(value)),
  flow: (value) => `${flowAt(value).direction} ${flowAt(value).state}`,
  minute: (value) => (value === BigInt(unknownMinute) ? 'none' : String(value)),
};

/** As a request has it. */
function wordOf(protocol: number): string {
  return protocol === 255 ? 'other' : (protocolName(protocol) ?? `proto/${protocol}`);
}

export function classNames({ names, lines }: Space<Field>): readonly (readonly string[])[] {
  return names.map((name, level) => element(lines, level).sample.map(nameOfValue[name]));
}

type NameOf = (number: number) => string;

/** `destinations` by family. */
export function tablesOf({ line }: Space<Field>, destinations: readonly NameOf[]): Tables {
  const named = (field: Field): NameOf => {
    const names = line[field].sample.map(nameOfValue[field]);
    return (number) => element(names, number);
  };
  const [to4, to6] = [element(destinations, 0), element(destinations, 1)];
  const from = named('source');
  const nameAt = (field: Field, value: number) => named(field)(classAt(line[field], BigInt(value)));
  const { at, ranges, rest } = numberTable(
    segmentsOf(line.sourcePort, named('sourcePort'), { low: 0n, high: BigInt(noSourcePort - 1) }),
    0n,
  );
  return {
    destination: addressTable(line.destination, to4, to6),
    source: addressTable(line.source, from, from),
    service: serviceTable(line.service, named('service')),
    sourcePort: { at, ranges, rest, none: nameAt('sourcePort', noSourcePort) },
    flow: Object.fromEntries(
      directions.map((direction) => [
        direction,
        Object.fromEntries(states.map((state) => [state, nameAt('flow', flowPoint(direction, state))])),
      ]),
    ),
    minute: {
      ranges: segmentsOf(line.minute, named('minute'), { low: 0n, high: BigInt(unknownMinute - 1) }).map(
        ({ low, high, name }) => [Number(low), Number(high), name] as const,
      ),
      none: nameAt('minute', unknownMinute),
    },
  };
}

type Range = { readonly low: bigint; readonly high: bigint };

/** The whole range, cut where the class changes. */
function segmentsOf(line: Line, nameOf: NameOf, { low, high }: Range): readonly Segment[] {
  const found: { low: bigint; high: bigint; name: string }[] = [];
  for (let atom = 0; atom < line.starts.length; atom += 1) {
    const [start, next] = [element(line.starts, atom), line.starts[atom + 1] ?? high + 1n];
    const number = element(line.classOf, atom);
    if (number < 0 || next <= low || start > high) continue;
    const [from, to] = [start > low ? start : low, next - 1n < high ? next - 1n : high];
    const name = nameOf(number);
    const last = found.at(-1);
    if (last?.name === name) last.high = to;
    else found.push({ low: from, high: to, name });
  }
  return found;
}

function addressTable(line: Line, name4: NameOf, name6: NameOf): Addresses {
  return { 4: ipv4Table(segmentsOf(line, name4, familyLine[4])), 6: ipv6Table(segmentsOf(line, name6, familyLine[6])) };
}

/** Runs of values no longer than this are listed one by one. */
const longestListed = 256n;

/** `base` is the value that is called 0. */
function numberTable(segments: readonly Segment[], base: bigint): Ranges & { readonly at: Listed } {
  const rest = mostFrequent(segments);
  const at: { [value: string]: string } = {};
  const ranges: (readonly [number, number, string])[] = [];
  for (const { low, high, name } of segments) {
    if (name === rest) continue;
    if (high - low >= longestListed) ranges.push([Number(low - base), Number(high - base), name]);
    else for (let value = low; value <= high; value += 1n) at[String(value - base)] = name;
  }
  return { at, ranges, rest };
}

/** The name that the most segments bear; of those the first. */
function mostFrequent(segments: readonly Segment[]): string {
  const counts = new Map<string, number>();
  for (const { name } of segments) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0])[0];
}

const details = 65_536n;

/** Protocols of the commonest single class are under `*`. */
function serviceTable(line: Line, nameOf: NameOf): Tables['service'] {
  const segments = Array.from({ length: 256 }, (_, protocol) => {
    const low = BigInt(protocol) * details;
    return { low, segments: segmentsOf(line, nameOf, { low, high: low + BigInt(lastDetail(protocol)) }) };
  });
  const common = mostFrequent(segments.flatMap((each) => (each.segments.length === 1 ? each.segments : [])));
  const told = segments.flatMap(({ low, segments: own }, protocol) => {
    if (own.length === 1 && own[0]?.name === common) return [];
    const { at, ...others } = numberTable(own, low);
    const listed = hasPorts(protocol) ? { ports: at } : isIcmp(protocol) ? { messages: at } : { messages: {} };
    return [[wordOf(protocol), { ...listed, ...others }] as const];
  });
  return { '*': common, ...Object.fromEntries(told) };
}
