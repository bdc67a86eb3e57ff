/**
 * Reads the part of nft(8)'s language that a policy table uses, into sets, chains and rules. Written from the manual, not from
 * compile.ts. Any word that it does not expect is `artifact-unreadable` with its line.
 */
import { EdictError } from '../../../errors.ts';

export type NftSet = { readonly type: string; readonly elements: readonly string[] };

/** Matches as they stand, all of which must hold, then one verdict. */
export type NftRule = { readonly matches: readonly NftMatch[]; readonly verdict: NftVerdict; readonly comment: string | undefined };

export type NftMatch =
  | { readonly on: 'saddr' | 'daddr'; readonly family: 4 | 6; readonly set: string }
  | { readonly on: 'nfproto'; readonly family: 4 | 6 }
  | { readonly on: 'l4proto'; readonly protocols: readonly string[] }
  | { readonly on: 'sport' | 'dport'; readonly protocol: PortProtocol; readonly ranges: readonly PortRange[] }
  | { readonly on: 'type' | 'code'; readonly version: 4 | 6; readonly value: number }
  | { readonly on: 'state'; readonly states: readonly string[] };

/** `th`: whichever transport protocol it is. */
const portProtocols = ['tcp', 'udp', 'dccp', 'sctp', 'udplite', 'th'] as const;

export type PortProtocol = (typeof portProtocols)[number];

export type PortRange = { readonly low: number; readonly high: number };

export type NftVerdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export type NftChain = { readonly hook: string | undefined; readonly rules: readonly NftRule[] };

export type NftTable = {
  readonly name: string;
  readonly comment: string | undefined;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
};

type Token = { readonly text: string; readonly line: number };

/** `end` stands for a new line or a semicolon. */
const end = '\n';

class Reader {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(): string | undefined {
    return this.tokens[this.at]?.text;
  }

  next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw this.unexpected('more');
    this.at += 1;
    return token.text;
  }

  take(...words: readonly string[]): void {
    for (const word of words)
      if (this.peek() !== word) throw this.unexpected(`\`${word}\``);
      else this.at += 1;
  }

  skip(word: string): boolean {
    if (this.peek() !== word) return false;
    this.at += 1;
    return true;
  }

  skipEnds(): void {
    while (this.skip(end));
  }

  unexpected(expected: string): EdictError {
    const token = this.tokens[this.at];
    return new EdictError('artifact-unreadable', token === undefined ? 'the text ends early' : `unexpected \`${token.text.trim()}\``, {
      where: `edict.nft:${token?.line ?? 'end'}`,
      expected,
    });
  }
}

export function parseNft(text: string): NftTable {
  const reader = new Reader(tokenize(text));
  reader.skipEnds();
  reader.take('table', 'inet');
  const name = reader.next();
  reader.take(end, 'delete', 'table', 'inet', name, end, 'table', 'inet', name, '{');
  const table = parseTable(reader, name);
  reader.skipEnds();
  if (reader.peek() !== undefined) throw reader.unexpected('the end of the text');
  return table;
}

const tokenForm = /[ \t]+|#[^\n]*|(\n|;)|("[^"\n]*"|[{},=]|[A-Za-z0-9_.:/@-]+)/gy;

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  for (const found of text.matchAll(tokenForm)) {
    at = found.index + found[0].length;
    if (found[1] !== undefined) tokens.push({ text: end, line });
    else if (found[2] !== undefined) tokens.push({ text: found[2], line });
    if (found[0] === '\n') line += 1;
  }
  if (at !== text.length) throw new EdictError('artifact-unreadable', `unexpected \`${text[at]}\``, { where: `edict.nft:${line}` });
  return tokens;
}

function parseTable(reader: Reader, name: string): NftTable {
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>();
  let comment: string | undefined;
  for (reader.skipEnds(); !reader.skip('}'); reader.skipEnds()) {
    if (reader.skip('comment')) comment = parseString(reader);
    else if (reader.skip('set')) define(reader, sets, parseSet);
    else if (reader.skip('chain')) define(reader, chains, parseChain);
    else throw reader.unexpected('`comment`, `set` or `chain`');
    reader.take(end);
  }
  return { name, comment, sets, chains };
}

/** nft adds a second definition to the first; here it is refused. */
function define<T>(reader: Reader, known: Map<string, T>, parse: (reader: Reader) => T): void {
  const name = reader.next();
  if (known.has(name)) throw reader.unexpected(`one definition of \`${name}\``);
  reader.take('{');
  known.set(name, parse(reader));
}

function parseString(reader: Reader): string {
  const text = reader.next();
  if (!text.startsWith('"')) throw reader.unexpected('a string before this');
  return text.slice(1, -1);
}

function parseSet(reader: Reader): NftSet {
  reader.skipEnds();
  reader.take('type');
  const type = reader.next();
  reader.take(end, 'flags', 'interval', end, 'elements', '=');

  const elements = parseList(reader);
  reader.take(end, '}');
  return { type, elements };
}

function parseList(reader: Reader): readonly string[] {
  reader.take('{');
  const words = [reader.next()];
  while (!reader.skip('}')) {
    reader.take(',');
    words.push(reader.next());
  }
  return words;
}

function parseChain(reader: Reader): NftChain {
  reader.skipEnds();
  const hook = reader.peek() === 'type' ? parseHook(reader) : undefined;
  const rules: NftRule[] = [];
  for (reader.skipEnds(); !reader.skip('}'); reader.skipEnds()) {
    rules.push(parseRule(reader));
    reader.take(end);
  }
  return { hook, rules };
}

function parseHook(reader: Reader): string {
  reader.take('type', 'filter', 'hook');
  const hook = reader.next();
  reader.take('priority', 'filter', end);
  reader.skipEnds();
  reader.take('policy', 'accept', end);
  return hook;
}

function parseRule(reader: Reader): NftRule {
  const matches: NftMatch[] = [];
  for (let match = parseMatch(reader); match !== undefined; match = parseMatch(reader)) matches.push(match);
  if (reader.skip('counter') && reader.skip('packets')) {
    reader.next();
    reader.take('bytes');
    reader.next();
  }
  const verdict = parseVerdict(reader);
  const comment = reader.skip('comment') ? parseString(reader) : undefined;
  return { matches, verdict, comment };
}

function parseMatch(reader: Reader): NftMatch | undefined {
  switch (reader.peek()) {
    case 'ip':
    case 'ip6':
      return parseAddressMatch(reader);
    case 'meta':
      return parseMetaMatch(reader);
    case 'icmp':
    case 'icmpv6':
      return parseIcmpMatch(reader);
    case 'ct':
      reader.take('ct', 'state');
      return { on: 'state', states: parseStates(reader) };
    default: {
      const protocol = portProtocols.find((each) => each === reader.peek());
      if (protocol !== undefined) reader.take(protocol);
      return protocol === undefined ? undefined : parsePortMatch(reader, protocol);
    }
  }
}

function parseAddressMatch(reader: Reader): NftMatch {
  const family = reader.next() === 'ip' ? 4 : 6;
  const on = reader.peek();
  if (on !== 'saddr' && on !== 'daddr') throw reader.unexpected('`saddr` or `daddr`');
  reader.take(on);
  if (reader.peek()?.startsWith('@') !== true) throw reader.unexpected('a named set');
  return { on, family, set: reader.next().slice(1) };
}

function parseMetaMatch(reader: Reader): NftMatch {
  reader.take('meta');
  if (reader.skip('nfproto')) {
    if (reader.skip('ipv4')) return { on: 'nfproto', family: 4 };
    reader.take('ipv6');
    return { on: 'nfproto', family: 6 };
  }
  reader.take('l4proto');
  return { on: 'l4proto', protocols: reader.peek() === '{' ? parseList(reader) : [reader.next()] };
}

function parsePortMatch(reader: Reader, protocol: PortProtocol): NftMatch {
  const on = reader.peek();
  if (on !== 'sport' && on !== 'dport') throw reader.unexpected('`sport` or `dport`');
  reader.take(on);
  const words = reader.peek() === '{' ? parseList(reader) : [reader.next()];
  return { on, protocol, ranges: words.map((word) => parsePortRange(reader, word)) };
}

function parsePortRange(reader: Reader, word: string): PortRange {
  const [, low, high = low] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(word) ?? [];
  if (low === undefined || Number(low) > Number(high) || Number(high) > 65_535)
    throw reader.unexpected(`a port or a range of ports, not \`${word}\`, before this`);
  return { low: Number(low), high: Number(high) };
}

function parseIcmpMatch(reader: Reader): NftMatch {
  const version = reader.next() === 'icmp' ? 4 : 6;
  const on = reader.peek();
  if (on !== 'type' && on !== 'code') throw reader.unexpected('`type` or `code`');
  reader.take(on);
  const value = reader.peek() ?? '';
  if (!/^[0-9]{1,3}$/.test(value) || Number(value) > 255) throw reader.unexpected('a number up to 255');
  reader.take(value);
  return { on, version, value: Number(value) };
}

function parseStates(reader: Reader): readonly string[] {
  const states = [reader.next()];
  while (reader.skip(',')) states.push(reader.next());
  return states;
}

function parseVerdict(reader: Reader): NftVerdict {
  const word = reader.peek();
  if (word === 'accept' || word === 'drop' || word === 'return') {
    reader.take(word);
    return { kind: word };
  }
  if (word === 'jump' || word === 'goto') {
    reader.take(word);
    return { kind: word, chain: reader.next() };
  }
  reader.take('reject', 'with');
  const kind = reader.next();
  return { kind: 'reject', with: `${kind} ${reader.next()}` };
}
