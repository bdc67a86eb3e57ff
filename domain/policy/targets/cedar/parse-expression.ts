/** Cedar's expressions as trees (docs.cedarpolicy.com, "Grammar"). What Cedar refuses is refused: nothing is guessed. */
import { type BinaryOperator, type Expression, functions, methods, type PatternPart } from '../../access/expression.ts';
import type { EntityUid } from '../../access/entity.ts';
import type { Cursor } from './cursor.ts';
import { unescape, unreadable } from './tokens.ts';

const reserved = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']);

/** Deeper nesting is refused. */
const deepest = 256;

/** `depth` counts the brackets around. */
export function parseExpression(cursor: Cursor, depth = 0): Expression {
  if (depth > deepest) throw unreadable('an expression that is nested too deeply', cursor.where, `at most ${deepest} levels`);
  if (!cursor.takeWord('if')) return parseChain(cursor, depth, { op: 'or', mark: '||', part: parseAnd });
  const condition = parseExpression(cursor, depth + 1);
  if (!cursor.takeWord('then')) throw cursor.unexpected('`then`');
  const yes = parseExpression(cursor, depth + 1);
  if (!cursor.takeWord('else')) throw cursor.unexpected('`else`');
  return { op: 'if', condition, yes, no: parseExpression(cursor, depth + 1) };
}

type Part = (cursor: Cursor, depth: number) => Expression;

function parseChain(
  cursor: Cursor,
  depth: number,
  { op, mark, part }: { readonly op: 'and' | 'or'; readonly mark: string; readonly part: Part },
): Expression {
  let left = part(cursor, depth);
  while (cursor.takeMark(mark)) left = { op, left, right: part(cursor, depth) };
  return left;
}

function parseAnd(cursor: Cursor, depth: number): Expression {
  return parseChain(cursor, depth, { op: 'and', mark: '&&', part: parseRelation });
}

const relations: { readonly [mark: string]: BinaryOperator } = {
  '==': 'equal',
  '!=': 'not-equal',
  '<': 'less',
  '<=': 'less-or-equal',
  '>': 'greater',
  '>=': 'greater-or-equal',
};

function parseRelation(cursor: Cursor, depth: number): Expression {
  const left = parseSum(cursor, depth);
  const relation = cursor.next.kind === 'mark' ? relations[cursor.next.text] : undefined;
  if (relation !== undefined) {
    cursor.take();
    return { op: relation, left, right: parseSum(cursor, depth) };
  }
  if (cursor.takeWord('in')) return { op: 'in', left, right: parseSum(cursor, depth) };
  if (cursor.takeWord('has')) return parseHas(cursor, left);
  if (cursor.takeWord('like')) return { op: 'like', of: left, pattern: parsePattern(cursor) };
  if (cursor.takeWord('is')) return parseIs(cursor, left, depth);
  return left;
}

/** `a has b.c` is `a has b && a.b has c`. */
function parseHas(cursor: Cursor, of: Expression): Expression {
  if (cursor.next.kind === 'text') return { op: 'has', of, attribute: cursor.text() };
  let attribute = identifier(cursor);
  let found: Expression = { op: 'has', of, attribute };
  let at = of;
  while (cursor.takeMark('.')) {
    at = { op: 'get', of: at, attribute };
    attribute = identifier(cursor);
    found = { op: 'and', left: found, right: { op: 'has', of: at, attribute } };
  }
  return found;
}

function parseIs(cursor: Cursor, of: Expression, depth: number): Expression {
  const found: Expression = { op: 'is', of, type: typeName(cursor) };
  if (!cursor.takeWord('in')) return found;
  return { op: 'and', left: found, right: { op: 'in', left: of, right: parseSum(cursor, depth) } };
}

/** No text of Cedar can hold this character: it is no Unicode scalar value. */
const literalStar = '\uDC2A';

function parsePattern(cursor: Cursor): readonly PatternPart[] {
  if (cursor.next.kind !== 'text') throw cursor.unexpected('a pattern in quotes');
  const { where } = cursor;
  const raw = cursor.take().text;
  const pieces = raw.split(/((?:\\[\s\S]|[^*\\])+)/u).filter((piece) => piece !== '');
  return pieces.flatMap((piece): PatternPart[] =>
    /^\*+$/.test(piece) ? [{ any: true }] : [unescape(piece, where, literalStar).replaceAll(literalStar, '*')],
  );
}

function parseSum(cursor: Cursor, depth: number): Expression {
  let left = parseProduct(cursor, depth);
  for (;;) {
    const op = cursor.isMark('+') ? 'add' : cursor.isMark('-') ? 'subtract' : undefined;
    if (op === undefined) return left;
    cursor.take();
    left = { op, left, right: parseProduct(cursor, depth) };
  }
}

function parseProduct(cursor: Cursor, depth: number): Expression {
  let left = parseUnary(cursor, depth);
  while (cursor.takeMark('*')) left = { op: 'multiply', left, right: parseUnary(cursor, depth) };
  return left;
}

function parseUnary(cursor: Cursor, depth: number): Expression {
  const mark = cursor.isMark('!') ? '!' : '-';
  let count = 0;
  while (cursor.takeMark(mark)) count += 1;
  if (count > 4) throw unreadable(`\`${mark.repeat(count)}\``, cursor.where, 'at most four');
  const signed = mark === '-' && count > 0 && cursor.next.kind === 'number';
  let found = signed ? parseNumber(cursor, '-') : parseMember(cursor, depth);
  if (signed) {
    count -= 1;
    found = parseAccesses(cursor, found, depth);
  }
  for (; count > 0; count -= 1) found = { op: mark === '!' ? 'not' : 'negate', of: found };
  return found;
}

function parseNumber(cursor: Cursor, sign: '' | '-'): Expression {
  const { where } = cursor;
  const digits = `${sign}${cursor.take().text}`;
  const value = BigInt(digits);
  if (value < -(1n << 63n) || value >= 1n << 63n) throw unreadable(`number \`${digits}\``, where, '64 bits');
  return Number.isSafeInteger(Number(value)) ? { op: 'literal', value: Number(value) } : { op: 'long', digits: String(value) };
}

function parseMember(cursor: Cursor, depth: number): Expression {
  return parseAccesses(cursor, parsePrimary(cursor, depth), depth);
}

function parseAccesses(cursor: Cursor, primary: Expression, depth: number): Expression {
  let of = primary;
  for (;;) {
    if (cursor.takeMark('.')) of = parseAccess(cursor, of, depth);
    else if (cursor.takeMark('[')) {
      of = { op: 'get', of, attribute: cursor.text() };
      cursor.mark(']');
    } else return of;
  }
}

function parseAccess(cursor: Cursor, of: Expression, depth: number): Expression {
  const { where } = cursor;
  const name = identifier(cursor);
  if (!cursor.takeMark('(')) return { op: 'get', of, attribute: name };
  const found = [of, ...cursor.list(')', () => parseExpression(cursor, depth + 1))];
  return call(name, found, { where, table: methods });
}

function call(
  name: string,
  found: readonly Expression[],
  { where, table }: { readonly where: string; readonly table: { readonly [name: string]: number } },
): Expression {
  const expected = Object.hasOwn(table, name) ? table[name] : undefined;
  if (expected === undefined) throw unreadable(`\`${name}(…)\``, where, Object.keys(table).join(', '));
  if (found.length !== expected) throw unreadable(`\`${name}\` of ${found.length} arguments`, where, String(expected));
  return { op: 'call', name, arguments: found };
}

function parsePrimary(cursor: Cursor, depth: number): Expression {
  const { kind } = cursor.next;
  if (kind === 'text') return { op: 'literal', value: cursor.text() };
  if (kind === 'number') return parseNumber(cursor, '');
  if (kind === 'word') return parseWord(cursor, depth);
  if (cursor.takeMark('(')) {
    const found = parseExpression(cursor, depth + 1);
    cursor.mark(')');
    return found;
  }
  if (cursor.takeMark('[')) return { op: 'set', items: cursor.list(']', () => parseExpression(cursor, depth + 1)) };
  if (cursor.takeMark('{')) return parseRecord(cursor, depth);
  throw cursor.unexpected('an expression');
}

function parseRecord(cursor: Cursor, depth: number): Expression {
  const { where } = cursor;
  const fields = cursor.list('}', () => {
    const name = cursor.next.kind === 'text' ? cursor.text() : identifier(cursor);
    cursor.mark(':');
    return { name, value: parseExpression(cursor, depth + 1) };
  });
  if (new Set(fields.map(({ name }) => name)).size < fields.length) throw unreadable('a record', where, 'each name once');
  return { op: 'record', fields };
}

function parseWord(cursor: Cursor, depth: number): Expression {
  if (cursor.isWord('true', 'false')) return { op: 'literal', value: cursor.word() === 'true' };
  const { where } = cursor;
  if (
    cursor.isWord('principal', 'action', 'resource', 'context') &&
    !(cursor.later.kind === 'mark' && ['::', '('].includes(cursor.later.text))
  )
    return { op: 'variable', name: cursor.word() as 'principal' };
  const name = typeName(cursor);
  if (cursor.takeMark('::')) return { op: 'entity', uid: { type: name, id: cursor.text() } };
  if (cursor.takeMark('('))
    return call(
      name,
      cursor.list(')', () => parseExpression(cursor, depth + 1)),
      { where, table: functions },
    );
  throw unreadable(`\`${name}\``, where, 'principal, action, resource, context, or an entity');
}

export function parseEntity(cursor: Cursor): EntityUid {
  const type = typeName(cursor);
  cursor.mark('::');
  return { type, id: cursor.text() };
}

export function typeName(cursor: Cursor): string {
  const { where } = cursor;
  const name = cursor.name();
  if (name.split('::').some((part) => reserved.has(part))) throw unreadable(`\`${name}\``, where, 'a name that is no word of Cedar');
  return name;
}

function identifier(cursor: Cursor): string {
  const { where } = cursor;
  const word = cursor.word();
  if (reserved.has(word)) throw unreadable(`\`${word}\``, where, 'a name that is no word of Cedar');
  return word;
}
