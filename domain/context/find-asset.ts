/** What a text or a record means in the inventory. */
import { parseAddress } from '../policy/addresses.ts';
import type { Asset, Inventory } from './inventory.ts';

/** By name, or by one of its addresses. */
export function findAsset(inventory: Inventory, text: string): Asset | undefined {
  const value = parseAddress(text);
  return inventory.assets.find(
    (asset) => asset.name === text || (value !== undefined && asset.addresses.some((address) => parseAddress(address) === value)),
  );
}

/** `value` of an indicator, `name` of an asset, or the text itself. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as { readonly name?: unknown; readonly value?: unknown };
  const text = record.value ?? record.name;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
