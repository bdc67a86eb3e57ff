/**
 * What the words of a rule mean: selectors to sets of addresses by the inventory. A name that the inventory does not hold is
 * `policy-name-unknown`, with the names that it may have meant; nothing is guessed.
 */
import type { Asset, Inventory } from '../context/inventory.ts';
import { EdictError } from '../errors.ts';
import { anyAddress, isAddressText, parseAddresses } from './addresses.ts';
import { type IntervalSet, subtract, union } from './intervals.ts';
import type { AddressSelector } from './model.ts';
import { nearest } from './nearest.ts';

export type Resolve = (selector: AddressSelector) => IntervalSet;

type Names = { readonly [kind in 'zone' | 'service' | 'group' | 'asset']: ReadonlyMap<string, IntervalSet> };

/** The same selector gives the same set object. */
export function resolver(inventory: Inventory): Resolve {
  const names = readNames(inventory);
  const known = new Map<string, IntervalSet>([['any', anyAddress]]);
  return (selector) => {
    const held = known.get(selector);
    if (held !== undefined) return held;
    const found = resolve(selector, names);
    known.set(selector, found);
    return found;
  };
}

function resolve(selector: string, names: Names): IntervalSet {
  const [, kind, name] = /^(zone|service|group|asset):(.*)$/s.exec(selector) ?? [];
  if (kind === undefined || name === undefined) {
    if (isAddressText(selector)) return parseAddresses(selector);
    throw unknown(selector, names);
  }
  const found = names[kind as keyof Names].get(name);
  if (found === undefined) throw unknown(selector, names);
  if (found.length === 0)
    throw new EdictError('policy-name-unknown', `\`${selector}\` holds no address`, { help: 'give it CIDRs or assets in the inventory' });
  return found;
}

/** Every selector by name that the inventory knows. */
export function selectorsOf(inventory: Inventory): readonly AddressSelector[] {
  return allSelectors(readNames(inventory));
}

function allSelectors(names: Names): readonly string[] {
  return Object.entries(names).flatMap(([kind, sets]) => [...sets.keys()].map((name) => `${kind}:${name}`));
}

function unknown(selector: string, names: Names): EdictError {
  const known = allSelectors(names);
  const name = selector.slice(selector.indexOf(':') + 1);
  const namesakes = known.filter((each) => each.slice(each.indexOf(':') + 1) === name);
  const close = namesakes.length > 0 ? namesakes : nearest(selector, ['any', ...known]);
  const help =
    close.length > 0
      ? `did you mean ${close.map((name) => `\`${name}\``).join(' or ')}?`
      : 'add it to the inventory, or use an address or CIDR';
  return new EdictError('policy-name-unknown', `the inventory knows no \`${selector}\``, {
    expected: '`any`, `zone:…`, `service:…`, `group:…`, `asset:…`, an address, CIDR or range',
    help,
  });
}

function readNames(inventory: Inventory): Names {
  const addresses = new Map(inventory.assets.map((asset) => [asset, addressesOf(asset)] as const));
  const gather = (keys: (asset: Asset) => readonly string[]) => {
    const parts = new Map<string, IntervalSet[]>();
    for (const [asset, set] of addresses) {
      for (const key of keys(asset)) {
        const held = parts.get(key);
        if (held === undefined) parts.set(key, [set]);
        else held.push(set);
      }
    }
    return new Map([...parts].map(([key, sets]) => [key, union(...sets)] as const));
  };
  const zones = gather((asset) => [asset.zone]);
  for (const { name, cidrs } of inventory.zones) {
    if (cidrs.length > 0) zones.set(name, union(...cidrs.map((cidr) => inInventory(cidr, `zone \`${name}\``))));
    else if (!zones.has(name)) zones.set(name, []);
  }
  if (!inventory.zones.some(({ name, cidrs }) => name === 'internet' && cidrs.length > 0))
    zones.set('internet', outside(inventory, [...addresses.values()]));
  return {
    zone: zones,
    service: gather((asset) => asset.services),
    group: gather((asset) => asset.groups),
    asset: gather((asset) => [asset.name]),
  };
}

/** `zone:internet`, where it has no CIDRs of its own: what no other zone's CIDR and no asset holds. */
function outside(inventory: Inventory, assets: readonly IntervalSet[]): IntervalSet {
  const zones = inventory.zones
    .filter(({ name }) => name !== 'internet')
    .flatMap(({ name, cidrs }) => cidrs.map((cidr) => inInventory(cidr, `zone \`${name}\``)));
  return subtract(anyAddress, union(...zones, ...assets));
}

function addressesOf(asset: Asset): IntervalSet {
  return union(...asset.addresses.map((address) => inInventory(address, `asset \`${asset.name}\``)));
}

function inInventory(text: string, where: string): IntervalSet {
  try {
    return parseAddresses(text);
  } catch (cause) {
    throw new EdictError('inventory-invalid', `\`${text}\` is not an address or CIDR`, { where, cause });
  }
}
