/** What the rules of one kind speak of, gathered for a schema: types of principals and resources, actions, attributes with one type each. */
import type { AttributePath, Atom, SlotName } from '../../access/space/atom.ts';
import { pathOf } from '../../access/space/atom.ts';
import { pathKey } from '../../access/space/atom-key.ts';
import type { Entity, EntityUid } from '../../access/entity.ts';
import { keyOf } from '../../access/entity.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import { entityStore } from '../../access/entity-store.ts';
import type { Expression } from '../../access/expression.ts';
import type { AccessClause } from '../../access/interpret.ts';
import { type Named, noteMembers, partsOf, type Way, waysOf } from '../../access/space/paths.ts';
import type { Selector } from '../../access/selector.ts';
import { selects } from '../../access/selector.ts';
import { entityValue, type Value } from '../../access/value.ts';
import { type AttributeKind, kindOfTest, kindOfValue } from './attribute-kind.ts';

export type AttributeType = {
  readonly kind: AttributeKind;
  /** Of an entity, or of a set of them. */
  readonly entity?: string | undefined;
  /** Of a set. */
  readonly element?: AttributeKind | undefined;
};

export type Vocabulary = {
  readonly named: Named;
  readonly principalTypes: readonly string[];
  readonly resourceTypes: readonly string[];
  readonly actions: readonly EntityUid[];
  /** Attributes that rules read, by path. */
  readonly attributes: ReadonlyMap<string, { readonly path: AttributePath; readonly type: AttributeType }>;
  readonly store: EntityStore;
  readonly directory: readonly Entity[];
};

export function vocabularyOf(rules: readonly AccessClause[], directory: readonly Entity[]): Vocabulary {
  const store = entityStore(directory);
  const named: Named = new Map();
  const parts = rules.flatMap((rule) => [rule, ...rule.excepts]);
  for (const { conditions } of parts) for (const each of conditions) noteMembers(each, named);
  const atoms = atomsOf(parts.flatMap(({ conditions }) => conditions.flatMap((each) => waysOf(each, named))));
  const selectorsOf = (slot: SlotName): readonly Selector[] => [
    ...parts.flatMap(({ scope }) => (slot === 'principal' ? scope.principals : slot === 'action' ? scope.actions : scope.resources)),
    ...atoms.flatMap((atom) => (atom.on === 'slot' && atom.slot === slot ? atom.selectors : [])),
  ];
  const types = (slot: 'principal' | 'resource', fallback: string) => typesOf(selectorsOf(slot), { store, directory, fallback });
  const principalTypes = types('principal', 'user');
  return {
    named,
    principalTypes,
    resourceTypes: types('resource', 'resource'),
    actions: actionsOf(selectorsOf('action'), directory),
    attributes: attributesOf(atoms, { directory, principalType: principalTypes[0] ?? 'user' }),
    store,
    directory,
  };
}

function atomsOf(ways: readonly Way[]): readonly Atom[] {
  return [...new Map(ways.flatMap(({ steps }) => steps.map(({ key, atom }) => [key, atom] as const))).values()];
}

type Typing = { readonly store: EntityStore; readonly directory: readonly Entity[]; readonly fallback: string };

/** The types that selectors name, and those of the entities that they hold. */
function typesOf(selectors: readonly Selector[], { store, directory, fallback }: Typing): readonly string[] {
  const narrow = selectors.filter(({ kind }) => kind !== 'any');
  const named = narrow.flatMap((selector) => (selector.kind === 'any' ? [] : ['uid' in selector ? selector.uid.type : selector.type]));
  const holds = narrow.map(selects);
  const held = directory.filter(({ uid }) => holds.some((one) => one(entityValue(uid), store))).map(({ uid }) => uid.type);
  const found = new Set([...named, ...held]);
  return found.size === 0 ? [fallback] : [...found].toSorted();
}

/** Those that rules name, and those of the directory; some action there must be. */
function actionsOf(selectors: readonly Selector[], directory: readonly Entity[]): readonly EntityUid[] {
  const named = selectors.flatMap((selector) => ('uid' in selector ? [selector.uid] : []));
  const known = directory.filter(({ uid }) => isActionType(uid.type)).flatMap(({ uid, parents = [] }) => [uid, ...parents]);
  const found = new Map([...named, ...known].map((uid) => [keyOf(uid), uid]));
  if (found.size === 0) found.set('Action\0any', { type: 'Action', id: 'any' });
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, uid]) => uid);
}

export function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

type Reading = { readonly directory: readonly Entity[]; readonly principalType: string };

function attributesOf(atoms: readonly Atom[], { directory, principalType }: Reading): Vocabulary['attributes'] {
  const found = new Map<string, { path: AttributePath; type: AttributeType }>();
  const note = (path: AttributePath, type: AttributeType | undefined) => {
    const key = pathKey(path);
    const told = dataType(path, directory) ?? type;
    if (told !== undefined && !found.has(key)) found.set(key, { path, type: told });
  };
  for (const atom of atoms) noteAtom(atom, principalType, note);
  for (const atom of atoms) if (atom.on === 'member') note(atom.path, { kind: 'Set', element: 'String' });
  for (const atom of atoms) for (const path of pathsOf(atom)) note(path, { kind: 'String' });
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

type Note = (path: AttributePath, type: AttributeType | undefined) => void;

function noteAtom(atom: Atom, principalType: string, note: Note): void {
  if (atom.on === 'path') {
    const kind = kindOfTest(atom.test);
    note(atom.path, kind === undefined ? undefined : typeFor(kind, atom.test.kind === 'equals' ? atom.test.value : undefined));
  } else if (atom.on === 'member') {
    if (atom.value !== undefined) note(atom.path, setOf(atom.value));
  } else if (atom.on === 'opaque') noteOpaque(atom.expression, principalType, note);
}

function typeFor(kind: AttributeKind, value: Value | undefined): AttributeType {
  return typeof value === 'object' && value.kind === 'entity' ? { kind, entity: value.type } : { kind };
}

function setOf(value: Value): AttributeType {
  const element = kindOfValue(value);
  return { kind: 'Set', element, ...(typeof value === 'object' && value.kind === 'entity' ? { entity: value.type } : {}) };
}

/** `principal in resource.owner`, `[…].containsAll(context.tools)`. */
function noteOpaque(expression: Expression, principalType: string, note: Note): void {
  const [left, right] = 'left' in expression ? [expression.left, expression.right] : [];
  const path = right === undefined ? undefined : (pathOf(right) ?? (left === undefined ? undefined : pathOf(left)));
  const entity = [left, right].some((side) => side?.op === 'variable');
  if (path !== undefined && entity) note(path, { kind: 'Entity', entity: principalType });
  if (expression.op === 'call' && expression.name.startsWith('contains'))
    for (const each of expression.arguments.map(pathOf)) if (each !== undefined) note(each, { kind: 'Set', element: 'String' });
}

function pathsOf(atom: Atom): readonly AttributePath[] {
  if (atom.on === 'slot') return [];
  return atom.on === 'opaque' ? readPaths(atom.expression) : [atom.path];
}

function readPaths(expression: Expression): readonly AttributePath[] {
  const path = pathOf(expression);
  return path === undefined ? partsOf(expression).flatMap(readPaths) : [path];
}

/** What most entities of the inventory have there. */
function dataType({ root, names }: AttributePath, directory: readonly Entity[]): AttributeType | undefined {
  const [name] = names;
  if (root === 'context' || names.length > 1 || name === undefined) return undefined;
  const counts = new Map<string, { type: AttributeType; count: number }>();
  for (const { attrs = {} } of directory) {
    const value = attrs[name];
    if (value === undefined) continue;
    const type = typeOfJson(value);
    const key = JSON.stringify(type);
    counts.set(key, { type, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0]?.type;
}

export function typeOfJson(value: unknown): AttributeType {
  if (typeof value === 'boolean') return { kind: 'Bool' };
  if (typeof value === 'number') return { kind: 'Long' };
  if (typeof value === 'string') return { kind: 'String' };
  if (Array.isArray(value)) return setOfJson(value[0]);
  const { __entity, __extn } = value as { readonly __entity?: EntityUid; readonly __extn?: { readonly fn: string } };
  if (__entity !== undefined) return { kind: 'Entity', entity: __entity.type };
  if (__extn !== undefined) return { kind: __extn.fn === 'ip' ? 'ipaddr' : (__extn.fn as AttributeKind) };
  return { kind: 'Record' };
}

function setOfJson(first: unknown): AttributeType {
  const { kind, entity } = first === undefined ? { kind: 'String' as const, entity: undefined } : typeOfJson(first);
  return { kind: 'Set', element: kind, ...(entity === undefined ? {} : { entity }) };
}
