/** Entities ready for look-up: attributes as values, and what each is in, near or far, computed once. */
import { recordOf } from './attribute-value.ts';
import { type Entity, type EntityKey, keyOf } from './entity.ts';
import type { RecordValue } from './value.ts';

export type StoredEntity = { readonly attributes: RecordValue; readonly tags: RecordValue; readonly ancestors: ReadonlySet<EntityKey> };

export type EntityStore = {
  readonly get: (key: EntityKey) => StoredEntity | undefined;
  readonly raw: (key: EntityKey) => Entity | undefined;
  readonly keys: () => Iterable<EntityKey>;
};

export function entityStore(entities: readonly Entity[]): EntityStore {
  const raw = mergeByKey(entities, () => undefined);
  return storeOver((key) => raw.get(key), [...raw.keys()]);
}

/** The base with other entities in front: what they leave out of an entity stays as the base has it. */
export function overlay(base: EntityStore, entities: readonly Entity[]): EntityStore {
  const raw = mergeByKey(entities, base.raw);
  const keys = new Set([...base.keys(), ...raw.keys()]);
  const over = storeOver((key) => raw.get(key) ?? base.raw(key), keys);
  const sameShape = entities.every(({ parents }) => parents === undefined);
  return sameShape ? { ...over, get: (key) => (raw.has(key) ? over.get(key) : base.get(key)) } : over;
}

function mergeByKey(entities: readonly Entity[], base: EntityStore['raw']): ReadonlyMap<EntityKey, Entity> {
  const merged = new Map<EntityKey, Entity>();
  for (const entity of entities) {
    const key = keyOf(entity.uid);
    const earlier = merged.get(key) ?? base(key);
    merged.set(key, earlier === undefined ? entity : { ...earlier, ...withoutGaps(entity) });
  }
  return merged;
}

function withoutGaps({ uid, attrs, parents, tags }: Entity): Entity {
  return {
    uid,
    ...(attrs === undefined ? {} : { attrs }),
    ...(parents === undefined ? {} : { parents }),
    ...(tags === undefined ? {} : { tags }),
  };
}

function storeOver(raw: EntityStore['raw'], keys: Iterable<EntityKey>): EntityStore {
  const known = new Map<EntityKey, StoredEntity>();
  const get = (key: EntityKey): StoredEntity | undefined => {
    const held = known.get(key);
    const entity = held === undefined ? raw(key) : undefined;
    if (entity === undefined) return held;
    const stored = { attributes: recordOf(entity.attrs), tags: recordOf(entity.tags), ancestors: ancestorsOf(entity, raw) };
    known.set(key, stored);
    return stored;
  };
  return { get, raw, keys: () => keys };
}

function ancestorsOf({ parents = [] }: Entity, raw: EntityStore['raw']): ReadonlySet<EntityKey> {
  const found = new Set<EntityKey>();
  const waiting = parents.map(keyOf);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(raw(next)?.parents ?? []).map(keyOf));
  }
  return found;
}
