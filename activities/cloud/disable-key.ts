/** `cloud.disable-key`: an access key does not work any more, and stays. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function cloudDisableKey(ports: Ports): Activities['cloud.disable-key'] {
  return async (call) => {
    const key = textParam(call, 'key');
    const { row, target } = await performSystemEffect(ports, call, { action: 'cloud.disable-key', change: 'disable-key', params: { key } });
    return { receipt: row.key, target };
  };
}
