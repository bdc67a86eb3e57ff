/**
 * Cuts a requirement into sentences of tokens, in one linear pass. Offsets are half-open UTF-16 positions in the text, so that
 * every rule can point at the words that it came from.
 */
export type Token = {
  readonly kind: 'word' | 'quoted' | 'mark';
  /** As written; of a quoted token, what stands between the quotes. */
  readonly text: string;
  /** Lower case, apostrophes unified, NFKC. */
  readonly lower: string;
  readonly start: number;
  readonly end: number;
};

export type Span = { readonly start: number; readonly end: number };
export type Sentence = Span & { readonly tokens: readonly Token[] };

const closing: { readonly [open: string]: string } = { '"': '"', '“': '”', '«': '»', '`': '`', '„': '“' };
const maxQuotedChars = 128;
/** A line that begins with one of these begins a sentence, full stop or not. */
const starters: ReadonlySet<string> = new Set(
  'allow permit deny block drop forbid prohibit reject only nobody no never do please restrict let everyone all'.split(' '),
);

export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let tokens: Token[] = [];
  const close = (): void => {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first !== undefined && last !== undefined) sentences.push({ start: first.start, end: last.end, tokens });
    tokens = [];
  };
  for (const token of tokensOf(text)) {
    if (token.text === '\n') {
      if (token.lower === 'break') close();
      continue;
    }
    if (token.kind === 'mark' && '.!?;'.includes(token.text)) {
      if (tokens.length > 0) tokens.push(token);
      close();
    } else tokens.push(token);
  }
  close();
  return sentences.filter(({ tokens: all }) => all.some((token) => token.kind !== 'mark' || !'.!?;'.includes(token.text)));
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '\n') {
      const next = lineBreak(text, at);
      tokens.push(next);
      at = next.end;
    } else if (isSpace(char)) at += 1;
    else {
      const token = quotedToken(text, at) ?? wordToken(text, at);
      tokens.push(token);
      at = token.kind === 'quoted' ? token.end + 1 : token.end;
    }
  }
  return tokens;
}

/** A run of blank space that holds a line end: `break` when a blank line, a list bullet or a starting word follows. */
function lineBreak(text: string, start: number): Token {
  let end = start;
  let lines = 0;
  while (end < text.length && isSpace(text.charAt(end))) {
    if (text[end] === '\n') lines += 1;
    end += 1;
  }
  const bullet = bulletLength(text, end);
  const after = readWord(text, end + bullet).toLowerCase();
  const isBreak = lines > 1 || bullet > 0 || starters.has(after);
  return { kind: 'mark', text: '\n', lower: isBreak ? 'break' : 'space', start, end: end + bullet };
}

/** `- `, `* `, `• `, `1. `, `2) ` */
function bulletLength(text: string, at: number): number {
  let end = at;
  while (end < at + 3 && isDigit(text.charAt(end))) end += 1;
  const isMark = end > at ? '.)'.includes(text.charAt(end) || ' ') : '-*•'.includes(text.charAt(end) || ' ');
  return isMark && isSpace(text.charAt(end + 1)) ? end + 2 - at : 0;
}

/** The token's offsets leave the quotes out; one closing character follows it. */
function quotedToken(text: string, start: number): Token | undefined {
  const close = closing[text.charAt(start)];
  if (close === undefined) return undefined;
  const end = text.slice(start + 1, start + 2 + maxQuotedChars).indexOf(close);
  const inside = end <= 0 ? undefined : text.slice(start + 1, start + 1 + end);
  if (inside === undefined || inside.includes('\n')) return undefined;
  return { kind: 'quoted', text: inside, lower: fold(inside), start: start + 1, end: start + 1 + end };
}

function wordToken(text: string, start: number): Token {
  const word = readWord(text, start);
  if (word === '') return { kind: 'mark', text: text.charAt(start), lower: text.charAt(start), start, end: start + 1 };
  return { kind: 'word', text: word, lower: fold(word), start, end: start + word.length };
}

/** Letters and digits in any script, and `- _ . : / ' @ *` between or before them; punctuation at the end is not part of the word. */
function readWord(text: string, start: number): string {
  let end = start;
  let lastLetter = start;
  while (end < text.length) {
    const char = text.charAt(end);
    if (isLetterOrDigit(char)) lastLetter = end + 1;
    else if (end - lastLetter >= maxInnerRun || !isInner(char, end > start || char === ':')) break;
    end += 1;
  }
  // `2001:db8::/32` ends with a digit, `2001:db8::` does not.
  if (text.startsWith('::', lastLetter) && text.slice(start, lastLetter).includes(':')) lastLetter += 2;
  return text.slice(start, lastLetter);
}

/** `::/`: no more punctuation than that stands inside a word. Also what keeps reading linear. */
const maxInnerRun = 3;

function isInner(char: string, inside: boolean): boolean {
  return inside && "-_.:/'’@*+–".includes(char);
}

export function isLetterOrDigit(char: string): boolean {
  const code = char.charCodeAt(0);
  if (code < 128) return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  // Surrogates count as letters, so that a name in any script stays in one piece.
  return (code >= 0xd8_00 && code <= 0xdf_ff) || /[\p{L}\p{N}\p{M}]/u.test(char);
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function isSpace(char: string): boolean {
  return char !== '' && /\s/.test(char);
}

export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'").replaceAll('–', '-');
}
