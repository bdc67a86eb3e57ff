/**
 * Conditions as paths through atoms. An atom is a test that a decision diagram can ask of one line: which entities a selector holds, how
 * an attribute compares to constants, what a list holds. What is none of these is an opaque atom: true, false, or erring.
 */
import type { EntityUid } from '../entity.ts';
import type { Expression, PatternPart } from '../expression.ts';
import { extensionFrom } from '../attribute-value.ts';
import type { IpValue } from '../extension.ts';
import type { Selector } from '../selector.ts';
import { entityValue, isLong, type Long, longOf, type Value } from '../value.ts';

export type Outcome = 'true' | 'false' | 'error';

export type AttributePath = { readonly root: 'principal' | 'resource' | 'context'; readonly names: readonly string[] };

export type SlotName = 'principal' | 'action' | 'resource';

export type PathTest =
  | { readonly kind: 'present' | 'holds' }
  | { readonly kind: 'equals'; readonly value: Value }
  | { readonly kind: 'below'; readonly limit: Long; readonly inclusive: boolean }
  | { readonly kind: 'like'; readonly pattern: readonly PatternPart[] }
  | { readonly kind: 'in-range'; readonly range: IpValue };

export type Atom =
  | { readonly on: 'slot'; readonly slot: SlotName; readonly selectors: readonly Selector[] }
  | { readonly on: 'path'; readonly path: AttributePath; readonly test: PathTest }
  /** A list holds this value; without one, a value that is none of those that conditions name, by key. */
  | { readonly on: 'member'; readonly path: AttributePath; readonly value: Value }
  | { readonly on: 'member'; readonly path: AttributePath; readonly value: undefined; readonly named: readonly string[] }
  | { readonly on: 'opaque'; readonly expression: Expression };

export type Atomic = { readonly atom: Atom; readonly negated: boolean };

/** An atom, or its opposite: an error stays one. */
export function atomOf(expression: Expression): Atomic {
  return attributeAtom(expression) ?? slotAtom(expression) ?? { atom: { on: 'opaque', expression }, negated: false };
}

function plain(atom: Atom, negated = false): Atomic {
  return { atom, negated };
}

function attributeAtom(expression: Expression): Atomic | undefined {
  switch (expression.op) {
    case 'get':
      return onPath(expression, { kind: 'holds' });
    case 'has':
      return onPath({ op: 'get', of: expression.of, attribute: expression.attribute }, { kind: 'present' });
    case 'like':
      return onPath(expression.of, { kind: 'like', pattern: expression.pattern });
    case 'call':
      return callAtom(expression.name, expression.arguments);
    default:
      return 'left' in expression ? comparison(expression.op, expression.left, expression.right) : undefined;
  }
}

function comparison(op: string, left: Expression, right: Expression): Atomic | undefined {
  switch (op) {
    case 'equal':
    case 'not-equal':
      return equality(left, right, op === 'not-equal');
    case 'less':
    case 'less-or-equal':
      return ordering(left, right, op === 'less-or-equal');
    case 'greater':
    case 'greater-or-equal':
      return ordering(right, left, op === 'greater-or-equal');
    default:
      return undefined;
  }
}

/** Left below right, where one of them is an attribute and the other a number. */
function ordering(left: Expression, right: Expression, inclusive: boolean): Atomic | undefined {
  return below(left, right, inclusive) ?? opposite(below(right, left, !inclusive));
}

function onPath(of: Expression, test: PathTest, negated = false): Atomic | undefined {
  const path = pathOf(of);
  return path === undefined ? undefined : plain({ on: 'path', path, test }, negated);
}

export function pathOf(expression: Expression): AttributePath | undefined {
  if (expression.op !== 'get') return undefined;
  const { of, attribute } = expression;
  if (of.op === 'variable') return of.name === 'action' ? undefined : { root: of.name, names: [attribute] };
  const inner = pathOf(of);
  return inner === undefined ? undefined : { root: inner.root, names: [...inner.names, attribute] };
}

/** A value that is written in the policy; `undefined` for what is not, or is none. */
export function constantOf(expression: Expression): Value | undefined {
  switch (expression.op) {
    case 'literal':
      return expression.value;
    case 'long':
      return longOf(BigInt(expression.digits));
    case 'entity':
      return entityValue(expression.uid);
    case 'negate': {
      const of = constantOf(expression.of);
      return of !== undefined && isLong(of) ? longOf(-BigInt(of)) : undefined;
    }
    case 'call': {
      const [text] = expression.arguments;
      return text?.op === 'literal' && typeof text.value === 'string' ? extensionFrom(expression.name, text.value) : undefined;
    }
    default:
      return undefined;
  }
}

function equality(left: Expression, right: Expression, negated: boolean): Atomic | undefined {
  const [path, other] = pathOf(left) === undefined ? [right, left] : [left, right];
  const value = constantOf(other);
  // A range of addresses has no point of its own.
  const ranged = typeof value === 'object' && value.kind === 'ip' && value.bits < (value.family === 4 ? 32 : 128);
  return value === undefined || ranged ? undefined : onPath(path, { kind: 'equals', value }, negated);
}

/** The left side is an attribute below a whole number. */
function below(left: Expression, right: Expression, inclusive: boolean): Atomic | undefined {
  const limit = constantOf(right);
  return limit !== undefined && isLong(limit) ? onPath(left, { kind: 'below', limit, inclusive }) : undefined;
}

function opposite(atomic: Atomic | undefined): Atomic | undefined {
  return atomic === undefined ? undefined : { ...atomic, negated: !atomic.negated };
}

function callAtom(name: string, given: readonly Expression[]): Atomic | undefined {
  const [of, what] = given;
  if (of === undefined || what === undefined) return undefined;
  const value = constantOf(what);
  if (value === undefined) return undefined;
  if (name === 'isInRange' && typeof value === 'object' && value.kind === 'ip') return onPath(of, { kind: 'in-range', range: value });
  const path = name === 'contains' ? pathOf(of) : undefined;
  return path === undefined ? undefined : plain({ on: 'member', path, value });
}

const slots: readonly string[] = ['principal', 'action', 'resource'];

function slotOf(expression: Expression): SlotName | undefined {
  return expression.op === 'variable' && slots.includes(expression.name) ? (expression.name as SlotName) : undefined;
}

function slotAtom(expression: Expression): Atomic | undefined {
  if (expression.op === 'is') return onSlot(expression.of, [{ kind: 'type', type: expression.type }]);
  if (expression.op === 'in') {
    const places = placesOf(expression.right);
    return places === undefined
      ? undefined
      : onSlot(
          expression.left,
          places.map((uid) => ({ kind: 'within', uid })),
        );
  }
  if (expression.op !== 'equal' && expression.op !== 'not-equal') return undefined;
  const [slot, other] = slotOf(expression.left) === undefined ? [expression.right, expression.left] : [expression.left, expression.right];
  return other.op === 'entity' ? onSlot(slot, [{ kind: 'exactly', uid: other.uid }], expression.op === 'not-equal') : undefined;
}

function onSlot(of: Expression, selectors: readonly Selector[], negated = false): Atomic | undefined {
  const slot = slotOf(of);
  return slot === undefined ? undefined : plain({ on: 'slot', slot, selectors }, negated);
}

function placesOf(expression: Expression): readonly EntityUid[] | undefined {
  const items = expression.op === 'set' ? expression.items : [expression];
  const uids = items.flatMap((item) => (item.op === 'entity' ? [item.uid] : []));
  return uids.length === items.length ? uids : undefined;
}
