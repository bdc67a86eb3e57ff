/**
 * Tells every stream of this process what was written to the audit chain, in its order. The chain is the feed: ids have no gaps and become
 * visible in their order, so that reading on from the last one misses nothing, over a restart of the database too. While nobody listens
 * nothing is read. A row about a person ends the streams of that person that are not let in any more, before anything later is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Audit } from '../../store/port.ts';
import type { Follower } from './follower.ts';
import { hintsOf, personOf } from './hints.ts';
import type { ChainRow } from './hints.ts';

export type Hub = {
  /** Resolves when the stream has ended. `seen`: undefined for who begins now. */
  readonly follow: (make: (seen: number) => Follower, since: number | undefined) => Promise<void>;
};

export type HubDeps = { readonly audit: Pick<Audit, 'after' | 'head'>; readonly closing: AbortSignal };

const intervalMs = 500;
const heartbeatMs = 15_000;
const rowsAtOnce = 500;
/** Whoever was away for longer reads everything again. */
const missedMost = 1000;

export function liveHub(deps: HubDeps): Hub {
  const followers = new Set<Follower>();
  const { audit, closing } = deps;
  let running: Promise<void> | undefined;
  let last = 0;

  /** INVARIANT: of rows that came after a row about a person nothing is told before that person's streams were looked at. */
  const tellOn = async (rows: readonly ChainRow[]): Promise<void> => {
    let since: ChainRow[] = [];
    const told = () => {
      const end = since.at(-1)?.id;
      if (end === undefined) return;
      const hints = since.flatMap(hintsOf);
      for (const one of followers) if (one.seen() < end) one.tell(hints, end);
      last = end;
      since = [];
    };
    for (const row of rows) {
      const person = personOf(row);
      if (person !== undefined) {
        told();
        await dismiss([...followers].filter((one) => one.person === person));
      }
      since.push(row);
    }
    told();
  };
  const dismiss = async (some: readonly Follower[]): Promise<void> => {
    for (const one of some) {
      if (!(await one.stillIn())) one.end();
      if (one.ended()) followers.delete(one);
    }
  };
  const loop = async (): Promise<void> => {
    let beatMs = performance.now();
    let unsure = false;
    while (followers.size > 0 && !closing.aborted) {
      try {
        const due = performance.now() - beatMs > heartbeatMs;
        // After a failure nobody is told anything before they were looked at.
        if (unsure || due) await dismiss([...followers]);
        if (due) beatMs = performance.now();
        if (due) for (const one of followers) one.heartbeat();
        const rows = await audit.after(last, rowsAtOnce);
        unsure = false;
        await tellOn(rows);
        if (rows.length === rowsAtOnce) continue;
      } catch {
        unsure = true;
      }
      await sleep(intervalMs, undefined, { signal: closing }).catch(() => undefined);
    }
    for (const one of closing.aborted ? followers : []) one.end();
  };
  const start = (): void => {
    running ??= loop().finally(() => {
      running = undefined;
      if (followers.size > 0 && !closing.aborted) start();
    });
  };

  return {
    follow: async (make, since) => {
      const head = await audit.head();
      if (running === undefined) last = head;
      const one = make(since ?? last);
      if (since !== undefined && (since > head || head - since > missedMost)) one.reset(last);
      while (one.seen() < last && !one.ended()) await catchUp(audit, one, last);
      // Nothing is awaited between the look above and here: what is told next, it is told.
      followers.add(one);
      start();
      await one.done;
      followers.delete(one);
    },
  };
}

async function catchUp(audit: HubDeps['audit'], one: Follower, last: number): Promise<void> {
  const rows = (await audit.after(one.seen(), rowsAtOnce)).filter(({ id }) => id <= last);
  one.tell(rows.flatMap(hintsOf), rows.at(-1)?.id ?? last);
}
