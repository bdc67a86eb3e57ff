/**
 * Reads one sentence. It is read only when every word of it is accounted for: what the grammar does not know makes the whole
 * sentence unread, and so a question. Nothing is skipped.
 */
import type { Clause } from './clause.ts';
import { attempt, cursorOver, isAtEnd, takeAny } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readActive, readCommand, readNobody, readNoun, readOnly, readRestriction } from './heads.ts';
import { readTail } from './tail.ts';
import type { Sentence } from './tokenise.ts';

const heads = [readRestriction, readNobody, readOnly, readCommand, readNoun, readActive];

export function readClause(sentence: Sentence): Clause | undefined {
  const cursor = cursorOver(sentence.tokens);
  while (takeAny(cursor, 'please', 'also', 'and', 'furthermore', ',', 'additionally', 'in addition') !== undefined);
  for (const head of heads) {
    const clause = attempt(cursor, () => readWhole(cursor, head));
    if (clause !== undefined) return clause;
  }
  return undefined;
}

function readWhole(cursor: Cursor, head: (cursor: Cursor) => Clause | undefined): Clause | undefined {
  const clause = head(cursor);
  if (clause === undefined) return undefined;
  while (!isAtEnd(cursor)) if (!readTail(cursor, clause)) return undefined;
  return isSound(clause) ? clause : undefined;
}

/** A clause that says too little to be a rule of any scope is not read. */
function isSound(clause: Clause): boolean {
  const { effect, from, to, services } = clause;
  if (effect === 'rest') return clause.exceptions.length === 0 && clause.time === undefined;
  if (effect === 'only-from') return from !== undefined && (to !== undefined || services !== undefined) && clause.time === undefined;
  if (effect === 'only-to') return from !== undefined && to !== undefined && clause.time === undefined;
  if (effect === 'only-unclear') return from !== undefined && to !== undefined && services !== undefined && clause.time === undefined;
  return from !== undefined || to !== undefined || services !== undefined;
}
