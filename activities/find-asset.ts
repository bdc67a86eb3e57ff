/** What a step's parameter means in the inventory: an asset record, a name, or an address. Unknown names are errors, never guesses. */
import type { ActionCall } from './contract.ts';
import { findAsset, nameOf } from '../domain/context/find-asset.ts';
import type { Inventory } from '../domain/context/inventory.ts';
import { EdictError } from '../domain/errors.ts';
import { parseAddress } from '../domain/policy/addresses.ts';

export { findAsset, nameOf };

export type Host = { readonly name: string; readonly addresses: readonly string[] };

/** The asset as the inventory holds it now; an address that no asset has stands for itself. */
export function findHost(inventory: Inventory, value: unknown, step: string): Host {
  const name = nameOf(value);
  if (name === undefined)
    throw new EdictError('input-invalid', `step \`${step}\` names no asset`, { expected: 'an asset, its name or its address' });
  const asset = findAsset(inventory, name);
  if (asset !== undefined) return asset;
  if (parseAddress(name) !== undefined) return { name, addresses: [name] };
  throw new EdictError('policy-name-unknown', `no asset \`${name}\` in the inventory`, { where: step });
}

/** The name of a host that a parameter means, whether or not the inventory knows it: an endpoint service has an inventory of its own. */
export function hostParam(call: ActionCall, param: string): string {
  const name = nameOf(call.params[param]);
  if (name !== undefined) return name;
  throw new EdictError('input-invalid', `step \`${call.step}\` names no host`, { expected: 'an asset or its name' });
}
