/** The entities of data.json. What each is in must be what its parents lead to: policy.rego believes both. */
import { type Entity, type EntityUid, keyOf } from '../../access/entity.ts';
import { entityStore } from '../../access/entity-store.ts';
import { list, object, openObject, unreadable } from '../rego/read-json.ts';
import { readName } from './read-selectors.ts';

type Read = { readonly entity: Entity; readonly above: readonly EntityUid[] };

export function readDirectory(value: unknown): readonly Entity[] {
  const read = Object.entries(openObject(value, 'entities')).map(([name, each]) => readEntity(name, each));
  const store = entityStore(read.map(({ entity }) => entity));
  for (const { entity, above } of read) {
    const found = store.get(keyOf(entity.uid))?.ancestors ?? new Set();
    if (found.size !== above.length || !above.every((uid) => found.has(keyOf(uid))))
      throw unreadable(`what \`${entity.uid.type} ${entity.uid.id}\` is in`, 'all that its parents lead to');
  }
  return read.map(({ entity }) => entity);
}

function readEntity(name: string, value: unknown): Read {
  const { attrs, parents, above } = object(value, ['attrs', 'parents', 'above'], `entity \`${name}\``);
  const places = Object.entries(openObject(above, `entity \`${name}\``));
  if (!places.every(([, is]) => is === true)) throw unreadable(`what \`${name}\` is in`, 'true');
  return {
    entity: {
      uid: readName(name, 'entities'),
      attrs: openObject(attrs, `entity \`${name}\``) as NonNullable<Entity['attrs']>,
      parents: list(parents, `entity \`${name}\``).map((parent) => readName(parent, `entity \`${name}\``)),
    },
    above: places.map(([place]) => readName(place, `entity \`${name}\``)),
  };
}
