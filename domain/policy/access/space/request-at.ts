/** Requests from places in the space of access rules: what a person can read, and an engine be asked. */
import { element } from '../../element.ts';
import type { Space } from '../../space.ts';
import { instantAt } from '../../time-window.ts';
import { printAddress } from '../../addresses.ts';
import { familyLine } from '../../addresses.ts';
import type { AttributePath } from './atom.ts';
import { pathOf } from './atom.ts';
import { addressAttribute, minuteAttribute } from '../condition.ts';
import { type Attributes, type AttributeValue, type EntityUid, keyOf, printUid } from '../entity.ts';
import type { EntityStore } from '../entity-store.ts';
import { type Lines, slotNames, type TestLine } from './lines.ts';
import type { AccessRequest } from '../model.ts';
import type { Value } from '../value.ts';

export type Making = {
  readonly lines: Lines;
  readonly space: Space;
  readonly store: EntityStore;
  readonly timezone: string | undefined;
};

type Draft = { readonly [root in AttributePath['root']]: { [name: string]: AttributeValue } };

/** One class a level; where any will do, what is usual: nothing is told of the attribute. */
export function requestAtClasses({ lines, space, store, timezone }: Making, classes: readonly (number | undefined)[]): AccessRequest {
  const point = (level: number): bigint | undefined => {
    const number = classes[level];
    return number === undefined ? undefined : element(element(space.lines, level).sample, number);
  };
  // A level that tells nothing may still be a part of its line.
  const some = (level: number): bigint => point(level) ?? element(element(space.lines, level).sample, 0);
  const uids = slotNames.map((slot, level) => element(lines.slots[slot].samples, Number(some(level))));
  const [action, resource, principal] = [element(uids, 0), element(uids, 1), element(uids, 2)];
  const draft: Draft = { context: {}, principal: { ...attributesOf(principal, store) }, resource: { ...attributesOf(resource, store) } };
  const tests = [...lines.tests.values()]
    .map((test, index) => ({ test, level: slotNames.length + index }))
    .toSorted((a, b) => depthOf(a.test) - depthOf(b.test));
  for (const pass of ['attribute', 'member', 'opaque'] as const) {
    for (const { test, level } of tests) if (test.about.kind === pass) put(draft, test, point(level), principal);
  }
  return finish(draft, { action, resource, principal }, { store, timezone });
}

/** Records before what is in them. */
function depthOf({ about }: TestLine): number {
  return about.kind === 'attribute' ? about.line.path.names.length : 0;
}

function attributesOf(uid: EntityUid, store: EntityStore): Attributes {
  return store.raw(keyOf(uid))?.attrs ?? {};
}

function put(draft: Draft, { about }: TestLine, point: bigint | undefined, principal: EntityUid): void {
  if (about.kind === 'attribute') putAttribute(draft, about.line.path, point === undefined ? undefined : about.line.valueAt(point), point);
  else if (about.kind === 'member')
    putMember(draft, about.path, { value: about.value, held: point === 1n, absent: point === undefined || point === 2n });
  else if (point !== undefined) putOpaque(draft, about.atom.expression, { wanted: point, principal });
}

/** The record that holds the last name of the path; made where it is missing, `undefined` where something else stands there. */
function holderOf(draft: Draft, { root, names }: AttributePath): { [name: string]: AttributeValue } | undefined {
  let holder: { [name: string]: AttributeValue } = draft[root];
  for (const name of names.slice(0, -1)) {
    const next = (holder[name] ??= {});
    if (typeof next !== 'object' || Array.isArray(next)) return undefined;
    holder = next as { [name: string]: AttributeValue };
  }
  return holder;
}

const gone = 0n;

function putAttribute(draft: Draft, path: AttributePath, value: Value | undefined, point: bigint | undefined): void {
  const name = path.names.at(-1) ?? '';
  if (point === undefined || point === gone) return;
  const holder = holderOf(draft, path);
  if (holder === undefined) return;
  if (value === undefined && point > 3n) holder[name] = {};
  else if (value === undefined) delete holder[name];
  else holder[name] = jsonOf(value);
}

type Member = { readonly value: Value | undefined; readonly held: boolean; readonly absent: boolean };

function putMember(draft: Draft, path: AttributePath, { value, held, absent }: Member): void {
  if (absent) return;
  const name = path.names.at(-1) ?? '';
  const holder = holderOf(draft, path);
  if (holder === undefined) return;
  const list = Array.isArray(holder[name]) ? (holder[name] as readonly AttributeValue[]) : [];
  holder[name] = held ? [...list, value === undefined ? 'something else' : jsonOf(value)] : list;
}

type Opaque = { readonly wanted: bigint; readonly principal: EntityUid };

type OpaqueExpression = Extract<TestLine['about'], { readonly kind: 'opaque' }>['atom']['expression'];

/** The principal in an attribute, and two attributes that are equal: what rules ask most. Others are left as they come. */
function putOpaque(draft: Draft, expression: OpaqueExpression, { wanted, principal }: Opaque): void {
  if (!('left' in expression) || wanted === 2n || (expression.op !== 'in' && expression.op !== 'equal')) return;
  const paths = [expression.left, expression.right].flatMap((side) => pathOf(side) ?? []);
  const [first, second] = paths;
  const holds = wanted === 1n;
  if (first === undefined) return;
  if (second !== undefined) {
    const value = readAt(draft, first) ?? 'the same';
    setAt(draft, first, value);
    setAt(draft, second, holds ? value : 'another');
  } else if ([expression.left, expression.right].some(isPrincipal))
    setAt(draft, first, { __entity: holds ? principal : { type: principal.type, id: `not-${principal.id}` } });
}

function isPrincipal(side: OpaqueExpression): boolean {
  return side.op === 'variable' && side.name === 'principal';
}

function setAt(draft: Draft, path: AttributePath, value: AttributeValue): void {
  const holder = holderOf(draft, path);
  if (holder !== undefined) holder[path.names.at(-1) ?? ''] = value;
}

function readAt(draft: Draft, path: AttributePath): AttributeValue | undefined {
  return holderOf(draft, path)?.[path.names.at(-1) ?? ''];
}

export function jsonOf(value: Value): AttributeValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'entity':
      return { __entity: { type: value.type, id: value.id } };
    case 'set':
      return [...value.members.values()].map(jsonOf);
    case 'record':
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, jsonOf(field)]));
    case 'ip':
      return { __extn: { fn: 'ip', arg: `${printAddress(familyLine[value.family].low + value.address)}/${value.bits}` } };
    case 'decimal':
      return { __extn: { fn: 'decimal', arg: decimalText(value.value) } };
    case 'duration':
      return { __extn: { fn: 'duration', arg: `${value.value}ms` } };
    case 'datetime':
      return { __extn: { fn: 'datetime', arg: new Date(Number(value.value)).toISOString() } };
  }
}

function decimalText(value: bigint): string {
  const size = value < 0n ? -value : value;
  return `${value < 0n ? '-' : ''}${size / 10_000n}.${String(size % 10_000n).padStart(4, '0')}`;
}

type Named = { readonly action: EntityUid; readonly resource: EntityUid; readonly principal: EntityUid };

function finish(
  draft: Draft,
  { action, resource, principal }: Named,
  { store, timezone }: Pick<Making, 'store' | 'timezone'>,
): AccessRequest {
  const { [minuteAttribute]: minute, [addressAttribute]: address, ...context } = draft.context;
  const from = addressText(address);
  const entities = [
    { uid: principal, attrs: draft.principal },
    { uid: resource, attrs: draft.resource },
  ].filter(({ uid, attrs }) => JSON.stringify(attrs) !== JSON.stringify(attributesOf(uid, store)));
  return {
    kind: 'access',
    principal: printUid(principal),
    action: action.type === 'Action' && /^[A-Za-z][\w.-]*$/.test(action.id) ? action.id : printUid(action),
    resource: printUid(resource),
    ...(Object.keys(context).length === 0 ? {} : { context }),
    ...(from === undefined ? {} : { from }),
    ...(entities.length === 0 ? {} : { entities }),
    ...(timezone === undefined || typeof minute !== 'number' || minute < 0 || minute >= 10_080 ? {} : { at: instantAt(minute, timezone) }),
  };
}

function addressText(value: AttributeValue | undefined): string | undefined {
  const extension = typeof value === 'object' ? (value as { readonly __extn?: { readonly arg?: string } }).__extn : undefined;
  return extension?.arg?.split('/')[0];
}
