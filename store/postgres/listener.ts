/**
 * One connection that listens to a channel for all who wait in this process. It is opened when somebody first waits, and while
 * it is down, or if it says nothing, waiters look again by themselves every few seconds: a notice makes an answer early, never right.
 */
import { Client, escapeIdentifier } from 'pg';

type Wait = { readonly promise: Promise<void>; readonly cancel: () => void };

export type Listener = {
  /** Ends at the next notice, after `waitMs` or a few seconds, or when the signal fires. */
  readonly next: (waitMs: number, signal?: AbortSignal) => Wait;
  readonly close: () => Promise<void>;
};

const listeningMs = 10_000;
const deafMs = 500;

export function openListener(databaseUrl: string, channel: string): Listener {
  const waiting = new Set<() => void>();
  const wakeAll = () => [...waiting].forEach((wake) => wake());
  let client: Client | undefined;
  let listening = false;
  let closed = false;

  async function listen(): Promise<void> {
    const fresh = new Client({
      connectionString: databaseUrl,
      application_name: 'edict listener',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    });
    client = fresh;
    const drop = () => {
      if (client === fresh) [client, listening] = [undefined, false];
      wakeAll();
    };
    fresh.on('error', drop).on('end', drop).on('notification', wakeAll);
    try {
      await fresh.connect();
      await fresh.query(`listen ${escapeIdentifier(channel)}`);
      if (client === fresh) listening = true;
      // What was said before the channel was open is looked for by whoever waits.
      wakeAll();
    } catch {
      client = undefined;
      await fresh.end().catch(() => undefined);
    }
  }

  return {
    next: (waitMs, signal) => {
      if (client === undefined && !closed) void listen();
      let wake = () => {};
      const promise = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = setTimeout(wake, Math.min(waitMs, listening ? listeningMs : deafMs));
      waiting.add(wake);
      signal?.addEventListener('abort', wake);
      const cancel = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
      };
      return { promise, cancel };
    },
    close: async () => {
      closed = true;
      wakeAll();
      await client?.end().catch(() => undefined);
    },
  };
}
