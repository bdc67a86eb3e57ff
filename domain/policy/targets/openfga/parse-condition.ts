/**
 * CEL of OpenFGA's conditions to an expression on the request's context: as much of cel-spec's grammar as conditions of access need. What
 * is beyond it is unreadable.
 */
import { EdictError } from '../../../errors.ts';
import { anyOf, type Expression, literal, variable } from '../../access/expression.ts';
import type { Condition, ParameterType } from './store.ts';

export function parseCondition({ name, expression, parameters }: Condition): Expression {
  const reader = newReader(expression, name, parameters);
  const parsed = parseOr(reader);
  if (reader.peek() !== undefined) throw reader.unexpected('the end');
  return parsed;
}

type Reader = {
  readonly peek: () => string | undefined;
  readonly next: () => string;
  readonly skip: (token: string) => boolean;
  readonly take: (token: string) => void;
  readonly typeOf: (parameter: string) => ParameterType | undefined;
  readonly unexpected: (expected: string) => EdictError;
};

const tokenForm =
  /\s*(?:("(?:[^"\\\n]|\\["\\bfnrt]|\\u[0-9a-fA-F]{4})*")|(-?[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||==|!=|>=|<=|[()[\],.!]))/y;

function newReader(text: string, name: string, parameters: Condition['parameters']): Reader {
  const tokens: string[] = [];
  tokenForm.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = tokenForm.lastIndex) {
    const found = tokenForm.exec(text);
    if (found === null) throw unreadable(name, `\`${text.slice(at, at + 20)}\``, 'CEL');
    tokens.push(found[0].trimStart());
  }
  let at = 0;
  const peek = () => tokens[at];
  const unexpected = (expected: string) => unreadable(name, `\`${peek() ?? 'the end'}\``, expected);
  const next = () => {
    const token = peek();
    if (token === undefined) throw unexpected('more');
    at += 1;
    return token;
  };
  const skip = (token: string) => {
    if (peek() !== token) return false;
    at += 1;
    return true;
  };
  const take = (token: string) => {
    if (!skip(token)) throw unexpected(`\`${token}\``);
  };
  return {
    peek,
    next,
    skip,
    take,
    unexpected,
    typeOf: (each) => (Object.hasOwn(parameters, each) ? parameters[each]?.type_name : undefined),
  };
}

function parseOr(reader: Reader): Expression {
  let left = parseAnd(reader);
  while (reader.skip('||')) left = { op: 'or', left, right: parseAnd(reader) };
  return left;
}

function parseAnd(reader: Reader): Expression {
  let left = parseUnary(reader);
  while (reader.skip('&&')) left = { op: 'and', left, right: parseUnary(reader) };
  return left;
}

function parseUnary(reader: Reader): Expression {
  if (reader.skip('!')) return { op: 'not', of: parseUnary(reader) };
  if (reader.skip('(')) {
    const inner = parseOr(reader);
    reader.take(')');
    return inner;
  }
  return parseComparison(reader);
}

function parseComparison(reader: Reader): Expression {
  const name = reader.next();
  const type = reader.typeOf(name);
  if (type === undefined) throw unreadable(name, `\`${name}\``, 'a parameter of the condition');
  const left = variable('context', name);
  if (reader.skip('.')) return parsePlace(reader, left, type);
  if (reader.skip('in')) return anyOf(parseList(reader, type).map((right): Expression => ({ op: 'equal', left, right })));
  const op = comparisons[reader.peek() ?? ''];
  if (op === undefined) throw reader.unexpected(`one of ${Object.keys(comparisons).join(' ')}, \`in\` or \`.in_cidr\``);
  reader.next();
  return { op, left, right: parseLiteral(reader, type) };
}

const comparisons: { readonly [token: string]: 'equal' | 'not-equal' | 'greater-or-equal' | 'less-or-equal' } = {
  '==': 'equal',
  '!=': 'not-equal',
  '>=': 'greater-or-equal',
  '<=': 'less-or-equal',
};

function parsePlace(reader: Reader, address: Expression, type: ParameterType): Expression {
  if (type !== 'TYPE_NAME_IPADDRESS') throw reader.unexpected('a method of an address alone');
  reader.take('in_cidr');
  reader.take('(');
  const cidr = parseLiteral(reader, 'TYPE_NAME_STRING');
  reader.take(')');
  return { op: 'call', name: 'isInRange', arguments: [address, { op: 'call', name: 'ip', arguments: [cidr] }] };
}

function parseList(reader: Reader, type: ParameterType): readonly Expression[] {
  reader.take('[');
  const items: Expression[] = [];
  while (!reader.skip(']')) {
    if (items.length > 0) reader.take(',');
    items.push(parseLiteral(reader, type));
  }
  return items;
}

/** Of the type of what it is compared with, as the condition's type check has it. */
function parseLiteral(reader: Reader, type: ParameterType): Expression {
  const token = reader.peek() ?? '';
  if (type === 'TYPE_NAME_STRING' && token.startsWith('"')) return literal(JSON.parse(reader.next()));
  if (type === 'TYPE_NAME_BOOL' && (token === 'true' || token === 'false')) return literal(reader.next() === 'true');
  if (type === 'TYPE_NAME_INT' && /^-?[0-9]+$/.test(token) && Number.isSafeInteger(Number(token))) return literal(Number(reader.next()));
  throw reader.unexpected(`a ${type}`);
}

export function unreadable(where: string, what: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where, ...(expected === undefined ? {} : { expected }) });
}
