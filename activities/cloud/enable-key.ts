/** `cloud.enable-key`: the access key is as it was before. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function cloudEnableKey(ports: Ports): Activities['cloud.enable-key'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'cloud.enable-key', of: 'cloud.disable-key' });
}
