/** One rule of nft's language: its words to matches, maps of verdicts, a verdict, and statements that decide nothing. */
import { unreadable } from '../filter.ts';
import { end, type TokenReader } from './tokens.ts';
import type { NftItem, NftMapEntry, NftStatement, NftVerdict } from './tree.ts';

export function parseRule(reader: TokenReader): readonly NftStatement[] {
  const statements: NftStatement[] = [];
  while (!reader.atEnd()) statements.push(parseStatement(reader));
  return statements;
}

function parseStatement(reader: TokenReader): NftStatement {
  const verdict = parseVerdict(reader);
  if (verdict !== undefined) return { kind: 'verdict', verdict };
  const word = reader.peek();
  if (word === 'counter' || word === 'log' || word === 'comment') return idleStatement(reader);
  return parseMatch(reader);
}

export function parseVerdict(reader: TokenReader): NftVerdict | undefined {
  const word = reader.peek();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      reader.next();
      return { kind: word };
    case 'jump':
    case 'goto':
      reader.next();
      return { kind: word, chain: reader.next() };
    case 'reject':
      reader.next();
      skipReject(reader);
      return { kind: 'reject' };
    default:
      return undefined;
  }
}

/** `with tcp reset`, `with icmpx type admin-prohibited`, `with icmp port-unreachable`. */
function skipReject(reader: TokenReader): void {
  if (!reader.skip('with')) return;
  const kind = reader.next();
  if (!['tcp', 'icmp', 'icmpv6', 'icmpx'].includes(kind)) throw unreadable(`\`reject with ${kind}\``);
  reader.skip('type');
  reader.next();
}

/** `counter packets 1 bytes 60`, `log prefix "x" level warn`, `comment "x"`. */
function idleStatement(reader: TokenReader): NftStatement {
  const word = reader.next();
  if (word === 'comment') reader.next();
  else if (word === 'counter') {
    if (reader.skip('name')) reader.next();
    else if (reader.skip('packets')) {
      reader.next();
      reader.expect('bytes');
      reader.next();
    }
  } else while (['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags'].includes(reader.peek())) logOption(reader);
  return { kind: 'idle' };
}

function logOption(reader: TokenReader): void {
  const option = reader.next();
  const value = reader.next();
  if (option === 'flags' && ['tcp', 'ip'].includes(value)) reader.next();
}

/** Words of two parts, and words that stand alone for `meta` of them. */
const headers = new Set(['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th', 'icmp', 'icmpv6', 'ct', 'meta']);
const metaWords = new Set([
  'iifname',
  'oifname',
  'iif',
  'oif',
  'mark',
  'iiftype',
  'oiftype',
  'skuid',
  'skgid',
  'pkttype',
  'cpu',
  'iifgroup',
  'oifgroup',
  'l4proto',
  'nfproto',
  'protocol',
]);
const operators = new Set(['==', '!=', '<', '>', '<=', '>=']);

function parseMatch(reader: TokenReader): NftStatement {
  const first = reader.next();
  if (!headers.has(first) && !metaWords.has(first)) throw unreadable(`\`${first}\``);
  const left = headers.has(first) ? `${first} ${reader.next()}` : `meta ${first}`;
  if (reader.peek() === '.') throw unreadable(`a match on \`${left}\` together with another`);
  if (reader.skip('vmap')) return { kind: 'vmap', left, entries: mapOf(reader) };
  if (reader.skip('&') || reader.skip('and')) return flagsMatch(reader, left);
  if (reader.peek() === 'set') throw unreadable(`\`${left} set\``);
  const op = operators.has(reader.peek()) ? reader.next() : '==';
  const right = parseRight(reader);
  // `tcp flags syn / fin,syn,rst,ack`: those of the mask that are set.
  if (reader.skip('/'))
    return {
      kind: 'match',
      left: `${left} masked`,
      op,
      right: [{ kind: 'value', text: `${wordsOf(parseRight(reader))}/${wordsOf(right)}` }],
    };
  return { kind: 'match', left, op, right };
}

function mapOf(reader: TokenReader): readonly NftMapEntry[] | { readonly map: string } {
  return reader.peek().startsWith('@') ? { map: reader.next().slice(1) } : parseMapEntries(reader);
}

/** `tcp flags & (fin | syn) == syn`. */
function flagsMatch(reader: TokenReader, left: string): NftStatement {
  const mask = flagWords(reader);
  if (!operators.has(reader.peek())) throw unreadable(`\`${left} & …\``, 'a comparison');
  const op = reader.next();
  return { kind: 'match', left: `${left} masked`, op, right: [{ kind: 'value', text: `${mask}/${flagWords(reader)}` }] };
}

function flagWords(reader: TokenReader): string {
  const closed = reader.skip('(');
  const words = [reader.next()];
  while (reader.skip('|') || reader.skip(',')) words.push(reader.next());
  if (closed) reader.expect(')');
  return words.join(',');
}

function wordsOf(items: readonly NftItem[]): string {
  return items.map((item) => (item.kind === 'value' ? item.text : '')).join(',');
}

function parseRight(reader: TokenReader): readonly NftItem[] {
  if (reader.peek() === '{') return parseElements(reader);
  const items = [parseItem(reader)];
  while (reader.skip(',')) items.push(parseItem(reader));
  return items;
}

/** `{ a, b-c, 10.0.0.0/8 }`; what an element counts, or when it goes, says nothing here. */
export function parseElements(reader: TokenReader): readonly NftItem[] {
  const items: NftItem[] = [];
  reader.expect('{');
  for (skipBlank(reader); !reader.skip('}'); skipBlank(reader)) {
    items.push(parseItem(reader));
    skipElementNotes(reader);
  }
  return items;
}

function skipBlank(reader: TokenReader): void {
  while (reader.skip(end) || reader.skip(','));
}

function skipElementNotes(reader: TokenReader): void {
  for (;;) {
    if (reader.skip('comment') || reader.skip('timeout') || reader.skip('expires')) reader.next();
    else if (reader.peek() === 'counter') idleStatement(reader);
    else return;
  }
}

export function parseMapEntries(reader: TokenReader): readonly NftMapEntry[] {
  const entries: NftMapEntry[] = [];
  reader.expect('{');
  for (skipBlank(reader); !reader.skip('}'); skipBlank(reader)) {
    const key = parseItem(reader);
    skipElementNotes(reader);
    reader.expect(':');
    const verdict = parseVerdict(reader);
    if (verdict === undefined) throw unreadable(`\`${reader.peek()}\` in a map`, 'a verdict');
    entries.push([key, verdict]);
  }
  return entries;
}

function parseItem(reader: TokenReader): NftItem {
  const word = reader.next();
  if (reader.peek() === '.') throw unreadable('elements of several parts');
  if (word.startsWith('@')) return { kind: 'set', name: word.slice(1) };
  if (word.startsWith('$')) throw unreadable(`variable \`${word}\``);
  const [low = '', high, ...more] = word.split('-');
  // A dash also stands within names: a range has numbers or addresses on both sides.
  const isRange = high !== undefined && more.length === 0 && [low, high].every((end) => /^(?:[0-9]+|[0-9a-f]*[.:][0-9a-f.:]*)$/i.test(end));
  return isRange ? { kind: 'range', low, high } : { kind: 'value', text: word };
}
