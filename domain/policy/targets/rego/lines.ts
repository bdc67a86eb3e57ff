/** The tables of a Rego artifact: from a value to the name of its class. A class is named by its first value. */
import { familyLine, printAddress } from '../../addresses.ts';
import type { Field } from '../../boxes.ts';
import { unknownMinute } from '../../clauses.ts';
import { element } from '../../element.ts';
import { directions, flowAt, flowPoint, noSourcePort, states } from '../../request/flow.ts';
import { hasPorts, isIcmp, serviceAt } from '../../service-selector.ts';
import { classAt, type Line, type Space } from '../../space.ts';
import { ipv4Prefixes, type OctetPrefixes } from './ipv4-prefixes.ts';
import { type Networks, networksOf } from './ipv6-networks.ts';

/** Values of one class that follow one another, inclusive. */
export type Segment = { readonly low: bigint; readonly high: bigint; readonly name: string };

/** `at` by value, `ranges` as `[low, high, class]`, `rest` where neither tells. */
type Numbers = { at: { [value: string]: string }; ranges: [number, number, string][]; rest: string };

type Addresses = { readonly 4: OctetPrefixes; readonly 6: Networks };

export type Tables = {
  readonly destination: Addresses;
  readonly source: Addresses;
  readonly service: { readonly [protocol: string]: Numbers | string };
  readonly sourcePort: Numbers & { readonly none: string };
  readonly flow: { readonly [direction: string]: { readonly [state: string]: string } };
  readonly minute: { readonly ranges: readonly [number, number, string][]; readonly none: string };
};

const nameOfValue: Readonly<Record<Field, (value: bigint) => string>> = {
  destination: printAddress,
  source: printAddress,
  service: (value) => `${serviceAt(value).protocol}/${serviceAt(value).detail}`,
  sourcePort: (value) => (value === BigInt(noSourcePort) ? 'none' : String(value)),
  flow: (value) => `${flowAt(value).direction} ${flowAt(value).state}`,
  minute: (value) => (value === BigInt(unknownMinute) ? 'none' : String(value)),
};

export function classNames({ names, lines }: Space<Field>): readonly (readonly string[])[] {
  return names.map((name, level) => element(lines, level).sample.map(nameOfValue[name]));
}

export function tablesOf({ line }: Space<Field>): Tables {
  return {
    destination: addressTable(line.destination),
    source: addressTable(line.source),
    service: serviceTable(line.service),
    sourcePort: {
      ...numberTable(segmentsOf(line.sourcePort, 'sourcePort', { low: 0n, high: BigInt(noSourcePort - 1) }), 0n),
      none: nameAt(line.sourcePort, 'sourcePort', BigInt(noSourcePort)),
    },
    flow: flowTable(line.flow),
    minute: {
      ranges: segmentsOf(line.minute, 'minute', { low: 0n, high: BigInt(unknownMinute - 1) }).map(({ low, high, name }) => [
        Number(low),
        Number(high),
        name,
      ]),
      none: nameAt(line.minute, 'minute', BigInt(unknownMinute)),
    },
  };
}

function nameAt(line: Line, field: Field, value: bigint): string {
  return nameOfValue[field](element(line.sample, classAt(line, value)));
}

type Range = { readonly low: bigint; readonly high: bigint };

/** The whole range, cut where the class changes. */
function segmentsOf(line: Line, field: Field, { low, high }: Range): readonly Segment[] {
  const found: { low: bigint; high: bigint; name: string }[] = [];
  for (let atom = 0; atom < line.starts.length; atom += 1) {
    const [start, next] = [element(line.starts, atom), line.starts[atom + 1] ?? high + 1n];
    const number = element(line.classOf, atom);
    if (number < 0 || next <= low || start > high) continue;
    const [from, to] = [start > low ? start : low, next - 1n < high ? next - 1n : high];
    const name = nameOfValue[field](element(line.sample, number));
    const last = found.at(-1);
    if (last?.name === name) last.high = to;
    else found.push({ low: from, high: to, name });
  }
  return found;
}

function addressTable(line: Line): Addresses {
  return { 4: ipv4Prefixes(segmentsOf(line, 'source', familyLine[4])), 6: networksOf(segmentsOf(line, 'source', familyLine[6])) };
}

/** Runs of values no longer than this are listed one by one. */
const longestListed = 256n;

/** `base` is the value that is called 0. */
function numberTable(segments: readonly Segment[], base: bigint): Numbers {
  const rest = mostFrequent(segments);
  const table: Numbers = { at: {}, ranges: [], rest };
  for (const { low, high, name } of segments) {
    if (name === rest) continue;
    if (high - low >= longestListed) table.ranges.push([Number(low - base), Number(high - base), name]);
    else for (let value = low; value <= high; value += 1n) table.at[String(value - base)] = name;
  }
  return table;
}

/** The name that the most segments bear; of those the first. */
function mostFrequent(segments: readonly Segment[]): string {
  const counts = new Map<string, number>();
  for (const { name } of segments) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0])[0];
}

const details = 65_536n;

/** Protocols of the commonest single class are under `*`. */
function serviceTable(line: Line): Tables['service'] {
  const segments = Array.from({ length: 256 }, (_, protocol) => {
    const low = BigInt(protocol) * details;
    const last = hasPorts(protocol) || isIcmp(protocol) ? details - 1n : 0n;
    return { low, segments: segmentsOf(line, 'service', { low, high: low + last }) };
  });
  const common = mostFrequent(segments.flatMap((each) => (each.segments.length === 1 ? each.segments : [])));
  const told = segments.flatMap(({ low, segments: own }, protocol) =>
    own.length === 1 && own[0]?.name === common ? [] : [[String(protocol), numberTable(own, low)] as const],
  );
  return { '*': common, ...Object.fromEntries(told) };
}

function flowTable(line: Line): Tables['flow'] {
  const entries = directions.map((direction) => [
    direction,
    Object.fromEntries(states.map((state) => [state, nameAt(line, 'flow', BigInt(flowPoint(direction, state)))])),
  ]);
  return Object.fromEntries(entries);
}
