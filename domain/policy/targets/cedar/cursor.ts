/** Walks over tokens: what policies and schemas are parsed with. */
import { element } from '../../element.ts';
import { placeOf, type Token, tokensOf, unescape, unreadable } from './tokens.ts';

export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get next(): Token {
    return element(this.#tokens, this.#at);
  }

  /** The one behind it. */
  get later(): Token {
    return element(this.#tokens, Math.min(this.#at + 1, this.#tokens.length - 1));
  }

  get where(): string {
    return placeOf(this.#text, this.next.offset);
  }

  get line(): number {
    return Number(this.where.split(':')[0]);
  }

  get atEnd(): boolean {
    return this.next.kind === 'end';
  }

  isMark(text: string): boolean {
    return this.next.kind === 'mark' && this.next.text === text;
  }

  isWord(...words: readonly string[]): boolean {
    return this.next.kind === 'word' && words.includes(this.next.text);
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** Whether it was there, and is taken. */
  takeMark(text: string): boolean {
    const found = this.isMark(text);
    if (found) this.#at += 1;
    return found;
  }

  takeWord(text: string): boolean {
    const found = this.isWord(text);
    if (found) this.#at += 1;
    return found;
  }

  mark(text: string): void {
    if (!this.takeMark(text)) throw this.unexpected(`\`${text}\``);
  }

  word(): string {
    if (this.next.kind !== 'word') throw this.unexpected('a word');
    return this.take().text;
  }

  text(): string {
    if (this.next.kind !== 'text') throw this.unexpected('text in quotes');
    const { where } = this;
    return unescape(this.take().text, where);
  }

  /** `Ns::User`; stops ahead of `::"id"`. */
  name(first = this.word()): string {
    let name = first;
    while (this.isMark('::') && this.later.kind === 'word') {
      this.take();
      name = `${name}::${this.word()}`;
    }
    return name;
  }

  /** Items between `open`, which is taken already, and `close`; a comma behind the last is fine. */
  list<T>(close: string, item: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.takeMark(close)) {
      items.push(item());
      if (this.takeMark(close)) break;
      this.mark(',');
    }
    return items;
  }

  unexpected(expected: string): Error {
    const found = this.atEnd ? 'the end' : `\`${this.next.text}\``;
    return unreadable(found, this.where, expected);
  }

  get position(): number {
    return this.#at;
  }

  back(position: number): void {
    this.#at = position;
  }

  /** To behind the next `;` outside of brackets, or to where another policy begins: where reading can go on, whatever was left open. */
  skipStatement(): void {
    this.#takeHead();
    let depth = 0;
    while (!this.atEnd && !this.#beginsPolicy()) {
      const { kind, text } = this.take();
      if (kind !== 'mark') continue;
      if ('({['.includes(text)) depth += 1;
      else if (')}]'.includes(text)) depth -= 1;
      else if (text === ';' && depth <= 0) return;
    }
  }

  /** Annotations and effect, as far as they are there. */
  #takeHead(): void {
    while (this.takeMark('@')) while (!this.atEnd && !this.#beginsPolicy() && !this.isMark(';')) this.take();
    if (!this.atEnd && !this.isMark(';')) this.take();
  }

  #beginsPolicy(): boolean {
    return this.isMark('@') || (this.isWord('permit', 'forbid') && this.later.kind === 'mark' && this.later.text === '(');
  }
}
