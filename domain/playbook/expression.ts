/**
 * Expressions: the Common Expression Language (https://cel.dev) by @marcbachmann/cel-js, fenced in. Deterministic, without
 * I/O, bounded before it starts (expression-cost.ts). Integers are CEL ints inside and JSON numbers outside. An unresolved
 * reference is `expression-failed`, never null. Runs inside the workflow sandbox.
 */
import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { EdictError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { childrenOf, type Expression } from './expression-ast.ts';
import { assertWithinBudget } from './expression-cost.ts';

/** Gives the value of a root name, or undefined where there is none. */
export type Scope = (root: string) => Json | undefined;

const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** `matches` hangs on hostile patterns; `bind` doubles values without bound; bytes have no JSON form. */
const forbidden = new Set(['matches', 'bind', 'bytes', 'json', 'hex', 'base64', 'at']);
const typeNames = new Set(['int', 'uint', 'double', 'string', 'bool', 'bytes', 'list', 'map', 'type', 'null_type', 'dyn', 'google']);
const longestText = 4_000;

export function celEnvironment(unlistedVariablesAreDyn: boolean): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 400, maxDepth: 32, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 8 },
  });
  // JSON does not tell 1 from 1.0: arithmetic may mix both.
  for (const operator of ['+', '-', '*', '/'] as const) {
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => calculate(operator, Number(a), b));
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => calculate(operator, a, Number(b)));
  }
  return environment;
}

function calculate(operator: '+' | '-' | '*' | '/', a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  return operator === '*' ? a * b : a / b;
}

const environment = celEnvironment(true);
// A cache only: what it holds never changes what an expression gives. Bounded by dropping the oldest.
const parsed = new Map<string, Expression>();
const cachedAtMost = 2_000;

/** Throws `expression-invalid`. */
export function parseExpression(text: string): Expression {
  const known = parsed.get(text);
  if (known) return known;
  const expression = parseAnew(text);
  if (parsed.size >= cachedAtMost) parsed.delete(parsed.keys().next().value ?? '');
  parsed.set(text, expression);
  return expression;
}

/** Throws `expression-failed` and `expression-budget-exceeded`. */
export function evaluate(text: string, scope: Scope): Json {
  const expression = parseExpression(text);
  const context: { [root: string]: unknown } = {};
  for (const root of expression.roots) {
    const value = scope(root);
    if (value !== undefined) context[root] = toCel(value);
  }
  assertWithinBudget(expression, context);
  return toJson(run(expression, context), text);
}

export function evaluateBoolean(text: string, scope: Scope): boolean {
  const value = evaluate(text, scope);
  if (typeof value !== 'boolean') throw new EdictError('expression-failed', `\`${text}\` gave no true or false`, { expected: 'a bool' });
  return value;
}

function parseAnew(text: string): Expression {
  if (text.length > longestText)
    throw new EdictError('expression-invalid', `an expression of ${text.length} characters is too long`, {
      expected: `at most ${longestText}`,
    });
  try {
    const run = environment.parse(text);
    const roots = new Set<string>();
    collectRoots(run.ast, new Set(), roots);
    return { text, roots: [...roots], ast: run.ast, run };
  } catch (error) {
    if (error instanceof EdictError) throw error;
    throw new EdictError('expression-invalid', `\`${text}\`: ${firstLine(error)}`, { cause: error });
  }
}

function run(expression: Expression, context: object): unknown {
  try {
    return expression.run(context);
  } catch (error) {
    throw new EdictError('expression-failed', `\`${expression.text}\`: ${firstLine(error)}`, { cause: error });
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').replace(/^./, (letter) => letter.toLowerCase());
}

function collectRoots(node: ASTNode, bound: ReadonlySet<string>, roots: Set<string>): void {
  if (node.op === 'id') {
    if (!bound.has(node.args) && !typeNames.has(node.args)) roots.add(node.args);
    return;
  }
  if (node.op === 'call' || node.op === 'rcall') refuseForbidden(node.args[0]);
  if (node.op === 'rcall' && macros.has(node.args[0])) {
    const [, receiver, [variable, ...bodies]] = node.args;
    collectRoots(receiver, bound, roots);
    const inner = variable?.op === 'id' ? new Set([...bound, variable.args]) : bound;
    for (const body of bodies) collectRoots(body, inner, roots);
    return;
  }
  for (const child of childrenOf(node)) collectRoots(child, bound, roots);
}

function refuseForbidden(name: string): void {
  if (forbidden.has(name))
    throw new EdictError('expression-invalid', `\`${name}\` is not available in expressions`, {
      help: 'use startsWith, endsWith, contains or ==',
    });
}

// Values are immutable, so that what was converted once holds.
const converted = new WeakMap<object, object>();

function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const known = converted.get(value);
  if (known) return known;
  const result = Array.isArray(value)
    ? value.map(toCel)
    : Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== undefined)
          .map(([key, entry]) => [key, toCel(entry)]),
      );
  converted.set(value, result);
  return result;
}

function toJson(value: unknown, text: string): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || typeof value === 'number') return toNumber(value, text);
  if (Array.isArray(value)) return value.map((entry) => toJson(entry, text));
  if (value instanceof Map) return toJsonObject(Object.fromEntries(value), text);
  if (typeof value === 'object' && isPlain(value)) return toJsonObject(value, text);
  return fromCelType(value, text);
}

function toNumber(value: bigint | number, text: string): number {
  const number = Number(value);
  const exact = typeof value === 'bigint' ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (!exact) throw new EdictError('expression-failed', `\`${text}\` gave a number beyond what JSON holds`);
  return number;
}

/** Timestamps as RFC 3339, durations as `1500ms`, unsigned integers as integers. */
function fromCelType(value: unknown, text: string): Json {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return `${value.getMilliseconds()}ms`;
  if (value instanceof UnsignedInt) return toNumber(value.valueOf(), text);
  throw new EdictError('expression-failed', `\`${text}\` gave a value without a JSON form`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toJsonObject(value: object, text: string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry, text)]));
}
