/**
 * IPv4 addresses to names by whole octets: `10.2.0.5`, `10.2.0`, `10.2`, `10` or `*`, of which the longest that is listed decides. A
 * network that ends within an octet is listed octet by octet.
 */
import { element } from '../../element.ts';
import type { Segment } from './lines.ts';

export type Ipv4Table = {
  /** By whole address. */
  readonly hosts: { readonly [address: string]: string };
  /** By one to three octets, or `*`. */
  readonly networks: { readonly [prefix: string]: string };
};

/** `segments` cover all of IPv4. */
export function ipv4Table(segments: readonly Segment[]): Ipv4Table {
  const cut: Cut = { starts: Float64Array.from(segments, ({ low }) => Number(low)), names: segments.map(({ name }) => name) };
  const found: { [prefix: string]: string }[] = [{}, {}];
  list(found, cut, { base: 0, prefix: '', octets: 0, outer: undefined });
  return { hosts: element(found, 0), networks: element(found, 1) };
}

type Cut = { readonly starts: Float64Array; readonly names: readonly string[] };

type Network = {
  readonly base: number;
  readonly prefix: string;
  readonly octets: number;
  /** What is said of the network around it. */
  readonly outer: string | undefined;
};

/** What most octets of a network are stands for all of which nothing else is said. */
function list(found: readonly { [prefix: string]: string }[], cut: Cut, { base, prefix, octets, outer }: Network): void {
  const width = 2 ** (24 - 8 * octets);
  const slots = Array.from({ length: 256 }, (_, octet) => wholeClass(cut, base + octet * width, width));
  const rest = commonest(slots);
  if (rest !== undefined && rest !== outer) element(found, 1)[prefix === '' ? '*' : prefix] = rest;
  for (const [octet, slot] of slots.entries()) {
    const longer = prefix === '' ? String(octet) : `${prefix}.${octet}`;
    if (slot === undefined) list(found, cut, { base: base + octet * width, prefix: longer, octets: octets + 1, outer: rest ?? outer });
    else if (slot !== rest) element(found, octets === 3 ? 0 : 1)[longer] = slot;
  }
}

/** `undefined` where a network is of several classes. */
function wholeClass({ starts, names }: Cut, low: number, width: number): string | undefined {
  const first = segmentAt(starts, low);
  return first === segmentAt(starts, low + width - 1) ? element(names, first) : undefined;
}

function commonest(slots: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>();
  for (const slot of slots) if (slot !== undefined) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  let best: string | undefined;
  for (const [name, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = name;
  return best;
}

function segmentAt(starts: Float64Array, value: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (element(starts, middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
