/**
 * The fewest networks that say a division of all addresses of a family, where a network within another one goes first. By the least
 * cost of each subtree under each label that it may inherit (Draves et al., "Constructing optimal IP routing tables", INFOCOM 1999).
 */
import { type Cidr, familyLine, type Family } from '../../addresses.ts';
import { element } from '../../element.ts';
import { type IntervalSet, subtract, union } from '../../intervals.ts';

export type Labelled<Label> = { readonly label: Label; readonly set: IntervalSet };

/** The sets are disjoint and together everything. In the order in which they are asked. */
export function prefixesOf<Label>(
  division: readonly Labelled<Label>[],
  family: Family,
): readonly { readonly label: Label; readonly cidr: Cidr }[] {
  const rest = subtract([familyLine[family]], union(...division.map(({ set }) => set)));
  const spans = [...division, { set: rest }]
    .flatMap(({ set }, label) => set.map(({ low, high }) => ({ low, high, label })))
    .filter(({ low }) => low >= familyLine[family].low && low <= familyLine[family].high)
    .toSorted((a, b) => (a.low < b.low ? -1 : 1));
  const tree = treeOf({ spans, low: familyLine[family].low, bits: 0, width: family === 4 ? 32 : 128 }, division.length);
  return print(tree, undefined).map(({ label, cidr }) => ({ label: element(division, label).label, cidr }));
}

type Span = { readonly low: bigint; readonly high: bigint; readonly label: number };

type Tree = {
  readonly cidr: Cidr;
  readonly children: readonly [Tree, Tree] | undefined;
  /** By inherited label: how many networks are needed within. */
  readonly costs: readonly number[];
  /** The label that a network for the whole of it would best have. */
  readonly best: number;
};

type Part = { readonly spans: readonly Span[]; readonly low: bigint; readonly bits: number; readonly width: number };

function treeOf({ spans, low, bits, width }: Part, labels: number): Tree {
  const cidr = { low, bits };
  const first = element(spans, 0).label;
  if (spans.every(({ label }) => label === first))
    return { cidr, children: undefined, costs: leafCosts(first, labels), best: Math.min(first, labels - 1) };
  const middle = low + (1n << BigInt(width - bits - 1));
  const left = treeOf({ spans: spans.filter((span) => span.low < middle), low, bits: bits + 1, width }, labels);
  const right = treeOf({ spans: spans.filter((span) => span.high >= middle), low: middle, bits: bits + 1, width }, labels);
  const inherited = left.costs.map((cost, label) => cost + element(right.costs, label));
  const best = inherited.indexOf(Math.min(...inherited));
  return { cidr, children: [left, right], costs: inherited.map((cost) => Math.min(cost, element(inherited, best) + 1)), best };
}

/** The label behind the last one is any. */
function leafCosts(own: number, labels: number): readonly number[] {
  return Array.from({ length: labels }, (_, label) => (label === own || own === labels ? 0 : 1));
}

/** `label`: what is inherited; nothing at the top. */
function print(tree: Tree, label: number | undefined): readonly { readonly label: number; readonly cidr: Cidr }[] {
  const { children, best, cidr } = tree;
  const own = label === undefined || isOwn(tree, label);
  const within = own ? best : label;
  const inner = children === undefined ? [] : children.flatMap((child) => print(child, within));
  return own ? [...inner, { label: best, cidr }] : inner;
}

function isOwn({ children, costs, best }: Tree, label: number): boolean {
  if (children === undefined) return element(costs, label) > 0 && best !== label;
  const [left, right] = children;
  return element(costs, label) < element(left.costs, label) + element(right.costs, label);
}
