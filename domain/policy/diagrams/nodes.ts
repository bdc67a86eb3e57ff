/** The nodes of decision diagrams: one store holds many diagrams, and each node of them once. */
import { element } from '../element.ts';
import { type Chains, mixed, newChains, settled } from '../lists/chains.ts';
import type { Row } from '../lists/row.ts';
import type { Space } from '../space.ts';

export type NodeId = number;

/** `starts[i]` is the first class that leads to `children[i]`; the last run ends with the domain. */
export type Node = {
  readonly level: number;
  readonly starts: readonly number[];
  readonly children: readonly NodeId[];
  readonly end: number;
};

/** By part of the space. */
export type Roots = readonly NodeId[];

export type Store<Name extends string = string> = {
  readonly space: Space<Name>;
  readonly nodes: (Node | undefined)[];
  /** What a terminal says; `undefined` for inner nodes. */
  readonly terminals: (string | undefined)[];
  /** Terminals by what they say. */
  readonly said: Map<string, NodeId>;
  /** Inner nodes by level, starts and children: their ids by entry. */
  readonly shared: { readonly chains: Chains; readonly ids: NodeId[] };
};

export function newStore<Name extends string>(space: Space<Name>): Store<Name> {
  return { space, nodes: [], terminals: [], said: new Map(), shared: { chains: newChains(), ids: [] } };
}

export type AnyStore = Omit<Store, 'space'>;

export function terminal(store: AnyStore, text: string): NodeId {
  const held = store.said.get(text);
  if (held !== undefined) return held;
  const id = store.nodes.push(undefined) - 1;
  store.terminals.push(text);
  store.said.set(text, id);
  return id;
}

/** `children` one for each of `starts`, no neighbour like the next. */
export type Edges = { readonly level: number; readonly end: number; readonly starts: Row; readonly children: Row };

/** A node of the given edges: one with one child is the child, an equal node is shared. */
export function join(store: AnyStore, edges: Edges): NodeId {
  const { level, end, starts, children } = edges;
  if (starts.count === 1) return element(children.numbers, 0);
  const { chains, ids } = store.shared;
  const hash = hashOfEdges(edges);
  for (let entry = chains.first(hash); entry >= 0; entry = chains.next(entry, hash)) {
    const id = element(ids, entry);
    if (hasEdges(store.nodes[id], edges)) return id;
  }
  const id = store.nodes.push({ level, starts: listOf(starts), children: listOf(children), end }) - 1;
  store.terminals.push(undefined);
  ids[chains.add(hash)] = id;
  return id;
}

/** Plain lists: of a few numbers, a column of numbers takes three times the room. */
function listOf({ numbers, count }: Row): readonly number[] {
  const list = Array<number>(count);
  for (let at = 0; at < count; at += 1) list[at] = numbers[at] ?? 0;
  return list;
}

function hashOfEdges({ level, starts, children }: Edges): number {
  let hash = level;
  for (let at = 0; at < starts.count; at += 1) hash = mixed(mixed(hash, starts.numbers[at] ?? 0), children.numbers[at] ?? 0);
  return settled(hash);
}

function hasEdges(node: Node | undefined, { level, starts, children }: Edges): boolean {
  if (node?.level !== level || node.starts.length !== starts.count) return false;
  for (let at = 0; at < starts.count; at += 1)
    if (node.starts[at] !== starts.numbers[at] || node.children[at] !== children.numbers[at]) return false;
  return true;
}

/** On the path of every decision: no bounds are checked, the bisection stays within them. */
export function childOf({ starts, children }: Node, number: number): NodeId {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= number) low = middle;
    else high = middle - 1;
  }
  return children[low] ?? -1;
}
