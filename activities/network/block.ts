/** `network.block`: at every enforcement point, an address outside talks to nobody. One block for each effect key, made as an isolation is. */
import type { ActionCall, Activities } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { parseAddress } from '../../domain/policy/addresses.ts';
import { withIsolation, withoutIsolation } from '../effect/desired-state.ts';
import type { EffectSpec, Ground } from '../effect/effect-work.ts';
import { performEffect } from '../effect/perform-effect.ts';
import { findAsset, nameOf } from '../find-asset.ts';
import { connectionPoints } from './points.ts';
import type { Ports } from '../ports.ts';

export function networkBlock(ports: Ports): Activities['network.block'] {
  return async (call) => {
    const by = ({ inventory, points }: Ground): EffectSpec => {
      const address = outsideAddress(inventory, call);
      const targets = connectionPoints(points)
        .map((point) => point.name)
        .toSorted();
      if (targets.length === 0)
        throw new EdictError('enforcement-point-unknown', 'there is no enforcement point to block an address at', { where: call.step });
      return {
        action: 'network.block',
        targets,
        desire: (desired, key) => withIsolation(desired, { key, addresses: [address], allow: [] }),
        landed: (observed, _desired, key) => observed.isolationKeys.includes(key),
        without: (desired, key) => withoutIsolation(desired, key),
      };
    };
    const { row } = await performEffect(ports, call, { action: 'network.block', by });
    return { receipt: row.key, points: row.targets, address: nameOf(call.params['indicator']) ?? '' };
  };
}

/** INVARIANT: an indicator never cuts a host of our own off; that is `network.isolate`, and another approval. */
function outsideAddress(inventory: Inventory, call: ActionCall): string {
  const value = nameOf(call.params['indicator']);
  if (value === undefined || parseAddress(value) === undefined)
    throw new EdictError('input-invalid', `step \`${call.step}\` blocks \`${value ?? 'nothing'}\`, which is no address`, {
      where: call.step,
      expected: 'an IPv4 or IPv6 address',
    });
  const asset = findAsset(inventory, value);
  if (asset === undefined) return value;
  throw new EdictError('input-invalid', `\`${value}\` is \`${asset.name}\` of our own`, {
    where: call.step,
    help: '`network.isolate` is for hosts of the inventory',
  });
}
