/** What follows the head of a sentence, in any order: from, to, between, service, time, exception. */
import type { Clause, Exception } from './clause.ts';
import { attempt, peek, take, takeAny, wordAt } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readParties, readPartiesAfter } from './parties.ts';
import { readServices } from './services.ts';
import type { ServicePhrase } from './services.ts';
import { readTime } from './times.ts';
import { trafficNouns } from './vocabulary.ts';

const servicePrepositions = ['on', 'over', 'via', 'using', 'with', 'through', 'at', 'for', 'by', 'by using'];

/** Reads one modifier into the clause; false when the words at the cursor are none. */
export function readTail(cursor: Cursor, clause: Clause): boolean {
  return (
    readDefault(cursor, clause) ||
    readException(cursor, clause) ||
    readServiceTail(cursor, clause) ||
    readTimeTail(cursor, clause) ||
    readBetween(cursor, clause) ||
    readEnds(cursor, clause) ||
    attempt(cursor, () => (take(cursor, ',') && peek(cursor) !== undefined ? true : undefined)) === true
  );
}

function readServiceTail(cursor: Cursor, clause: Clause): boolean {
  if (clause.services !== undefined) return readLateOnly(cursor, clause);
  const limited = attempt(cursor, () => {
    const only = take(cursor, 'only') || take(cursor, 'exclusively');
    const services = readServicePhrase(cursor);
    return services === undefined ? undefined : { only, services };
  });
  if (limited === undefined) return false;
  clause.services = limited.services;
  // `X may connect to Y only on port 443`: nothing else of what the clause speaks of.
  if (limited.only && clause.effect === 'allow') clause.effect = 'only-unclear';
  if (clause.effect === 'only-to') clause.effect = 'only-unclear';
  return true;
}

/** `on port 443 only`, `over HTTPS but nothing else` */
function readLateOnly(cursor: Cursor, clause: Clause): boolean {
  if (clause.effect !== 'allow' || clause.from === undefined || clause.to === undefined) return false;
  const said = attempt(cursor, () => {
    take(cursor, ',');
    return takeAny(cursor, 'only', 'but nothing else', 'and nothing else', 'but no other port', 'and no other port', 'exclusively');
  });
  if (said !== undefined) clause.effect = 'only-unclear';
  return said !== undefined;
}

/** `denied by default`: what something else allows is allowed. */
function readDefault(cursor: Cursor, clause: Clause): boolean {
  if (
    clause.effect !== 'deny' ||
    takeAny(cursor, 'by default', 'unless explicitly allowed', 'unless it is explicitly allowed') === undefined
  )
    return false;
  clause.effect = 'rest';
  return true;
}

/** `on port 5432`, `over HTTPS`, `on tcp/443`, `TCP port 80` */
export function readServicePhrase(cursor: Cursor): readonly ServicePhrase[] | undefined {
  return attempt(cursor, () => {
    takeAny(cursor, ...servicePrepositions);
    takeAny(cursor, 'the', 'its', 'their');
    const services = readServices(cursor);
    if (services !== undefined) skipTraffic(cursor);
    return services;
  });
}

function readTimeTail(cursor: Cursor, clause: Clause): boolean {
  if (clause.time !== undefined) return false;
  const time = readTime(cursor);
  if (time === undefined) return false;
  clause.time = time;
  return true;
}

function readBetween(cursor: Cursor, clause: Clause): boolean {
  if (clause.from !== undefined || clause.to !== undefined) return false;
  const ends = attempt(cursor, () => {
    if (!take(cursor, 'between')) return undefined;
    const parties = readParties(cursor);
    return parties?.length === 2 ? parties : undefined;
  });
  const [left, right] = ends ?? [];
  if (left === undefined || right === undefined) return false;
  clause.from = [left];
  clause.to = [right];
  clause.both = true;
  return true;
}

function readEnds(cursor: Cursor, clause: Clause): boolean {
  if (readBothWays(cursor, clause)) return true;
  if (readEverywhere(cursor, clause)) return true;
  const from =
    clause.from === undefined || isOnlyAny(clause.from)
      ? readPartiesAfter(cursor, 'from', 'coming from', 'originating from', 'starting from')
      : undefined;
  if (from !== undefined) {
    clause.from = from;
    return true;
  }
  const to =
    clause.to === undefined
      ? readPartiesAfter(cursor, 'to', 'into', 'towards', 'toward', 'against', 'on', 'in', 'within', 'going to', 'destined for')
      : undefined;
  if (to === undefined) return false;
  clause.to = to;
  return true;
}

/** `to and from X` */
function readBothWays(cursor: Cursor, clause: Clause): boolean {
  if (clause.from !== undefined || clause.to !== undefined) return false;
  const parties = attempt(cursor, () =>
    takeAny(cursor, 'to and from', 'from and to', 'to or from', 'from or to') === undefined ? undefined : readParties(cursor),
  );
  const [first] = parties ?? [];
  if (first === undefined) return false;
  clause.from = [{ kind: 'any', span: first.span }];
  clause.to = parties;
  clause.both = true;
  return true;
}

function readEverywhere(cursor: Cursor, clause: Clause): boolean {
  const place = cursor.tokens[cursor.at];
  if (place === undefined || clause.to !== undefined || takeAny(cursor, 'everywhere', 'anywhere') === undefined) return false;
  clause.to = [{ kind: 'any', span: { start: place.start, end: place.end } }];
  return true;
}

/** `Nobody may … from the internet`: the place says who. */
function isOnlyAny(parties: Clause['from']): boolean {
  return parties?.length === 1 && parties[0]?.kind === 'any';
}

function readException(cursor: Cursor, clause: Clause): boolean {
  const exception = attempt(cursor, () => {
    take(cursor, ',');
    takeAny(cursor, 'and', 'but');
    const opened = takeAny(
      cursor,
      'except',
      'unless',
      'excluding',
      'other than',
      'apart from',
      'besides',
      'with the exception of',
      'save for',
      'not',
      'with an exception for',
    );
    if (opened === undefined) return undefined;
    takeAny(cursor, 'for', 'it is', 'they are', 'when it is', 'that');
    return exceptionBody(cursor, clause);
  });
  if (exception === undefined) return false;
  clause.exceptions.push(exception);
  return true;
}

type Draft = { -readonly [key in keyof Exception]: Exception[key] };

function exceptionBody(cursor: Cursor, clause: Clause): Exception | undefined {
  const exception: Draft = {};
  for (let read = true; read;) {
    read = false;
    const time = exception.time === undefined ? attempt(cursor, () => (take(cursor, ','), readTime(cursor))) : undefined;
    if (time !== undefined) {
      exception.time = time;
      read = true;
      continue;
    }
    const services = exception.services === undefined ? readServicePhrase(cursor) : undefined;
    if (services !== undefined) {
      exception.services = services;
      // `Block everything except HTTPS from X to Y`: the ends are the sentence's, where it has none yet.
      read = !(clause.from === undefined && clause.to === undefined);
      continue;
    }
    read = readExceptionParties(cursor, exception, clause);
  }
  return Object.keys(exception).length > 0 ? exception : undefined;
}

function readExceptionParties(cursor: Cursor, exception: Draft, clause: Clause): boolean {
  const from = exception.from === undefined ? readPartiesAfter(cursor, 'from', 'by') : undefined;
  const to = from === undefined && exception.to === undefined ? readPartiesAfter(cursor, 'to', 'into', 'on', 'at') : undefined;
  if (from !== undefined) exception.from = from;
  if (to !== undefined) exception.to = to;
  return from !== undefined || to !== undefined || readBareException(cursor, exception, clause);
}

/** `except the bastion`: the side that the sentence leaves open is the one that an exception narrows. */
function readBareException(cursor: Cursor, exception: Draft, clause: Clause): boolean {
  if (exception.from !== undefined || exception.to !== undefined || exception.either !== undefined) return false;
  const parties = readParties(cursor);
  if (parties === undefined) return false;
  const [fromIsOpen, toIsOpen] = [isOpen(clause.from), isOpen(clause.to)];
  if (fromIsOpen === toIsOpen) exception.either = parties;
  else exception[fromIsOpen ? 'from' : 'to'] = parties;
  return true;
}

function isOpen(parties: Clause['from']): boolean {
  return parties === undefined || isOnlyAny(parties);
}

export function skipTraffic(cursor: Cursor): void {
  while (trafficNouns.has(wordAt(cursor))) cursor.at += 1;
}
