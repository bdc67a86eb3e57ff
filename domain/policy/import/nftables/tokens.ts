/** Words of nft's language with their lines. A new line and a semicolon are `end`; a backslash before a new line joins lines. */
import { type Place, unreadable } from '../filter.ts';

export type Token = { readonly text: string; readonly line: number; readonly quoted: boolean };

export const end = '\n';

const tokenForm =
  /[ \t\r]+|\\\n|#[^\n]*|(\n|;)|"([^"\n]*)"|(!=|==|<=|>=|[{}(),=/|&<>]|:(?=\s)|[@$]?[A-Za-z0-9_.:*+-][A-Za-z0-9_.:*+/-]*)/gy;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  for (const found of text.matchAll(tokenForm)) {
    at = found.index + found[0].length;
    if (found[1] !== undefined) tokens.push({ text: end, line, quoted: false });
    else if (found[2] !== undefined) tokens.push({ text: found[2], line, quoted: true });
    else if (found[3] !== undefined) tokens.push({ text: found[3], line, quoted: false });
    if (found[0].endsWith('\n')) line += 1;
  }
  if (at !== text.length) throw unreadable(`line ${line}: unexpected \`${text[at]}\``);
  return tokens;
}

export class TokenReader {
  private readonly tokens: readonly Token[];
  private readonly lines: readonly string[];
  private at = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.tokens = tokens;
    this.lines = text.split('\n');
  }

  position(): number {
    return this.at;
  }

  done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** Empty at the end. */
  peek(ahead = 0): string {
    return this.tokens[this.at + ahead]?.text ?? '';
  }

  next(): string {
    const token = this.tokens[this.at];
    if (token === undefined || (token.text === end && !token.quoted)) throw unreadable('a statement that ends early');
    this.at += 1;
    return token.text;
  }

  skip(word: string): boolean {
    const token = this.tokens[this.at];
    if (token === undefined || token.quoted || token.text !== word) return false;
    this.at += 1;
    return true;
  }

  expect(word: string): void {
    if (!this.skip(word)) throw unreadable(`unexpected \`${this.peek().trim()}\``, `\`${word}\``);
  }

  skipEnds(): void {
    while (this.skip(end));
  }

  /** At the end of a statement: a new line, a semicolon, or the brace that closes the block. */
  atEnd(): boolean {
    return this.done() || this.peek() === end || this.peek() === '}';
  }

  /** To the end of the statement, with every block in it. */
  skipStatement(): void {
    for (let depth = 0; !this.done(); this.at += 1) {
      const word = this.peek();
      if (depth === 0 && (word === end || word === '}')) return;
      if (word === '{') depth += 1;
      if (word === '}') depth -= 1;
    }
  }

  place(): Place {
    const line = this.tokens[this.at]?.line ?? this.lines.length;
    return { line, text: (this.lines[line - 1] ?? '').trim() };
  }
}
