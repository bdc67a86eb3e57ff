/**
 * How much a diagram allows, counted: classes are as large as their atoms are wide, and a node is the sum of its edges. A share is in
 * log scale: 1 is everything, 0 a single request, so that a /16 to a /16 on all TCP ports and a host to a host on one are told apart.
 */
import { element } from '../element.ts';
import type { NodeId, Roots } from '../diagram.ts';
import type { Line, Runs, Space } from '../space.ts';
import type { Nodes } from './walk.ts';

/** Of one part of a space, such as an address family. */
export type Size = {
  /** Over every dimension. */
  readonly requests: bigint;
  /**
   * Logarithm to base 2, over all that the dimensions set aside can be: a host to a host on one port at any time from any source port
   * is 0 bits, half the week −1. `-Infinity` for none.
   */
  readonly bits: number;
  /** `bits` of those of the whole part, 0 to 1. */
  readonly share: number;
};

/** What is counted, but does not count as wide: circumstances of a request rather than its ends. */
const aside: readonly string[] = ['sourcePort', 'flow', 'minute'];

/** Requests of each class of a line. */
function classSizes({ starts, classOf, sample }: Pick<Line, 'starts' | 'classOf' | 'sample'>): readonly bigint[] {
  const sizes = sample.map(() => 0n);
  classOf.forEach((number, atom) => {
    const end = starts[atom + 1];
    if (number >= 0 && end !== undefined) sizes[number] = element(sizes, number) + end - element(starts, atom);
  });
  return sizes;
}

export type Measure = {
  /** By part, the requests whose terminal is `counted`. */
  readonly ofDiagram: (roots: Roots, counted: (terminal: NodeId) => boolean) => readonly Size[];
  /** By part, what the sets hold together, in the order of the dimensions. */
  readonly ofBox: (runs: (level: number, part: number) => Runs) => readonly Size[];
  /** The widest part's share of that, but for the last digits of a number: many boxes are to be told from few. */
  readonly roughShare: (runs: (level: number, part: number) => Runs) => number;
};

export type Measured = Nodes & { readonly space: Pick<Space, 'names'> };

export function measureOf(nodes: Measured): Measure {
  const { lines, parts, names } = nodes.space;
  const sums = lines.map((line) => prefixSums(classSizes(line)));
  const wholes = Array.from({ length: parts }, (_, part): Whole => {
    const spans = lines.map((line, level) => {
      const { start, end } = element(line.domains, part);
      return width(element(sums, level), start, end);
    });
    const free = log2(productOf(spans.filter((_span, level) => aside.includes(names[level] ?? ''))));
    return { spans, free, most: log2(productOf(spans)) - free };
  });
  const known = remembered((level, runs) => widthOfRuns(element(sums, level), runs));
  const bits = remembered((level, runs) => log2(widthOfRuns(element(sums, level), runs)));
  const sizes = (count: (whole: Whole, part: number) => bigint) => wholes.map((whole, part) => sizeOf(count(whole, part), whole));
  return {
    ofDiagram: (roots, counted) =>
      sizes(({ spans }, part) => countPart({ nodes, sums, spans, counted, known: new Map() }, element(roots, part))),
    ofBox: (runs) => sizes((_whole, part) => productOf(lines.map((_line, level) => known(level, runs(level, part))))),
    roughShare: (runs) =>
      Math.max(
        ...wholes.map(({ free, most }, part) =>
          shareOf(
            lines.reduce((sum, _line, level) => sum + bits(level, runs(level, part)), -free),
            most,
          ),
        ),
      ),
  };
}

/** `free` and `most` are bits: of what is set aside, and of the rest. */
type Whole = { readonly spans: readonly bigint[]; readonly free: number; readonly most: number };

function sizeOf(requests: bigint, { free, most }: Whole): Size {
  if (requests === 0n) return { requests, bits: Number.NEGATIVE_INFINITY, share: 0 };
  const bits = log2(requests) - free;
  return { requests, bits, share: shareOf(bits, most) };
}

function shareOf(bits: number, most: number): number {
  if (most === 0) return bits === Number.NEGATIVE_INFINITY ? 0 : 1;
  return Math.max(0, bits / most);
}

/** Of a number that may be far beyond what a double holds; `-Infinity` for 0. */
function log2(value: bigint): number {
  if (value === 0n) return Number.NEGATIVE_INFINITY;
  const shift = Math.max(0, 4 * value.toString(16).length - 56);
  return Math.log2(Number(value >> BigInt(shift))) + shift;
}

/** Equal sets are one object, and many rules share them. */
function remembered<Value>(width: (level: number, runs: Runs) => Value): (level: number, runs: Runs) => Value {
  const held = new Map<Runs, Value>();
  return (level, runs) => {
    const found = held.get(runs) ?? width(level, runs);
    held.set(runs, found);
    return found;
  };
}

function widthOfRuns(sums: readonly bigint[], { runs }: Runs): bigint {
  let total = 0n;
  for (let at = 0; at < runs.length; at += 2) total += width(sums, element(runs, at), element(runs, at + 1));
  return total;
}

function productOf(numbers: readonly bigint[]): bigint {
  return numbers.reduce((product, number) => product * number, 1n);
}

type Count = {
  readonly nodes: Nodes;
  readonly sums: readonly (readonly bigint[])[];
  readonly spans: readonly bigint[];
  readonly counted: (terminal: NodeId) => boolean;
  readonly known: Map<NodeId, bigint>;
};

function countPart(count: Count, root: NodeId): bigint {
  return countBelow(count, root) * skipped(count, 0, levelOf(count, root));
}

/** Requests below a node, over the levels from its own on. */
function countBelow(count: Count, id: NodeId): bigint {
  const node = count.nodes.nodes[id];
  if (node === undefined) return count.counted(id) ? 1n : 0n;
  const held = count.known.get(id);
  if (held !== undefined) return held;
  let total = 0n;
  node.children.forEach((child, at) => {
    const below = countBelow(count, child);
    if (below === 0n) return;
    const own = width(element(count.sums, node.level), element(node.starts, at), node.starts[at + 1] ?? node.end);
    total += own * below * skipped(count, node.level + 1, levelOf(count, child));
  });
  count.known.set(id, total);
  return total;
}

function levelOf({ nodes }: Count, id: NodeId): number {
  return nodes.nodes[id]?.level ?? nodes.space.lines.length;
}

function skipped({ spans }: Count, from: number, to: number): bigint {
  return productOf(spans.slice(from, to));
}

function prefixSums(sizes: readonly bigint[]): readonly bigint[] {
  const sums = [0n];
  for (const size of sizes) sums.push(element(sums, sums.length - 1) + size);
  return sums;
}

function width(sums: readonly bigint[], start: number, end: number): bigint {
  return element(sums, end) - element(sums, start);
}

/** As families of addresses are called. */
export type FamilySizes = { readonly ipv4: Size; readonly ipv6: Size };

export function familySizes(sizes: readonly Size[]): FamilySizes {
  return { ipv4: element(sizes, 0), ipv6: element(sizes, 1) };
}

/** `2^48.0 requests of IPv4 (58 %)`. */
export function printSize({ bits, share }: Size): string {
  return bits === Number.NEGATIVE_INFINITY ? 'nothing' : `2^${bits.toFixed(1)} (${(share * 100).toFixed(0)} %)`;
}

/** For JSON: a number of requests may be beyond what a JSON number holds; `bits` is absent where nothing is allowed. */
export type PlainSize = { readonly requests: string; readonly bits?: number | undefined; readonly share: number };

export type PlainSizes = { readonly ipv4: PlainSize; readonly ipv6: PlainSize };

export function plainSizes({ ipv4, ipv6 }: FamilySizes): PlainSizes {
  return { ipv4: plainSize(ipv4), ipv6: plainSize(ipv6) };
}

function plainSize({ requests, bits, share }: Size): PlainSize {
  return { requests: requests.toString(), ...(Number.isFinite(bits) ? { bits } : {}), share };
}
