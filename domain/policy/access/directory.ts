/** The inventory as entities: what it says of people and things, and its assets with their zone, groups and services as parents. */
import type { Asset, Inventory } from '../../context/inventory.ts';
import type { Entity } from './entity.ts';

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
