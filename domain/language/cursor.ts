/** A place in a sentence's tokens. Readers move it on success and put it back where they fail. */
import type { Token } from './tokenise.ts';
import { contractions } from './vocabulary.ts';

export type Cursor = { readonly tokens: readonly Token[]; at: number };

/** Contractions become two tokens over the same span; the sentence's closing mark is left out. */
export function cursorOver(tokens: readonly Token[]): Cursor {
  const spread = tokens.flatMap((token) => {
    const parts = token.kind === 'word' && Object.hasOwn(contractions, token.lower) ? contractions[token.lower]?.split(' ') : undefined;
    return parts === undefined ? [token] : parts.map((lower) => ({ ...token, lower }));
  });
  const last = spread.at(-1);
  return { tokens: last?.kind === 'mark' && '.!?;'.includes(last.text) ? spread.slice(0, -1) : spread, at: 0 };
}

export function peek(cursor: Cursor, ahead = 0): Token | undefined {
  return cursor.tokens[cursor.at + ahead];
}

export function isAtEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.tokens.length;
}

/** The lower-case word at the cursor; empty for a quoted name, a mark or the end. A comma is `,`. */
export function wordAt(cursor: Cursor, ahead = 0): string {
  const token = peek(cursor, ahead);
  if (token === undefined || token.kind === 'quoted') return '';
  return token.lower;
}

/** Takes the words of the phrase, all or none. */
export function take(cursor: Cursor, phrase: string): boolean {
  const parts = phrase.split(' ');
  if (!parts.every((part, index) => wordAt(cursor, index) === part)) return false;
  cursor.at += parts.length;
  return true;
}

export function takeAny(cursor: Cursor, ...phrases: readonly string[]): string | undefined {
  return phrases.find((phrase) => take(cursor, phrase));
}

/** Takes one word of the set. */
export function takeOf(cursor: Cursor, set: ReadonlySet<string>): string | undefined {
  const word = wordAt(cursor);
  if (word === '' || !set.has(word)) return undefined;
  cursor.at += 1;
  return word;
}

/** Runs the reader; where it answers undefined, the cursor is as before. */
export function attempt<T>(cursor: Cursor, read: (cursor: Cursor) => T | undefined): T | undefined {
  const start = cursor.at;
  const value = read(cursor);
  if (value === undefined) cursor.at = start;
  return value;
}

/** The text positions from token `from` up to the cursor. */
export function spanFrom(cursor: Cursor, from: number): { readonly start: number; readonly end: number } {
  const first = cursor.tokens[from];
  const last = cursor.tokens[Math.max(from, cursor.at - 1)];
  return { start: first?.start ?? 0, end: last?.end ?? 0 };
}
