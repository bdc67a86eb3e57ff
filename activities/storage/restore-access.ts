/** `storage.restore-access`: the bucket has the block that it had before, or none. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function storageRestoreAccess(ports: Ports): Activities['storage.restore-access'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'storage.restore-access', of: 'storage.block-public' });
}
