/** Reads rulesets as `nft list ruleset` prints them and as people write them for `nft -f`, from the manual of nft(8). */
import { gatherUnread, type Place, type Unread, unreadable } from '../filter.ts';
import { parseElements, parseMapEntries, parseRule } from './rule.ts';
import { TokenReader, tokenize } from './tokens.ts';
import {
  type NftChain,
  type NftHook,
  type NftItem,
  type NftMapEntry,
  type NftRule,
  type NftRuleset,
  type NftTable,
  priorities,
} from './tree.ts';

type Table = {
  readonly family: string;
  readonly name: string;
  readonly place: Place;
  readonly sets: Map<string, readonly NftItem[]>;
  readonly maps: Map<string, readonly NftMapEntry[]>;
  readonly chains: Map<string, { hook: NftHook | undefined; readonly rules: NftRule[] }>;
};

type State = { readonly reader: TokenReader; readonly tables: Table[]; readonly unread: Unread[] };

/** Throws `artifact-unreadable` for text that has no structure at all; what is not understood within it is in `unread`. */
export function parseNftRuleset(text: string): NftRuleset {
  const state: State = { reader: new TokenReader(tokenize(text), text), tables: [], unread: [] };
  for (state.reader.skipEnds(); !state.reader.done(); state.reader.skipEnds()) {
    const place = state.reader.place();
    const before = state.reader.position();
    gatherUnread(state.unread, place, () => parseTop(state, place));
    if (state.reader.position() === before || !state.reader.atEnd()) state.reader.skipStatement();
  }
  return { tables: state.tables.map(asTable), unread: state.unread };
}

function asTable(table: Table): NftTable {
  return { ...table, chains: new Map<string, NftChain>(table.chains) };
}

function parseTop(state: State, place: Place): void {
  const { reader, tables } = state;
  if (reader.skip('flush')) {
    if (reader.skip('ruleset')) tables.length = 0;
    else reader.skipStatement();
    return;
  }
  if (reader.skip('delete') || reader.skip('destroy')) {
    if (!reader.skip('table')) throw unreadable('a deletion of something other than a table');
    const { family, name } = tableName(reader);
    const at = tables.findIndex((each) => each.family === family && each.name === name);
    if (at >= 0) tables.splice(at, 1);
    return;
  }
  reader.skip('add');
  if (!reader.skip('table')) throw unreadable(`\`${reader.peek()}\``, '`table`, `flush` or `delete`');
  const { family, name } = tableName(reader);
  const held = tables.find((each) => each.family === family && each.name === name);
  const table: Table = held ?? { family, name, place, sets: new Map(), maps: new Map(), chains: new Map() };
  if (held === undefined) tables.push(table);
  if (reader.skip('{')) parseTable(state, table);
}

function tableName(reader: TokenReader): { readonly family: string; readonly name: string } {
  const families = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];
  const family = families.includes(reader.peek()) ? reader.next() : 'ip';
  return { family, name: reader.next() };
}

function parseTable(state: State, table: Table): void {
  const { reader } = state;
  for (reader.skipEnds(); !reader.skip('}'); reader.skipEnds()) {
    if (reader.done()) throw unreadable(`table \`${table.name}\` is not closed`);
    const place = reader.place();
    const word = reader.next();
    if (word === 'chain') parseChain(state, table);
    else if (word === 'set') gatherUnread(state.unread, place, () => parseSet(reader, table));
    else if (word === 'map') gatherUnread(state.unread, place, () => parseMap(reader, table));
    else {
      if (word !== 'comment' && word !== 'flags') state.unread.push({ ...place, reason: `\`${word}\` in a table` });
      reader.skipStatement();
    }
  }
}

/** What a set or map says of itself; `elements` is what counts. */
function definition(reader: TokenReader, what: string, elements: () => void): void {
  reader.expect('{');
  for (reader.skipEnds(); !reader.skip('}'); reader.skipEnds()) {
    if (reader.done()) throw unreadable(`${what} is not closed`);
    const word = reader.next();
    if (word === 'elements') {
      reader.expect('=');
      elements();
    } else reader.skipStatement();
  }
}

function parseSet(reader: TokenReader, { sets }: Table): void {
  const name = reader.next();
  let held: readonly NftItem[] = [];
  definition(reader, `set \`${name}\``, () => {
    held = parseElements(reader);
  });
  sets.set(name, held);
}

function parseMap(reader: TokenReader, { maps }: Table): void {
  const name = reader.next();
  let held: readonly NftMapEntry[] = [];
  definition(reader, `map \`${name}\``, () => {
    held = parseMapEntries(reader);
  });
  maps.set(name, held);
}

function parseChain(state: State, table: Table): void {
  const { reader, unread } = state;
  const name = reader.next();
  const chain = table.chains.get(name) ?? { hook: undefined, rules: [] };
  table.chains.set(name, chain);
  reader.expect('{');
  for (reader.skipEnds(); !reader.skip('}'); reader.skipEnds()) {
    if (reader.done()) throw unreadable(`chain \`${name}\` is not closed`);
    const place = reader.place();
    if (reader.peek() === 'type') gatherUnread(unread, place, () => void (chain.hook = parseHook(reader)));
    else if (reader.peek() === 'policy') gatherUnread(unread, place, () => void (chain.hook = withPolicy(reader, chain.hook)));
    else if (reader.peek() === 'comment' || reader.peek() === 'flags') reader.skipStatement();
    else chain.rules.push(ruleAt(reader, place));
    if (!reader.atEnd()) reader.skipStatement();
  }
}

function ruleAt(reader: TokenReader, place: Place): NftRule {
  const failed: Unread[] = [];
  const statements = gatherUnread(failed, place, () => parseRule(reader));
  return { ...place, statements: statements ?? [], ...(failed[0] === undefined ? {} : { reason: failed[0].reason }) };
}

/** `type filter hook input priority filter + 10; policy drop;` */
function parseHook(reader: TokenReader): NftHook {
  reader.expect('type');
  const type = reader.next();
  reader.expect('hook');
  const hook = reader.next();
  if (reader.skip('device')) reader.next();
  reader.expect('priority');
  return { type, hook, priority: parsePriority(reader), policy: 'accept' };
}

function parsePriority(reader: TokenReader): number {
  const word = reader.next();
  const base = Object.hasOwn(priorities, word) ? priorities[word] : /^-?[0-9]+$/.test(word) ? Number(word) : undefined;
  if (base === undefined) throw unreadable(`priority \`${word}\``);
  const shift = /^([+-])([0-9]+)?$/.exec(reader.peek());
  if (shift === null) return base;
  reader.next();
  return base + Number(`${shift[1]}${shift[2] ?? reader.next()}`);
}

function withPolicy(reader: TokenReader, hook: NftHook | undefined): NftHook {
  reader.expect('policy');
  const word = reader.next();
  if (hook === undefined || (word !== 'accept' && word !== 'drop'))
    throw unreadable(`policy \`${word}\``, '`accept` or `drop`, of a chain with a hook');
  return { ...hook, policy: word };
}
