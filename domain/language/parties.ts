/** Party phrases: who connects and what is connected to. `the payments service`, `any host in the dmz`, `db-1 and 10.0.0.0/8`. */
import { attempt, peek, spanFrom, take, takeAny, takeOf, wordAt } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { takeJoin } from './services.ts';
import { readTime } from './times.ts';
import type { Span } from './tokenise.ts';
import { anyNouns, anyParty, articles, boundaries, hostNouns, kindWords, someNouns } from './vocabulary.ts';

export type Party =
  | { readonly kind: 'any'; readonly span: Span }
  /** A name as it was written, without article and kind word; `said` is the kind word's kind. */
  | {
      readonly kind: 'name';
      readonly text: string;
      readonly said: Kind | undefined;
      readonly quoted: boolean;
      /** Only some hosts of the place that is named: a denial may speak of all of them, a permission may not. */
      readonly some?: boolean | undefined;
      readonly span: Span;
    };

const maxNameTokens = 8;

/** A list joined by commas, `and` and `or`. */
export function readParties(cursor: Cursor): readonly Party[] | undefined {
  takeAny(cursor, 'both', 'either', 'neither');
  const first = readParty(cursor);
  if (first === undefined) return undefined;
  const all = [first];
  for (;;) {
    const next = attempt(cursor, () => (takeJoin(cursor) && !isTimeAhead(cursor) ? readParty(cursor) : undefined));
    if (next === undefined) return all;
    all.push(next);
  }
}

/** `except the bastion, Sun 02:00-06:00 UTC` */
function isTimeAhead(cursor: Cursor): boolean {
  const start = cursor.at;
  const isTime = readTime(cursor) !== undefined;
  cursor.at = start;
  return isTime;
}

export function readParty(cursor: Cursor): Party | undefined {
  return attempt(cursor, () => readAny(cursor) ?? readHostsIn(cursor) ?? readName(cursor));
}

/** `everyone`, `any host`, `all other systems` is not: `other` needs a rest to be other than. */
function readAny(cursor: Cursor): Party | undefined {
  return attempt(cursor, () => {
    const start = cursor.at;
    const all = takeAny(cursor, 'any', 'all', 'every', 'each', 'all the', 'all our');
    if (all !== undefined) {
      takeAny(cursor, 'the', 'our', 'of the', 'of our');
      const noun = takeOf(cursor, anyNouns) ?? takeAny(cursor, 'ip addresses', 'ip address', 'ip');
      return noun !== undefined && endsHere(cursor) ? { kind: 'any', span: spanFrom(cursor, start) } : undefined;
    }
    if (takeOf(cursor, anyParty) === undefined || !endsHere(cursor)) return undefined;
    return { kind: 'any', span: spanFrom(cursor, start) };
  });
}

/** Whether a party may end here: at the end, at a mark, or at a word that ends names, but not at `in the …`, which narrows it. */
function endsHere(cursor: Cursor): boolean {
  const word = wordAt(cursor);
  if (['in', 'within', 'inside', 'of', 'with', 'who', 'which', 'that', 'whose', 'outside'].includes(word)) return false;
  return peek(cursor) === undefined || !isNameWord(cursor);
}

/** `any host in the dmz`, `the servers in zone data` */
function readHostsIn(cursor: Cursor): Party | undefined {
  return attempt(cursor, () => {
    const start = cursor.at;
    while (takeOf(cursor, articles) !== undefined);
    const noun = takeOf(cursor, anyParty) ?? takeOf(cursor, hostNouns);
    if (noun === undefined) return undefined;
    if (takeAny(cursor, 'in', 'within', 'inside', 'of', 'on') === undefined) return undefined;
    const place = readName(cursor);
    return place === undefined ? undefined : { ...place, some: someNouns.has(noun), span: spanFrom(cursor, start) };
  });
}

function readName(cursor: Cursor): Party | undefined {
  const start = cursor.at;
  while (takeOf(cursor, articles) !== undefined);
  const before = takeKind(cursor);
  if (peek(cursor)?.kind === 'quoted') return readQuoted(cursor, start, before);
  const from = cursor.at;
  while (isNameWord(cursor) && cursor.at - from < maxNameTokens) cursor.at += 1;
  const tokens = cursor.tokens.slice(from, cursor.at);
  if (tokens.length === 0) return nameOfKindWord(cursor, start, from);
  const said = before ?? (tokens.length > 1 ? kindOf(tokens.at(-1)?.lower ?? '') : undefined);
  const text = tokens.map((token) => token.text).join(' ');
  return { kind: 'name', text, said, quoted: false, span: spanFrom(cursor, start) };
}

type Kind = 'zone' | 'service' | 'group' | 'asset';

function kindOf(word: string): Kind | undefined {
  return Object.hasOwn(kindWords, word) ? kindWords[word] : undefined;
}

function readQuoted(cursor: Cursor, start: number, before: Kind | undefined): Party {
  const text = peek(cursor)?.text ?? '';
  cursor.at += 1;
  const said = before ?? takeKind(cursor);
  return { kind: 'name', text, said, quoted: true, span: spanFrom(cursor, start) };
}

/** `the network` alone: the kind word is the name. */
function nameOfKindWord(cursor: Cursor, start: number, from: number): Party | undefined {
  const word = from > start ? cursor.tokens[from - 1] : undefined;
  const first = cursor.tokens[start]?.lower ?? '';
  // `every zone` is not a zone's name.
  if (word === undefined || !Object.hasOwn(kindWords, word.lower) || ['all', 'any', 'every', 'each'].includes(first)) return undefined;
  return { kind: 'name', text: word.text, said: undefined, quoted: false, span: spanFrom(cursor, start) };
}

/** A kind word before the name: `zone dmz`, `group cardholder-db`. */
function takeKind(cursor: Cursor): Kind | undefined {
  const kind = kindOf(wordAt(cursor));
  if (kind !== undefined) cursor.at += 1;
  return kind;
}

function isNameWord(cursor: Cursor): boolean {
  const token = peek(cursor);
  if (token?.kind !== 'word') return false;
  if (boundaries.has(token.lower)) return isTrafficPartOfName(cursor, token.lower);
  return token.lower !== 'not' && !articles.has(token.lower);
}

/** `the access zone`: a boundary word followed by a kind word is a name. */
function isTrafficPartOfName(cursor: Cursor, word: string): boolean {
  return ['access', 'contact'].includes(word) && kindOf(wordAt(cursor, 1)) !== undefined;
}

/** Takes `to X`, `from X` … */
export function readPartiesAfter(cursor: Cursor, ...prepositions: readonly string[]): readonly Party[] | undefined {
  return attempt(cursor, () => (prepositions.some((preposition) => take(cursor, preposition)) ? readParties(cursor) : undefined));
}
