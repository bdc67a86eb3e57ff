/** The nodes of a Rego artifact: named by what they say, so that a node that stays the same keeps its name. */
import { families } from '../../addresses.ts';
import type { Field } from '../../boxes.ts';
import { unknownMinute } from '../../clauses.ts';
import type { DecisionDiagram } from '../../decide.ts';
import { digestOf } from '../../../digest.ts';
import { childOf, type Node, type NodeId } from '../../diagram.ts';
import { element } from '../../element.ts';
import type { DecisionResult } from '../../model.ts';
import { flowPoint, noSourcePort } from '../../request/flow.ts';
import { classAt } from '../../space.ts';
import { classNames } from './lines.ts';

/** From a class's name to the next node; `*` for every other class. */
type Edges = { readonly [name: string]: string };

export type AskedField = Exclude<Field, 'destination'>;

export type Nodes = {
  readonly nodes: { readonly [field in AskedField]: { readonly [node: string]: Edges } };
  /** Behind each node that a service leads to: the answer to a request that tells no more. */
  readonly plain: { readonly [node: string]: string };
  readonly answers: { readonly [node: string]: DecisionResult };
};

/** By family, then class of destinations: the node that asks for the source. */
export type Destinations = readonly ((number: number) => string)[];

const levels = { source: 1, service: 2 } as const;

export function nodesOf(diagram: DecisionDiagram): Nodes & { readonly destinations: Destinations } {
  const { store, roots } = diagram;
  const names = classNames(store.space);
  const nodes = store.space.names.map((): { [node: string]: Edges } => ({}));
  const add = (level: number, edges: Edges): string => {
    const name = nameOfContent(edges);
    element(nodes, level)[name] = edges;
    return name;
  };
  const found: { [node: string]: DecisionResult } = {};
  const plain: { [node: string]: string } = {};
  const plainEnd = plainWalk(diagram);
  const end = remembered((id) => {
    const node = store.nodes[id];
    if (node !== undefined) return add(node.level, edgesOf(node, element(names, node.level), end));
    const answer = diagram.answers[id];
    if (answer === undefined) throw new RangeError('a terminal without an answer');
    const name = nameOfContent(answer);
    found[name] = answer;
    return name;
  });
  const ending = remembered((id) => {
    const name = end(id);
    plain[name] = end(plainEnd(id));
    return name;
  });
  /** A node that asks for something later is stood before by one that asks, and does not care. */
  const asking = (level: number, below: (id: NodeId) => string) =>
    remembered((id) => {
      const node = store.nodes[id];
      return add(level, node?.level === level ? edgesOf(node, element(names, level), below) : { '*': below(id) });
    });
  const source = asking(levels.source, asking(levels.service, ending));
  const destinations = roots.map((root) => {
    const node = store.nodes[root];
    return node?.level === 0 ? (number: number) => source(childOf(node, number)) : () => source(root);
  });
  for (const [part] of families.entries()) walkDestinations(diagram, part, element(destinations, part));
  const [, ...asked] = store.space.names.map((name, level) => [name, element(nodes, level)] as const);
  return { destinations, nodes: Object.fromEntries(asked) as Nodes['nodes'], plain, answers: found };
}

/** Names every node, those of destinations that no address has included. */
function walkDestinations({ store, roots }: DecisionDiagram, part: number, nodeAt: (number: number) => string): void {
  const node = store.nodes[element(roots, part)];
  for (const start of node?.level === 0 ? node.starts : [0]) nodeAt(start);
}

/** Where a request comes to that gives no source port, begins a connection through the point, and gives no time. */
function plainWalk({ store }: DecisionDiagram): (id: NodeId) => NodeId {
  const { line, names } = store.space;
  const classes = { sourcePort: noSourcePort, flow: flowPoint('forward', 'new'), minute: unknownMinute } as const;
  const byLevel = names.map((name) =>
    Object.hasOwn(classes, name) ? classAt(line[name], BigInt(classes[name as keyof typeof classes])) : -1,
  );
  return (from) => {
    let id = from;
    for (let node = store.nodes[id]; node !== undefined; node = store.nodes[id]) id = childOf(node, element(byLevel, node.level));
    return id;
  };
}

function remembered(nameOf: (id: NodeId) => string): (id: NodeId) => string {
  const named = new Map<NodeId, string>();
  return (id) => {
    const held = named.get(id) ?? nameOf(id);
    named.set(id, held);
    return held;
  };
}

/** What most classes lead to stands once, under `*`; of as many, what has the least name. */
function edgesOf(node: Node, names: readonly string[], nameOf: (id: NodeId) => string): Edges {
  const children = node.children.map((child) => nameOf(child));
  const endOf = (run: number) => node.starts[run + 1] ?? node.end;
  const widths = new Map<string, number>();
  children.forEach((child, run) => widths.set(child, (widths.get(child) ?? 0) + endOf(run) - element(node.starts, run)));
  const rest = [...widths].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))[0];
  const edges: { [name: string]: string } = { '*': rest };
  children.forEach((child, run) => {
    if (child === rest) return;
    for (let number = element(node.starts, run); number < endOf(run); number += 1) edges[element(names, number)] = child;
  });
  return edges;
}

function nameOfContent(content: unknown): string {
  return digestOf(content).slice('sha256:'.length, 'sha256:'.length + 16);
}
