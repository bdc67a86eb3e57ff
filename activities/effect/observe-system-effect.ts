/** Whether an effect on an outside system holds whose end nobody knows: asked of the system, recorded in the ledger, and nothing done. */
import type { Prepared } from '../../connectors/system.ts';
import type { EffectRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { settle, unsettledRow, type Seen } from './observe-effect.ts';

export async function observeSystemEffect(ports: Ports, key: string): Promise<EffectRow> {
  const row = await unsettledRow(ports, key);
  const [target = ''] = row.targets;
  const seen = await ports.store.systems.locked(target, async (): Promise<Seen> => {
    const prepared = (await ports.store.systems.prepared(key)) as Prepared | undefined;
    // Nothing was ever changed by it.
    if (prepared === undefined || prepared.already) return 'nowhere';
    const system = await ports.system(target.split('/')[0] ?? '');
    const { state } = await system.observe(prepared, key, { signal: ports.caller().signal });
    if (state === 'absent' || state === 'gone') return 'nowhere';
    return state === 'landed' ? 'everywhere' : 'somewhere';
  });
  return settle(ports, row, seen);
}
