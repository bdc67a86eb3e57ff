/**
 * Graphs of tests back to expressions. Two nodes that lead on alike are one `and` or `or`, until none are left to join; what then still
 * leads on by a test is an `if`.
 */
import { type Expression, literal, never } from '../../access/expression.ts';
import { object, openObject, textOf, unreadable } from '../rego/read-json.ts';
import { readTest } from './read-tests.ts';

type Node = { of: Expression; yes: string; no: string; readonly error: string };

const ends: { readonly [name: string]: Expression } = {
  true: literal(true),
  false: never,
  // No truth value: what is no boolean errs.
  error: literal('error'),
};

export function readGraph(value: unknown, where: string): Expression {
  const { root, nodes } = object(value, ['root', 'nodes'], where);
  const first = textOf(root, where);
  const graph = new Map<string, Node>();
  const held = openObject(nodes, where);
  for (const end of Object.keys(ends)) if (Object.hasOwn(held, end)) throw unreadable(`a node \`${end}\` in ${where}`, 'an end');
  gather(first, { held, graph, where, path: new Set() });
  while (join(graph, first)) continue;
  return expressionOf(first, graph, new Map());
}

type Gathering = {
  readonly held: { readonly [name: string]: unknown };
  readonly graph: Map<string, Node>;
  readonly where: string;
  readonly path: Set<string>;
};

/** All that a way leads to. */
function gather(name: string, gathering: Gathering): void {
  const { held, graph, where, path } = gathering;
  if (Object.hasOwn(ends, name) || graph.has(name)) return;
  if (path.has(name) || !Object.hasOwn(held, name))
    throw unreadable(`the way to node \`${name}\` in ${where}`, 'nodes that lead to an end');
  const { test, true: yes, false: no, error } = object(held[name], ['test', 'true', 'false', 'error'], where);
  const node: Node = { of: readTest(test, where), yes: textOf(yes, where), no: textOf(no, where), error: textOf(error, where) };
  path.add(name);
  for (const next of [node.yes, node.no, node.error]) gather(next, gathering);
  path.delete(name);
  graph.set(name, node);
}

/** Whether two nodes became one. */
function join(graph: Map<string, Node>, root: string): boolean {
  const uses = new Map<string, number>([[root, 1]]);
  for (const { yes, no, error } of graph.values()) for (const next of [yes, no, error]) uses.set(next, (uses.get(next) ?? 0) + 1);
  for (const node of graph.values())
    for (const next of [node.yes, node.no]) {
      const other = graph.get(next);
      if (other === undefined || uses.get(next) !== 1 || other.error !== node.error || !joined(node, next, other)) continue;
      graph.delete(next);
      return true;
    }
  return false;
}

function joined(node: Node, next: string, other: Node): boolean {
  const [op, rest] = node.yes === next ? (['and', node.no] as const) : (['or', node.yes] as const);
  if (other.yes !== rest && other.no !== rest) return false;
  const straight = op === 'and' ? other.no === rest : other.yes === rest;
  const right: Expression = straight ? other.of : { op: 'not', of: other.of };
  node.of = { op, left: node.of, right };
  const onward = op === 'and' ? (straight ? other.yes : other.no) : straight ? other.no : other.yes;
  if (op === 'and') node.yes = onward;
  else node.no = onward;
  return true;
}

function expressionOf(name: string, graph: ReadonlyMap<string, Node>, known: Map<string, Expression>): Expression {
  const found = Object.hasOwn(ends, name) ? ends[name] : known.get(name);
  if (found !== undefined) return found;
  const node = graph.get(name);
  if (node === undefined) throw unreadable(`node \`${name}\``, 'a node');
  const { of, yes, no, error } = node;
  const made = choose(of, [yes, no, error], (next) => expressionOf(next, graph, known));
  known.set(name, made);
  return made;
}

function choose(of: Expression, [yes, no, error]: readonly [string, string, string], read: (name: string) => Expression): Expression {
  if (error === 'error') {
    if (yes === 'true' && no === 'false') return of;
    if (yes === 'false' && no === 'true') return { op: 'not', of };
    return { op: 'if', condition: of, yes: read(yes), no: read(no) };
  }
  const whenNo: Expression =
    no === error ? read(no) : { op: 'if', condition: { op: 'holds', of: { op: 'not', of } }, yes: read(no), no: read(error) };
  return { op: 'if', condition: { op: 'holds', of }, yes: read(yes), no: whenNo };
}
