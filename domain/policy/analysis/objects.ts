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
  switch (rule.kind) {
    case 'network':
      return [rule.match, ...(rule.except ?? [])].flatMap(({ from, to }) => [from ?? [], to ?? []].flat());
    case 'access':
      return [rule.match, ...(rule.except ?? [])].flatMap(({ principals = [], resources = [], when }) =>
        named([...principals, ...resources], when?.from),
      );
    case 'ai':
      return [rule.match, ...(rule.except ?? [])].flatMap(({ principals = [], when }) => named(principals, when?.from));
  }
}

/** `=asset:db-1` names it as well. */
function named(entities: readonly string[], addresses: readonly string[] = []): readonly string[] {
  return [...entities.map((text) => text.replace(/^=/u, '')), ...addresses];
}

function isReached({ zone, services, groups }: Asset, named: ReadonlySet<string>): boolean {
  const names = [`zone:${zone}`, ...services.map((name) => `service:${name}`), ...groups.map((name) => `group:${name}`)];
  return names.some((name) => named.has(name));
}
