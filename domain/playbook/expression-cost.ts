/**
 * A bound on what an expression can cost, computed on the real inputs before it is evaluated: how many nodes at most, and how
 * big what it builds can get. Refuses with `expression-budget-exceeded`. Macros over lists are what makes either grow.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { EdictError } from '../errors.ts';
import { childrenOf, type Expression } from './expression-ast.ts';

const mostEvaluations = 1_000_000;
const largestSize = 8_000_000;

/** `size`: characters and entries in all; `length`: of the longest list in it; `value`: where it is known. */
type Bound = { readonly size: number; readonly length: number; readonly value?: unknown };
type Cost = { evaluations: number };
type Names = { readonly [name: string]: Bound };

const scalar: Bound = { size: 20, length: 0 };
const iterating = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export function assertWithinBudget(expression: Expression, context: { readonly [root: string]: unknown }): void {
  const names = Object.fromEntries(Object.entries(context).map(([root, value]) => [root, boundOf(value)]));
  const cost: Cost = { evaluations: 0 };
  const result = visit(expression.ast, names, cost, 1);
  if (cost.evaluations > mostEvaluations || result.size > largestSize) throw exceeded(expression.text);
}

function exceeded(text: string): EdictError {
  return new EdictError('expression-budget-exceeded', `\`${text.slice(0, 200)}\` would take too many steps on these inputs`, {
    expected: `at most ${mostEvaluations} steps and values of ${largestSize} characters`,
    help: 'nest fewer list macros, or filter first',
  });
}

function visit(node: ASTNode, names: Names, cost: Cost, times: number): Bound {
  cost.evaluations += times;
  if (cost.evaluations > mostEvaluations) return { size: largestSize + 1, length: 0 };
  if (node.op === 'id') return names[node.args] ?? scalar;
  if (node.op === 'value') return boundOf(node.args);
  if (node.op === '.') return field(visit(node.args[0], names, cost, times), node.args[1]);
  if (node.op === 'rcall' && iterating.has(node.args[0])) return iterate(node, names, cost, times);
  const parts = childrenOf(node).map((child) => visit(child, names, cost, times));
  return combine(node, parts);
}

function iterate(node: Extract<ASTNode, { op: 'rcall' }>, names: Names, cost: Cost, times: number): Bound {
  const [macro, receiver, [variable, ...bodies]] = node.args;
  const list = visit(receiver, names, cost, times);
  const element = elementOf(list);
  const inner = variable?.op === 'id' ? { ...names, [variable.args]: element } : names;
  const results = bodies.map((body) => visit(body, inner, cost, times * Math.max(1, list.length)));
  if (macro === 'filter') return { size: list.size, length: list.length };
  if (macro !== 'map') return scalar;
  const body = results.at(-1) ?? scalar;
  return { size: list.length * (body.size + 1), length: Math.max(list.length, body.length) };
}

function combine(node: ASTNode, parts: readonly Bound[]): Bound {
  if (node.op === '?:' || node.op === '[]')
    return { size: Math.max(0, ...parts.map((part) => part.size)), length: Math.max(0, ...parts.map((part) => part.length)) };
  const total = parts.reduce((sum, part) => ({ size: sum.size + part.size, length: sum.length + part.length }), {
    size: parts.length + 1,
    length: parts.length,
  });
  if (node.op === 'rcall' && node.args[0] === 'join') return { size: (parts[0]?.size ?? 0) * (1 + (parts[1]?.size ?? 0)), length: 0 };
  if (node.op === 'rcall' && node.args[0] === 'split') return { size: total.size * 2, length: total.size };
  return total;
}

function field(parent: Bound, name: string): Bound {
  const { value } = parent;
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name))
    return boundOf((value as { [key: string]: unknown })[name]);
  return { size: parent.size, length: parent.length };
}

function elementOf(list: Bound): Bound {
  if (!Array.isArray(list.value)) return { size: list.size, length: list.length };
  const bounds = list.value.map(boundOf);
  return {
    size: bounds.reduce((most, { size }) => Math.max(most, size), 0),
    length: bounds.reduce((most, { length }) => Math.max(most, length), 0),
  };
}

const measured = new WeakMap<object, Bound>();

function boundOf(value: unknown): Bound {
  if (typeof value === 'string') return { size: value.length + 1, length: 0 };
  if (typeof value !== 'object' || value === null) return scalar;
  const known = measured.get(value);
  if (known) return known;
  const entries = Array.isArray(value)
    ? value.map(boundOf)
    : Object.entries(value).map(([key, entry]) => ({ ...boundOf(entry), size: key.length + boundOf(entry).size }));
  const size = entries.reduce((sum, entry) => sum + entry.size + 1, 1);
  const bound = { size, length: entries.reduce((most, entry) => Math.max(most, entry.length), entries.length), value };
  measured.set(value, bound);
  return bound;
}
