/** The inventory as entities: what it says of people and things, and its assets with their zone, groups and services as parents. */
import type { Asset, Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { type Entity, isTypeName, keyOf, printUid } from './entity.ts';

export function directoryOf({ assets, entities = [] }: Inventory): readonly Entity[] {
  return [...assets.map(assetEntity), ...entities];
}

function assetEntity({ name, zone, groups, services, owner, criticality }: Asset): Entity {
  return {
    uid: { type: 'asset', id: name },
    attrs: { owner, criticality },
    parents: [
      ...(zone === '' ? [] : [{ type: 'zone', id: zone }]),
      ...groups.map((id) => ({ type: 'group', id })),
      ...services.map((id) => ({ type: 'service', id })),
    ],
  };
}

/** Throws `inventory-invalid`: half a directory would let in, or keep out, whom nobody meant. */
export function assertEntities(entities: readonly Entity[]): void {
  const seen = new Map<string, number>();
  entities.forEach(({ uid, parents = [] }, at) => {
    const odd = [uid, ...parents].find(({ type }) => !isTypeName(type));
    if (odd !== undefined)
      throw new EdictError('inventory-invalid', `\`${odd.type}\` is no type of entities`, {
        where: `/entities/${at}`,
        expected: 'letters, digits and `_`, in parts with `::` between them',
      });
    const earlier = seen.get(keyOf(uid));
    if (earlier !== undefined)
      throw new EdictError('inventory-invalid', `\`${printUid(uid)}\` is there twice`, {
        where: `/entities/${at}`,
        expected: `once; it is /entities/${earlier} already`,
      });
    seen.set(keyOf(uid), at);
  });
}
