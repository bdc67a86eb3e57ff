/** `network.isolate`: at every enforcement point, the host reaches only `allow`. One isolation for each effect key. */
import type { Activities } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { printCidrs } from '../../domain/policy/addresses.ts';
import { resolver } from '../../domain/policy/resolve.ts';
import { withIsolation, withoutIsolation } from '../effect/desired-state.ts';
import type { EffectSpec, Ground } from '../effect/effect-work.ts';
import { performEffect } from '../effect/perform-effect.ts';
import { findHost } from '../find-asset.ts';
import { textsParam } from '../params.ts';
import { connectionPoints } from './points.ts';
import type { Ports } from '../ports.ts';

export function networkIsolate(ports: Ports): Activities['network.isolate'] {
  return async (call) => {
    const by = ({ inventory, points }: Ground): EffectSpec => {
      const { addresses } = findHost(inventory, call.params['asset'], call.step);
      const allow = allowedAddresses(inventory, textsParam(call, 'allow'));
      const targets = connectionPoints(points)
        .map((point) => point.name)
        .toSorted();
      if (targets.length === 0)
        throw new EdictError('enforcement-point-unknown', 'there is no enforcement point to isolate a host at', { where: call.step });
      return {
        action: 'network.isolate',
        targets,
        desire: (desired, key) => withIsolation(desired, { key, addresses, allow }),
        landed: (observed, _desired, key) => observed.isolationKeys.includes(key),
        without: (desired, key) => withoutIsolation(desired, key),
      };
    };
    const { row } = await performEffect(ports, call, { action: 'network.isolate', by });
    return { receipt: row.key, points: row.targets };
  };
}

function allowedAddresses(inventory: Inventory, selectors: readonly string[]): readonly string[] {
  const resolve = resolver(inventory);
  return selectors.flatMap((selector) => printCidrs(resolve(selector)));
}
