/**
 * Reads one sentence. It is read only when every word of it is accounted for: what the grammar does not know makes the whole
 * sentence unread, and so a question. Nothing is skipped.
 */
import type { Clause, ClauseEffect } from './clause.ts';
import { attempt, cursorOver, isAtEnd, take, takeAny } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readActive, readCommand, readNobody, readNoun, readOnly, readRestriction } from './heads.ts';
import { readTail } from './tail.ts';
import { readTime } from './times.ts';
import type { TimePhrase } from './times.ts';
import type { Sentence } from './tokenise.ts';

const heads = [readRestriction, readNobody, readOnly, readCommand, readNoun, readActive];

const openings = [
  'please',
  'also',
  'and',
  'furthermore',
  ',',
  'additionally',
  'in addition',
  'ensure that',
  'ensure',
  'make sure that',
  'make sure',
  'we want to',
  'we need to',
  'we must',
  'you must',
  'the firewall must',
  'the firewall should',
  'firewalls must',
  'it must be ensured that',
  'it is required that',
];

export function readClause(sentence: Sentence): Clause | undefined {
  const cursor = cursorOver(sentence.tokens);
  while (takeAny(cursor, ...openings) !== undefined);
  // `On weekends, developers may not …`
  const time = attempt(cursor, () => {
    const first = readTime(cursor);
    return first !== undefined && take(cursor, ',') ? first : undefined;
  });
  for (const head of heads) {
    const clause = attempt(cursor, () => readWhole(cursor, head, time));
    if (clause !== undefined) return clause;
  }
  return undefined;
}

function readWhole(cursor: Cursor, head: (cursor: Cursor) => Clause | undefined, time: TimePhrase | undefined): Clause | undefined {
  const clause = head(cursor);
  if (clause === undefined || (time !== undefined && clause.time !== undefined)) return undefined;
  if (time !== undefined) clause.time = time;
  while (!isAtEnd(cursor)) if (!readTail(cursor, clause)) return undefined;
  return isSound[clause.effect](saidIn(clause)) ? clause : undefined;
}

type Said = {
  readonly from: boolean;
  readonly to: boolean;
  readonly services: boolean;
  readonly timed: boolean;
  readonly everything: boolean;
};

/** What a sentence must say at least to be a rule of some scope. */
const isSound: Readonly<Record<ClauseEffect, (said: Said) => boolean>> = {
  allow: ({ from, to, services, everything }) => from || to || services || everything,
  deny: ({ from, to, services, everything }) => from || to || services || everything,
  'only-from': ({ from, to, services, timed }) => from && (to || services) && !timed,
  'only-service': ({ from, to, services, timed }) => (from || to) && services && !timed,
  'only-to': ({ from, to, timed }) => from && to && !timed,
  'only-unclear': ({ from, to, services, timed }) => from && to && services && !timed,
  rest: ({ timed }) => !timed,
};

function saidIn(clause: Clause): Said {
  return {
    from: clause.from !== undefined,
    to: clause.to !== undefined,
    services: clause.services !== undefined,
    timed: clause.time !== undefined,
    everything: clause.everything === true,
  };
}
