/**
 * Conditions of Google Cloud's bindings, in the Common Expression Language (cloud.google.com/iam/docs/conditions-attribute-reference),
 * as alternatives of conditions that all hold. Comparisons of the resource's name, type and service and of the request's time are
 * understood; any other part is a truth by itself: equal where its text is, and free otherwise.
 */
import { EdictError } from '../../errors.ts';
import type { IamCondition, Operator } from './document.ts';
import { escapeWildcards } from './template.ts';

type Formula =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'atom'; readonly text: string };

const mostAlternatives = 256;

/** Throws `artifact-unreadable` for parentheses or quotes that do not close, and `input-too-large`. */
export function celAlternatives(expression: string, where: string): readonly (readonly IamCondition[])[] {
  return alternatives(parse(expression, where), true);
}

/** The alternatives in which a formula has the wanted truth. */
function alternatives(formula: Formula, wanted: boolean): readonly (readonly IamCondition[])[] {
  if (formula.kind === 'atom') return [[conditionOf(formula.text, wanted)]];
  if (formula.kind === 'not') return alternatives(formula.of, !wanted);
  const parts = formula.parts.map((part) => alternatives(part, wanted));
  if ((formula.kind === 'or') === wanted) return parts.flat();
  return parts.reduce<readonly (readonly IamCondition[])[]>(
    (all, some) => {
      const joined = all.flatMap((left) => some.map((right) => [...left, ...right]));
      if (joined.length > mostAlternatives)
        throw new EdictError('input-too-large', `a condition of more than ${mostAlternatives} alternatives`);
      return joined;
    },
    [[]],
  );
}

function parse(text: string, where: string): Formula {
  const trimmed = unwrap(text.trim(), where);
  for (const [kind, mark] of [
    ['or', '||'],
    ['and', '&&'],
  ] as const) {
    const parts = splitAt(trimmed, mark, where);
    if (parts.length > 1) return { kind, parts: parts.map((part) => parse(part, where)) };
  }
  if (trimmed.startsWith('!') && !trimmed.startsWith('!=')) return { kind: 'not', of: parse(trimmed.slice(1), where) };
  return { kind: 'atom', text: trimmed };
}

function unwrap(text: string, where: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  const closes = depths(text, where).findIndex((depth) => depth === 0);
  return closes === text.length - 1 ? unwrap(text.slice(1, -1).trim(), where) : text;
}

function splitAt(text: string, mark: string, where: string): readonly string[] {
  const depth = depths(text, where);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (depth[at] !== 0 || !text.startsWith(mark, at)) continue;
    parts.push(text.slice(start, at));
    start = at + mark.length;
    at = start - 1;
  }
  return [...parts, text.slice(start)];
}

const piece = /"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[^]/gu;

/** How many parentheses are open behind each character; within quotes one more. */
function depths(text: string, where: string): readonly number[] {
  const found: number[] = [];
  let open = 0;
  let closed = true;
  for (const [token] of text.matchAll(piece)) {
    if ('([{'.includes(token)) open += 1;
    if (')]}'.includes(token)) open -= 1;
    if (token === '"' || token === "'") closed = false;
    found.push(...Array.from({ length: token.length }, () => open + (token.length > 1 ? 1 : 0)));
  }
  if (open !== 0 || !closed)
    throw new EdictError('artifact-unreadable', `\`${text}\` does not close`, { where, expected: 'an expression of CEL' });
  return found;
}

const attribute = String.raw`(resource\.(?:name|type|service))`;
const text = String.raw`(?:"([^"\\]*)"|'([^'\\]*)')`;
const equality = new RegExp(`^${attribute}\\s*(==|!=)\\s*${text}$`, 'u');
const method = new RegExp(`^${attribute}\\s*\\.\\s*(startsWith|endsWith)\\s*\\(\\s*${text}\\s*\\)$`, 'u');
const time = new RegExp(`^request\\.time\\s*(<=|>=|<|>)\\s*timestamp\\s*\\(\\s*${text}\\s*\\)$`, 'u');

function conditionOf(atom: string, wanted: boolean): IamCondition {
  return textCondition(atom, wanted) ?? timeCondition(atom, wanted) ?? truthCondition(atom, wanted);
}

function textCondition(atom: string, wanted: boolean): IamCondition | undefined {
  const [, key, operator, double, single] = equality.exec(atom) ?? method.exec(atom) ?? [];
  if (key === undefined) return undefined;
  const value = double ?? single ?? '';
  const is = wanted === (operator !== '!=');
  if (operator === '==' || operator === '!=') return condition(is ? 'StringEquals' : 'StringNotEquals', key, escapeWildcards(value));
  const pattern = operator === 'startsWith' ? `${escapeWildcards(value)}*` : `*${escapeWildcards(value)}`;
  return condition(wanted ? 'StringLike' : 'StringNotLike', key, pattern);
}

const instants: { readonly [mark: string]: readonly [Operator, Operator] } = {
  '<': ['DateLessThan', 'DateGreaterThanEquals'],
  '<=': ['DateLessThanEquals', 'DateGreaterThan'],
  '>': ['DateGreaterThan', 'DateLessThanEquals'],
  '>=': ['DateGreaterThanEquals', 'DateLessThan'],
};

function timeCondition(atom: string, wanted: boolean): IamCondition | undefined {
  const [, mark = '', double, single] = time.exec(atom) ?? [];
  const operators = instants[mark];
  if (operators === undefined) return undefined;
  return { ...condition(operators[wanted ? 0 : 1], 'request.time', double ?? single ?? ''), ifExists: !wanted };
}

function truthCondition(atom: string, wanted: boolean): IamCondition {
  const key = `cel ${atom.replace(/\s+/gu, ' ')}`;
  return { ...condition('Bool', key, String(wanted)), ifExists: !wanted };
}

function condition(operator: Operator, key: string, value: string): IamCondition {
  return { operator, ifExists: false, key, values: [value] };
}
