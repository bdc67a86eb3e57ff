/** Names of the inventory that no rule uses: zones, services and groups that none names, and assets that none names or reaches by such a name. */
import type { Asset, Inventory } from '../../context/inventory.ts';
import type { Policy, Rule } from '../model.ts';

/** Selectors such as `group:admin`, in the order zones, services, groups, assets. */
export function unusedObjects(policies: readonly Policy[], inventory: Inventory): readonly string[] {
  const named = new Set(policies.flatMap(({ rules }) => rules.flatMap(selectorsOf)));
  const names = (kind: string, list: readonly string[]) =>
    [...new Set(list)].map((name) => `${kind}:${name}`).filter((name) => !named.has(name));
  const { assets, zones } = inventory;
  return [
    ...names('zone', [...zones.map(({ name }) => name), ...assets.map(({ zone }) => zone)]),
    ...names(
      'service',
      assets.flatMap(({ services }) => services),
    ),
    ...names(
      'group',
      assets.flatMap(({ groups }) => groups),
    ),
    ...names(
      'asset',
      assets.filter((asset) => !isReached(asset, named)).map(({ name }) => name),
    ),
  ];
}

function selectorsOf(rule: Rule): readonly string[] {
  if (rule.kind !== 'network') return [];
  if (rule.kind !== 'network') return [];
  const parts = [rule.match, ...(rule.except ?? [])];
  return parts.flatMap(({ from, to }) => [from, to].filter((selector) => selector !== undefined));
}

function isReached({ zone, services, groups }: Asset, named: ReadonlySet<string>): boolean {
  const names = [`zone:${zone}`, ...services.map((name) => `service:${name}`), ...groups.map((name) => `group:${name}`)];
  return names.some((name) => named.has(name));
}
