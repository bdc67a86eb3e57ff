/**
 * Compares decision diagrams of one store over the whole request space: they are equal, or there is a request on which they differ.
 * Only complete requests are compared: both addresses of one family, a time given where a rule asks for one.
 */
import { element } from './element.ts';
import { type Box, everything } from './boxes.ts';
import type { ClauseRule, Clauses, NetworkClause } from './clauses.ts';
import { childOf, type NodeId, type Reading, type Roots, type Store } from './diagram.ts';
import type { Decision, RuleEffect } from './model.ts';
import { flowSet, noSourcePort } from './request/flow.ts';
import { everyMessage } from './service-selector.ts';

/** All complete requests that begin a connection through the point. */
export const wholeBox: Box = {
  ...everything,
  service: everyMessage,
  sourcePort: [{ low: 0n, high: BigInt(noSourcePort - 1) }],
  flow: flowSet({ directions: ['forward'], states: ['new'] }),
};

/** All complete requests of the directions and states that these rules name, and of those that are meant where none is named. */
export function comparedBox(...sides: readonly Pick<Clauses, 'named'>[]): Box {
  const directions = sides.flatMap(({ named }) => named.directions);
  const states = sides.flatMap(({ named }) => named.states);
  if (directions.length === 0 && states.length === 0) return wholeBox;
  return { ...wholeBox, flow: flowSet({ directions: ['forward', ...directions], states: ['new', ...states] }) };
}

/** One class a level, or `undefined` where any will do. */
export type Path = { readonly part: number; readonly classes: readonly (number | undefined)[] };

const decisionOf: Readonly<Record<RuleEffect, Decision>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

/** Rules in order of weight: the first that matches decides. */
export function ruleReading(rules: readonly ClauseRule[]): Reading {
  return firstMatch((rule) => decisionOf[element(rules, rule).effect]);
}

export function firstMatch(decisionOfRule: (rule: number) => Decision): Reading {
  return {
    group: (rule) => rule,
    decide: (alive) => (alive[0] === undefined ? 'not-applicable' : decisionOfRule(alive[0].rule)),
  };
}

/** The clauses that can matter to complete requests. */
export function completeClauses({ clauses }: Clauses): readonly NetworkClause[] {
  return clauses.filter(({ role }) => role !== 'unsure');
}

/** What a walk over several diagrams at once finds at a leaf; return true to stop. */
export type AtLeaf = (terminals: readonly string[], path: Path) => boolean;

/** Visits each distinct tuple of nodes once, depth first, where the first two differ. */
export function walkDifferences<Name extends string>(
  store: Store<Name>,
  diagrams: readonly [Roots, Roots, ...Roots[]],
  atLeaf: AtLeaf,
): void {
  const levels = store.space.lines.length;
  for (let part = 0; part < store.space.parts; part += 1) {
    const roots = diagrams.map((diagram) => element(diagram, part));
    if (visit({ store, levels, part, seen: new Set(), atLeaf }, roots, [])) return;
  }
}

type Nodes = Pick<Store, 'nodes' | 'terminals'>;

type Walk = { readonly store: Nodes; readonly levels: number; readonly part: number; readonly seen: Set<string>; readonly atLeaf: AtLeaf };

function visit(walk: Walk, ids: readonly NodeId[], classes: readonly (number | undefined)[]): boolean {
  if (ids[0] === ids[1]) return false;
  const level = classes.length;
  if (level === walk.levels) {
    return walk.atLeaf(
      ids.map((id) => element(walk.store.terminals, id)),
      { part: walk.part, classes },
    );
  }
  const key = `${level}:${ids.join(',')}`;
  if (walk.seen.has(key)) return false;
  walk.seen.add(key);
  const starts = boundaries(walk.store, ids, level);
  if (starts.length === 0) return visit(walk, ids, [...classes, undefined]);
  return starts.some((start) => visit(walk, childrenAt(walk.store, { ids, level, at: start }), [...classes, start]));
}

function boundaries(store: Nodes, ids: readonly NodeId[], level: number): readonly number[] {
  const starts = new Set<number>();
  for (const id of ids) {
    const node = store.nodes[id];
    if (node?.level === level) for (const start of node.starts) starts.add(start);
  }
  return [...starts].toSorted((a, b) => a - b);
}

function childrenAt(
  store: Nodes,
  { ids, level, at }: { readonly ids: readonly NodeId[]; readonly level: number; readonly at: number },
): readonly NodeId[] {
  return ids.map((id) => {
    const node = store.nodes[id];
    return node?.level === level ? childOf(node, at) : id;
  });
}

/** Boxes of requests that are decided alike: the paths of the diagram, counting edges to one child as one. */
export function countClasses(store: Nodes, roots: Roots): number {
  const counts = new Map<NodeId, number>();
  const count = (id: NodeId): number => {
    const node = store.nodes[id];
    if (node === undefined) return 1;
    const held = counts.get(id) ?? [...new Set(node.children)].reduce((sum, child) => sum + count(child), 0);
    counts.set(id, held);
    return held;
  };
  return roots.reduce((sum, root) => sum + count(root), 0);
}
