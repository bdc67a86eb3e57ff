/** Observes one point under its lock, so that an effect under way is not taken for drift, and records its health. */
import { EdictError } from '../../domain/errors.ts';
import type { Ports } from '../ports.ts';
import { differences, observedJson, pointRow } from './desired-state.ts';

/** `drift` in words; empty when the point is as desired. A point that cannot be reached is recorded as such, and the error thrown. */
export async function observePoint(ports: Ports, name: string): Promise<{ readonly drift: readonly string[] }> {
  return ports.store.points.locked(name, async () => {
    const { desired } = await pointRow(ports.store, name);
    const observed = await observe(ports, name);
    const drift = differences(desired, observed);
    await ports.store.points.setObserved(name, observedJson(observed), drift.length === 0 ? 'in-force' : 'drifted');
    return { drift };
  });
}

async function observe(ports: Ports, name: string) {
  try {
    const connector = await ports.connector(name);
    return await connector.observe({ signal: ports.caller().signal });
  } catch (error) {
    if (error instanceof EdictError && error.code === 'enforcement-point-unreachable') {
      await ports.store.points.setObserved(name, { reason: error.message }, 'unreachable');
    }
    throw error;
  }
}
