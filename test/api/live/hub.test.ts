import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import type { Hint } from '../../../api/contract/access/events.ts';
import { follower } from '../../../api/live/follower.ts';
import { hintsOf } from '../../../api/live/hints.ts';
import type { ChainRow } from '../../../api/live/hints.ts';
import { liveHub } from '../../../api/live/hub.ts';
import { runs } from '../../law.ts';

/** What stands for the answer to a browser: takes so many writes before it is full. */
function answer(room = Infinity) {
  const handlers = new Map<string, () => void>();
  const text: string[] = [];
  let left = room;
  const out = {
    write: (part: string) => {
      text.push(part);
      left -= 1;
      return left > 0;
    },
    end: () => undefined,
    on: (name: string, handler: () => void) => void handlers.set(name, handler),
    once: (name: string, handler: () => void) => void handlers.set(name, handler),
  };
  const drain = (more: number) => {
    left = more;
    handlers.get('drain')?.();
  };
  const hints = () => [...text.join('').matchAll(/^data: (\{"topic.*)$/gmu)].map((match) => JSON.parse(match[1] ?? '') as Hint);
  return { out: out as unknown as Parameters<typeof follower>[0]['out'], text, drain, hints, close: () => handlers.get('close')?.() };
}

const row = (id: number, subject: string): ChainRow => ({ id, at: '2026-01-01T00:00:00.000Z', event: 'e', subject });
const anyone = { person: 'p', may: () => true, stillIn: async () => true, seen: 0 };

describe('a row of the chain', () => {
  it.each([
    ['run/r-1', ['run r-1', 'audit 7']],
    ['effect/r-1/step/1', ['effect r-1/step/1', 'run r-1', 'audit 7']],
    ['person/anna', ['person anna', 'audit 7']],
    ['context', ['context ', 'audit 7']],
    ['guard/settings', ['guard ', 'audit 7']],
    ['secret/webhook/edr', ['webhook edr', 'audit 7']],
    ['secret/system/graph/key', ['system graph', 'audit 7']],
    ['secret/statement-key', ['audit 7']],
    ['audit/file', ['audit 7']],
    ['toString/x', ['audit 7']],
    ['', ['audit 7']],
  ])('about %s is a hint at %j', (subject, hints) => {
    expect(hintsOf(row(7, subject)).map(({ topic, id }) => `${topic} ${id}`)).toEqual(hints);
  });
});

describe('a stream that is slow', () => {
  it('is told each noun once when it can take more', () => {
    const slow = answer(1);
    const one = follower({ ...anyone, out: slow.out });
    one.tell(hintsOf(row(1, 'run/a')), 1);
    for (let id = 2; id < 50; id += 1) one.tell(hintsOf(row(id, id % 2 === 0 ? 'run/a' : 'run/b')), id);
    expect(slow.hints()).toHaveLength(2);
    slow.drain(10);
    expect(
      slow
        .hints()
        .slice(2)
        .map(({ topic, id }) => `${topic} ${id}`),
    ).toEqual(['run a', 'run b', 'audit 49']);
    expect(slow.text.join('')).toContain('id: 49\n');
  });

  it('is told to read everything again when too much waits, and holds no more than that', () => {
    const slow = answer(1);
    const one = follower({ ...anyone, out: slow.out });
    for (let id = 1; id < 2000; id += 1) one.tell(hintsOf(row(id, `run/r-${id}`)), id);
    slow.drain(10);
    expect(slow.text.slice(1)).toEqual(['event: reset\nid: 1999\ndata: {}\n\n']);
    one.tell(hintsOf(row(2000, 'run/after')), 2000);
    expect(slow.hints().at(-2)).toMatchObject({ id: 'after' });
  });

  it('is not told what it may not read, and its id goes on all the same', () => {
    const page = answer();
    const one = follower({ ...anyone, out: page.out, may: (topic) => topic === 'run' });
    one.tell(hintsOf(row(1, 'person/anna')), 1);
    expect(page.text).toEqual([]);
    one.heartbeat();
    expect(page.text.join('')).toBe(': still here\nid: 1\n\n');
  });
});

describe('the hub', () => {
  const closing = new AbortController();
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  it('tells everybody every noun that changed after the row that they saw last, and no other', async () => {
    await assert(
      asyncProperty(
        array(constantFrom('run/a', 'run/b', 'person/p', 'point/x'), { maxLength: 12 }),
        nat({ max: 12 }),
        async (given, saw) => {
          const rows = given.map((subject, at) => row(at + 1, subject));
          const since = Math.min(saw, rows.length);
          let shown = since;
          const audit = {
            head: async () => shown,
            after: async (id: number, limit: number) => rows.filter((one) => one.id > id && one.id <= shown).slice(0, limit),
          };
          const page = answer();
          const hub = liveHub({ audit, closing: closing.signal });
          let joined = (): void => undefined;
          const there = new Promise<void>((resolve) => {
            joined = resolve;
          });
          const make = (seen: number) => {
            joined();
            return follower({ ...anyone, out: page.out, seen });
          };
          const done = hub.follow(make, since);
          shown = rows.length;
          await there;
          const due = rows.slice(since).flatMap(hintsOf);
          const told = () => page.hints().map(({ topic, id }) => `${topic} ${id}`);
          const last = `audit ${rows.length}`;
          for (const end = Date.now() + 10_000; due.length > 0 && !told().includes(last) && Date.now() < end; await sleep(1));
          page.close();
          await done;
          const nouns = (of: readonly string[]) => new Set(of.filter((hint) => !hint.startsWith('audit')));
          expect(nouns(told())).toEqual(nouns(due.map(({ topic, id }) => `${topic} ${id}`)));
          expect(told().at(-1)).toBe(due.length === 0 ? undefined : last);
        },
      ),
      runs(30),
    );
  });

  it('tells nobody anything that came after their rights were gone', async () => {
    const rows = [row(1, 'run/before'), row(2, 'person/p'), row(3, 'run/after')];
    let shown = 0;
    const audit = { head: async () => shown, after: async (id: number) => rows.filter((one) => one.id > id && one.id <= shown) };
    const [cut, other] = [answer(), answer()];
    const hub = liveHub({ audit, closing: closing.signal });
    const first = hub.follow((seen) => follower({ ...anyone, out: cut.out, stillIn: async () => false, seen }), undefined);
    const second = hub.follow((seen) => follower({ ...anyone, person: 'q', out: other.out, stillIn: async () => true, seen }), undefined);
    ends.push(other.close);
    shown = 3;
    await first;
    expect(cut.hints().map(({ id }) => id)).toEqual(['before', '1']);
    for (const end = Date.now() + 10_000; other.hints().length < 5 && Date.now() < end; await sleep(5));
    expect(other.hints().map(({ topic, id }) => `${topic} ${id}`)).toEqual(['run before', 'audit 1', 'person p', 'run after', 'audit 3']);
    other.close();
    await second;
  });
});
