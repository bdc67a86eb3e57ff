/** What each test of policy.rego asks, as an expression. */
import { anyOf, type Expression, literal, variable, type Variable } from '../../access/expression.ts';
import { parseIp } from '../../access/extension.ts';
import type { Selector } from '../../access/selector.ts';
import { type Fields, list, object, openObject, textOf, unreadable } from '../rego/read-json.ts';
import { readEntity, readRegex, readSelectors } from './read-selectors.ts';

type ReadTest = (test: Fields, where: string) => Expression;

const onPath = ['test', 'path'];

/** Whatever else stands in a test means nothing to policy.rego, and is not let pass. */
const forms: { readonly [test: string]: readonly [keys: readonly string[], read: ReadTest] } = {
  holds: [onPath, ({ path }, where) => readPath(path, where)],
  present: [onPath, ({ path }, where) => present(readPath(path, where))],
  equals: [
    [...onPath, 'value'],
    ({ path, value }, where) => ({ op: 'equal', left: readPath(path, where), right: readConstant(value, where) }),
  ],
  below: [[...onPath, 'value'], ({ path, value }, where) => ({ op: 'less', left: readPath(path, where), right: readNumber(value, where) })],
  'at-most': [
    [...onPath, 'value'],
    ({ path, value }, where) => ({ op: 'less-or-equal', left: readPath(path, where), right: readNumber(value, where) }),
  ],
  like: [[...onPath, 'value'], ({ path, value }, where) => ({ op: 'like', of: readPath(path, where), pattern: readRegex(value, where) })],
  'in-range': [
    [...onPath, 'value'],
    ({ path, value }, where) => ({ op: 'call', name: 'isInRange', arguments: [readPath(path, where), readRange(value, where)] }),
  ],
  'holds-any': [[...onPath, 'values'], ({ path, values }, where) => holdsAny(readPath(path, where), readConstants(values, where))],
  'holds-all': [
    [...onPath, 'values'],
    ({ path, values }, where) => ({ op: 'call', name: 'containsAll', arguments: [readPath(path, where), setOf(values, where)] }),
  ],
  'holds-only': [
    [...onPath, 'values'],
    ({ path, values }, where) => ({ op: 'call', name: 'containsAll', arguments: [setOf(values, where), readPath(path, where)] }),
  ],
  same: [[...onPath, 'other'], ({ path, other }, where) => ({ op: 'equal', left: readPath(path, where), right: readPath(other, where) })],
  slot: [
    ['test', 'slot', 'values'],
    ({ slot, values }, where) => {
      const of = readSlot(slot, where);
      return anyOf(readSelectors(values, where).map((selector) => selectedBy(of, selector)));
    },
  ],
  named: [['test', 'slot', 'path'], ({ slot, path }, where) => ({ op: 'in', left: readSlot(slot, where), right: readPath(path, where) })],
};

export function readTest(value: unknown, where: string): Expression {
  const name = textOf(openObject(value, where)['test'], where);
  const [keys, read] = (Object.hasOwn(forms, name) ? forms[name] : undefined) ?? [];
  if (keys === undefined || read === undefined) throw unreadable(`test \`${name}\` in ${where}`, Object.keys(forms).join(', '));
  return read(object(value, keys, where), where);
}

function present(path: Expression): Expression {
  return path.op === 'get' ? { op: 'has', of: path.of, attribute: path.attribute } : path;
}

const roots: readonly unknown[] = ['principal', 'resource', 'context'];

function readPath(value: unknown, where: string): Expression {
  const [root, ...names] = list(value, where);
  if (!roots.includes(root) || names.length < 1 || names.length > 3) throw unreadable(`path in ${where}`, 'a root and one to three names');
  return variable(root as Variable, ...names.map((name) => textOf(name, where)));
}

function readSlot(value: unknown, where: string): Expression {
  const slot = textOf(value, where);
  if (!['principal', 'action', 'resource'].includes(slot)) throw unreadable(`\`${slot}\` in ${where}`, 'principal, action or resource');
  return variable(slot as Variable);
}

function selectedBy(of: Expression, selector: Selector): Expression {
  switch (selector.kind) {
    case 'any':
      return literal(true);
    case 'type':
      return { op: 'is', of, type: selector.type };
    case 'exactly':
      return { op: 'equal', left: of, right: { op: 'entity', uid: selector.uid } };
    case 'within':
      return { op: 'in', left: of, right: { op: 'entity', uid: selector.uid } };
    case 'pattern':
      throw unreadable('a pattern of ids in a condition', 'a pattern in a scope');
  }
}

function readConstant(value: unknown, where: string): Expression {
  if (typeof value === 'boolean' || typeof value === 'string') return literal(value);
  return typeof value === 'number' ? readNumber(value, where) : { op: 'entity', uid: readEntity(value, where) };
}

function readNumber(value: unknown, where: string): Expression {
  if (!Number.isSafeInteger(value)) throw unreadable(`number in ${where}`, 'a whole number');
  return literal(value as number);
}

function readConstants(values: unknown, where: string): readonly Expression[] {
  return list(values, where).map((value) => readConstant(value, where));
}

function setOf(values: unknown, where: string): Expression {
  return { op: 'set', items: readConstants(values, where) };
}

function holdsAny(path: Expression, values: readonly Expression[]): Expression {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? { op: 'call', name: 'contains', arguments: [path, only] }
    : { op: 'call', name: 'containsAny', arguments: [path, { op: 'set', items: values }] };
}

function readRange(value: unknown, where: string): Expression {
  const text = textOf(value, where);
  if (parseIp(text) === undefined) throw unreadable(`\`${text}\` in ${where}`, 'a network');
  return { op: 'call', name: 'ip', arguments: [literal(text)] };
}
