/** `mail.purge`: messages go where their owners do not see them, and can be put back from. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import type { Ports } from '../ports.ts';

export function mailPurge(ports: Ports): Activities['mail.purge'] {
  return async (call) => {
    const params = { messages: call.params['messages'] ?? [] };
    const { row, target, facts } = await performSystemEffect(ports, call, { action: 'mail.purge', change: 'purge-messages', params });
    return { receipt: row.key, target, purged: facts['purged'] ?? 0 };
  };
}
