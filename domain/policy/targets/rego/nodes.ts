/** The nodes of a Rego artifact: named by what they say, so that a node that stays the same keeps its name. */
import { families } from '../../addresses.ts';
import type { Field } from '../../boxes.ts';
import type { DecisionDiagram } from '../../decide.ts';
import { digestOf } from '../../../digest.ts';
import type { Node } from '../../diagram.ts';
import { element } from '../../element.ts';
import type { DecisionResult } from '../../model.ts';
import { classNames } from './lines.ts';

/** From a class's name to the next node; `*` for every other class. */
type Edges = { readonly [name: string]: string };

export type Nodes = {
  readonly roots: { readonly [family: string]: string };
  readonly nodes: { readonly [field in Field]: { readonly [node: string]: Edges } };
  readonly answers: { readonly [node: string]: DecisionResult };
};

export function nodesOf({ store, roots, answers }: DecisionDiagram): Nodes {
  const named = new Map<number, string>();
  const nodes = store.space.names.map((): { [node: string]: Edges } => ({}));
  const found: { [node: string]: DecisionResult } = {};
  const names = classNames(store.space);
  const nameOf = (id: number, own?: string): string => {
    const held = named.get(id);
    if (held !== undefined) return held;
    const node = store.nodes[id];
    const name = node === undefined ? addAnswer(element(answers, id)) : addNode(node, own);
    named.set(id, name);
    return name;
  };
  const addAnswer = (answer: DecisionResult | undefined): string => {
    if (answer === undefined) throw new RangeError('a terminal without an answer');
    const name = nameOfContent(answer);
    found[name] = answer;
    return name;
  };
  const addNode = (node: Node, own: string | undefined): string => {
    const edges = edgesOf(node, element(names, node.level), nameOf);
    const name = node.level === 0 && own !== undefined ? own : nameOfContent(edges);
    element(nodes, node.level)[name] = edges;
    return name;
  };
  const byFamily = roots.map((root, part) => {
    const family = String(element(families, part));
    return [family, nameOf(root, family)] as const;
  });
  return {
    roots: Object.fromEntries(byFamily),
    nodes: Object.fromEntries(store.space.names.map((name, level) => [name, element(nodes, level)])) as Nodes['nodes'],
    answers: found,
  };
}

/** What most classes lead to stands once, under `*`; of as many, what has the least name. */
function edgesOf(node: Node, names: readonly string[], nameOf: (id: number) => string): Edges {
  const children = [...node.children].map((child) => nameOf(child));
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
