/** `mail.find`: messages by sender, subject or message id, over the mailboxes that are named, else over all. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { hoursAgo } from '../identity/sign-ins.ts';
import type { Ports } from '../ports.ts';

const defaultHours = 7 * 24;
/** A search through all mailboxes of an organisation is no single call. */
const timeoutMs = 10 * 60_000;

export function mailFind(ports: Ports): Activities['mail.find'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'messages');
    const { system: _, hours: __, ...wanted } = call.params;
    const params = { ...wanted, since: hoursAgo(ports, call, defaultHours) };
    return await system.read('messages', params, { signal: ports.caller().signal, timeoutMs });
  };
}
