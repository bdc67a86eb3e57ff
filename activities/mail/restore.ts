/** `mail.restore`: the messages lie where they lay before. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function mailRestore(ports: Ports): Activities['mail.restore'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'mail.restore', of: 'mail.purge' });
}
