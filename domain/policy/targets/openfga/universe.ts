/** What OpenFGA is told of: it knows entities one by one, by tuples, and has no rules for those that nobody names. */
import type { Inventory } from '../../../context/inventory.ts';
import { directoryOf } from '../../access/directory.ts';
import { type EntityKey, type EntityUid, keyOf, uidOfKey } from '../../access/entity.ts';
import { type EntityStore, entityStore } from '../../access/entity-store.ts';
import type { AccessRule, AccessScope, EntitySelector } from '../../access/model.ts';
import { parseSelector, type Selector, selects } from '../../access/selector.ts';
import { entityValue } from '../../access/value.ts';

export type Edge = { readonly child: EntityUid; readonly parent: EntityUid };

export type Universe = {
  /** Entities but actions, in order. */
  readonly entities: readonly EntityUid[];
  readonly actions: readonly EntityUid[];
  readonly types: readonly string[];
  readonly edges: readonly Edge[];
  readonly hasMembers: (uid: EntityUid) => boolean;
  /** The known entities that a selector holds. */
  readonly held: (selector: Selector, among: 'entities' | 'actions') => readonly EntityUid[];
};

export function universeOf(rules: readonly AccessRule[], inventory: Inventory): Universe {
  const directory = directoryOf(inventory);
  const store = entityStore(directory);
  const found = new Map<EntityKey, EntityUid>();
  const edges: Edge[] = [];
  for (const { uid, parents = [] } of directory) {
    for (const each of [uid, ...parents]) found.set(keyOf(each), each);
    edges.push(...parents.filter(() => !isAction(uid)).map((parent) => ({ child: uid, parent })));
  }
  const types = new Set<string>();
  for (const selector of rules.flatMap(selectorsOf)) {
    if ('uid' in selector) found.set(keyOf(selector.uid), selector.uid);
    if ('type' in selector && !isActionType(selector.type)) types.add(selector.type);
  }
  const all = [...found.keys()].toSorted().map(uidOfKey);
  const entities = all.filter((uid) => !isAction(uid));
  const actions = all.filter(isAction);
  for (const { type } of entities) types.add(type);
  const withMembers = new Set(edges.map(({ parent }) => keyOf(parent)));
  return {
    entities,
    actions,
    types: [...types].toSorted(),
    edges,
    hasMembers: (uid) => withMembers.has(keyOf(uid)),
    held: (selector, among) => heldBy(selector, among === 'actions' ? actions : entities, store),
  };
}

function heldBy(selector: Selector, among: readonly EntityUid[], store: EntityStore): readonly EntityUid[] {
  const test = selects(selector);
  return among.filter((uid) => test(entityValue(uid), store));
}

function isAction({ type }: EntityUid): boolean {
  return isActionType(type);
}

function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

function selectorsOf({ match, except = [] }: AccessRule): readonly Selector[] {
  return [match, ...except].flatMap((scope) => Object.values(scopeOf(scope)).flat());
}

export type Scope = {
  readonly principals: readonly Selector[];
  readonly actions: readonly Selector[];
  readonly resources: readonly Selector[];
};

export function scopeOf({ principals, actions, resources }: AccessScope): Scope {
  const read = (selectors: readonly EntitySelector[] = ['any'], type?: string) => selectors.map((text) => parseSelector(text, type));
  return { principals: read(principals), actions: read(actions, 'Action'), resources: read(resources) };
}
