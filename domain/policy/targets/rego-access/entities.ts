/** The inventory's entities in data.json: attributes, parents, and all that each is in, near or far. */
import type { JsonObject } from '../../../json.ts';
import { type Entity, keyOf, uidOfKey } from '../../access/entity.ts';
import { entityStore } from '../../access/entity-store.ts';
import { entityName } from './keys.ts';

export function entitiesData(directory: readonly Entity[]): JsonObject {
  const store = entityStore(directory);
  const entries = [...new Set(directory.map(({ uid }) => keyOf(uid)))].map((key): readonly [string, JsonObject] => {
    const { attrs = {}, parents = [] } = store.raw(key) ?? {};
    const above = [...(store.get(key)?.ancestors ?? [])].map((each) => [entityName(uidOfKey(each)), true] as const);
    return [
      entityName(uidOfKey(key)),
      { attrs, parents: [...new Set(parents.map(entityName))].toSorted(), above: Object.fromEntries(above) },
    ];
  });
  return Object.fromEntries(entries);
}
