/**
 * One stream of hints to one client. What it cannot take at once waits, each noun once; past a bound it is told to read everything again
 * (`reset`). The id of an event is the audit row up to which everything was told: a client that comes back goes on from there.
 */
import type { ServerResponse } from 'node:http';
import type { StillIn } from '../auth/still-in.ts';
import type { Hint, Topic } from '../contract/access/events.ts';

export type Follower = {
  readonly person: string;
  readonly stillIn: StillIn;
  /** Up to which row it was told. */
  readonly seen: () => number;
  /** Rows up to `last` are told by these hints. */
  readonly tell: (hints: readonly Hint[], last: number) => void;
  /** Something was missed that is not told any more. */
  readonly reset: (last: number) => void;
  readonly heartbeat: () => void;
  readonly end: () => void;
  readonly ended: () => boolean;
  /** Resolves when it has ended. */
  readonly done: Promise<void>;
};

export type FollowerDeps = {
  readonly out: ServerResponse;
  readonly person: string;
  readonly may: (topic: Topic) => boolean;
  readonly stillIn: StillIn;
  readonly seen: number;
};

const waitingMost = 500;

export function follower({ out, person, may, stillIn, seen: from }: FollowerDeps): Follower {
  const waiting = new Map<string, Hint>();
  let [seen, missed, blocked, over] = [from, false, false, false];
  let resolveDone = (): void => {};
  const done = new Promise<void>((resolve) => {
    resolveDone = resolve;
  });
  const end = (): void => {
    if (over) return;
    over = true;
    out.end();
    resolveDone();
  };
  const flush = (): void => {
    if (blocked || over || (waiting.size === 0 && !missed)) return;
    const text = missed ? `event: reset\nid: ${seen}\ndata: {}\n\n` : eventsOf([...waiting.values()], seen);
    waiting.clear();
    missed = false;
    blocked = !out.write(text);
  };
  out.on('drain', () => {
    blocked = false;
    flush();
  });
  out.once('close', end);
  // It may have gone before anybody looked.
  if (out.destroyed) end();
  return {
    person,
    stillIn,
    seen: () => seen,
    ended: () => over,
    done,
    end,
    tell: (hints, last) => {
      seen = last;
      for (const hint of hints) if (!missed && may(hint.topic)) keep(waiting, hint);
      if (waiting.size > waitingMost) missed = true;
      if (missed) waiting.clear();
      flush();
    },
    reset: (last) => {
      [seen, missed] = [last, true];
      waiting.clear();
      flush();
    },
    // Without data no event is raised; the id is remembered all the same.
    heartbeat: () => {
      if (!blocked && !over) blocked = !out.write(`: still here\nid: ${seen}\n\n`);
    },
  };
}

/** Of the chain only its end is told. */
function keep(waiting: Map<string, Hint>, hint: Hint): void {
  const key = hint.topic === 'audit' ? 'audit' : `${hint.topic} ${hint.id}`;
  waiting.delete(key);
  waiting.set(key, hint);
}

/** The last one carries the id: who lost the connection between two is told both again. */
function eventsOf(hints: readonly Hint[], seen: number): string {
  return hints.map((hint, at) => `${at === hints.length - 1 ? `id: ${seen}\n` : ''}data: ${JSON.stringify(hint)}\n\n`).join('');
}
