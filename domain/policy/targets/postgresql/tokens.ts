/** SQL of PostgreSQL ("Lexical Structure") as tokens: names in quotes, texts, whole numbers, words, operators, and dollar-quoted bodies. */
import { EdictError } from '../../../errors.ts';

export type Token = { readonly kind: 'name' | 'text' | 'number' | 'word' | 'body' | 'sign'; readonly value: string; readonly line: number };

const form =
  /\s+|(--[^\n]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|(\$[a-z]*\$)|(-?[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(<<=|::|>=|<=|[();,.=+*-])/gy;

/** Comments are passed over; `comments` has them. */
export function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly comments: readonly string[] } {
  const tokens: Token[] = [];
  const comments: string[] = [];
  let line = 1;
  form.lastIndex = 0;
  for (let at = 0; at < text.length; at = form.lastIndex) {
    const found = form.exec(text);
    if (found === null) throw unreadable(`\`${text.slice(at, at + 20)}\``, line);
    const [all, comment, name, quoted, tag, number, word, sign] = found;
    const add = (kind: Token['kind'], value: string) => tokens.push({ kind, value, line });
    if (comment !== undefined) comments.push(comment.slice(2).trim());
    else if (name !== undefined) add('name', name.replaceAll('""', '"'));
    else if (quoted !== undefined) add('text', quoted.replaceAll("''", "'"));
    else if (tag !== undefined) add('body', bodyOf(text, tag, line));
    else if (number !== undefined) add('number', number);
    else if (word !== undefined) add('word', word.toUpperCase());
    else if (sign !== undefined) add('sign', sign);
    line += all.split('\n').length - 1;
  }
  return { tokens, comments };
}

function bodyOf(text: string, tag: string, line: number): string {
  const start = form.lastIndex;
  const end = text.indexOf(tag, start);
  if (end < 0) throw unreadable('a body without an end', line, `\`${tag}\``);
  form.lastIndex = end + tag.length;
  return text.slice(start, end);
}

export function unreadable(what: string, line: number, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, {
    where: `edict.sql:${line}`,
    ...(expected === undefined ? {} : { expected }),
  });
}

export type Reader = {
  readonly peek: (ahead?: number) => Token | undefined;
  readonly isNext: (...words: readonly string[]) => boolean;
  /** Takes these words and signs where they all come next. */
  readonly skip: (...words: readonly string[]) => boolean;
  readonly take: (...words: readonly string[]) => void;
  readonly value: (kind: Token['kind']) => string;
  readonly unexpected: (expected: string) => EdictError;
};

export function readerOf(tokens: readonly Token[]): Reader {
  let at = 0;
  const peek = (ahead = 0) => tokens[at + ahead];
  const unexpected = (expected: string) =>
    unreadable(`\`${peek()?.value ?? 'the end'}\``, peek()?.line ?? tokens.at(-1)?.line ?? 0, expected);
  const isNext = (...words: readonly string[]) =>
    words.every((word, index) => {
      const token = peek(index);
      return (token?.kind === 'word' || token?.kind === 'sign') && token.value === word;
    });
  const skip = (...words: readonly string[]) => {
    if (!isNext(...words)) return false;
    at += words.length;
    return true;
  };
  const take = (...words: readonly string[]) => {
    for (const word of words) if (!skip(word)) throw unexpected(`\`${word}\``);
  };
  const value = (kind: Token['kind']) => {
    const token = peek();
    if (token?.kind !== kind) throw unexpected(`a ${kind}`);
    at += 1;
    return token.value;
  };
  return { peek, isNext, skip, take, value, unexpected };
}
