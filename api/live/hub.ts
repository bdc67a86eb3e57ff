/**
 * Tells every stream of this process what was written to the audit chain, in its order. The chain is the feed: ids have no gaps and become
 * visible in their order, so that reading on from the last one misses nothing, over a restart of the database too. While nobody listens
 * nothing is read.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Audit } from '../../store/port.ts';
import type { Follower } from './follower.ts';
import { hintsOf, personOf } from './hints.ts';
import type { ChainRow } from './hints.ts';

export type Hub = {
  /** Resolves when the stream has ended. `since`: undefined for who begins now. */
  readonly follow: (make: (seen: number) => Follower, since: number | undefined) => Promise<void>;
};

export type HubDeps = { readonly audit: Pick<Audit, 'after' | 'head'>; readonly closing: AbortSignal };

const intervalMs = 500;
const heartbeatMs = 15_000;
const rowsAtOnce = 500;
/** Whoever was away for longer reads everything again. */
const missedMost = 1000;

export function liveHub({ audit, closing }: HubDeps): Hub {
  const feed: Feed = { followers: new Set(), last: 0 };
  const { followers } = feed;
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    const look = looking(audit, feed);
    while (followers.size > 0 && !closing.aborted) {
      if (!(await look())) await sleep(intervalMs, undefined, { signal: closing }).catch(() => undefined);
    }
    running = false;
    if (closing.aborted) for (const one of followers) one.end();
  };
  return {
    follow: async (make, since) => {
      const head = await audit.head();
      if (!running) feed.last = head;
      const one = make(since ?? feed.last);
      if (since !== undefined && (since > head || head - since > missedMost)) one.reset(feed.last);
      while (one.seen() < feed.last && !one.ended()) await catchUp(audit, one, feed.last);
      // Nothing is awaited between the look above and here: what is told next, it is told.
      followers.add(one);
      if (!running) void run();
      await one.done;
      followers.delete(one);
    },
  };
}

/** `last`: up to which row everybody was told. */
type Feed = { readonly followers: Set<Follower>; last: number };

/** One look at a time; whether there is more to see at once. A failure is no end: the next look goes on from the same row. */
function looking(audit: HubDeps['audit'], feed: Feed): () => Promise<boolean> {
  let beatMs = performance.now();
  let unsure = false;
  return async () => {
    try {
      const due = performance.now() - beatMs > heartbeatMs;
      // After a failure nobody is told anything before they were looked at.
      if (unsure || due) await dismiss(feed, [...feed.followers]);
      if (due) for (const one of feed.followers) one.heartbeat();
      if (due) beatMs = performance.now();
      const rows = await audit.after(feed.last, rowsAtOnce);
      unsure = false;
      await tellOn(feed, rows);
      return rows.length === rowsAtOnce;
    } catch {
      unsure = true;
      return false;
    }
  };
}

/** INVARIANT: of rows that came after a row about a person nothing is told before that person's streams were looked at. */
async function tellOn(feed: Feed, rows: readonly ChainRow[]): Promise<void> {
  let from = 0;
  for (const [at, row] of rows.entries()) {
    const person = personOf(row);
    if (person === undefined) continue;
    tell(feed, rows.slice(from, at));
    from = at;
    await dismiss(
      feed,
      [...feed.followers].filter((one) => one.person === person),
    );
  }
  tell(feed, rows.slice(from));
}

function tell(feed: Feed, rows: readonly ChainRow[]): void {
  const end = rows.at(-1)?.id;
  if (end === undefined) return;
  const hints = rows.flatMap(hintsOf);
  for (const one of feed.followers) if (one.seen() < end) one.tell(hints, end);
  feed.last = end;
}

/** Those who are not let in any more. */
async function dismiss({ followers }: Feed, some: readonly Follower[]): Promise<void> {
  for (const one of some) {
    if (!one.ended() && !(await one.stillIn())) one.end();
    if (one.ended()) followers.delete(one);
  }
}

async function catchUp(audit: HubDeps['audit'], one: Follower, last: number): Promise<void> {
  const rows = (await audit.after(one.seen(), rowsAtOnce)).filter(({ id }) => id <= last);
  one.tell(rows.flatMap(hintsOf), rows.at(-1)?.id ?? last);
}
