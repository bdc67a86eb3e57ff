/**
 * Rules of OpenBSD's pf, from pf.conf(5): `quick` decides at once, else the last rule that matches does; what no rule matches passes. A
 * rule that passes and keeps state looks at the TCP packet that opens a connection, unless it asks for other flags.
 */
import { anyAddress, inFamily } from '../addresses.ts';
import { type IntervalSet, intersect, subtract, union } from '../intervals.ts';
import type { Decision } from '../model.ts';
import { flowSet } from '../request/flow.ts';
import { anyService, hasPorts, icmpSet, protocolSet, serviceSet, servicesOf } from '../service-selector.ts';
import { type Filter, type FilterRule, gatherUnread, type Place, type Unread, unreadable } from './filter.ts';
import { networkIn } from './networks.ts';
import { portNumber } from './port-names.ts';
import { flagsWith, icmpType, protocolNumber } from './protocols.ts';
import { cutOut, meet, numberSet, otherThan, type Region, wordSet } from './region.ts';

type Tables = Map<string, IntervalSet>;

type Line = Place & { readonly words: readonly string[] };

/** `accepted`: what no rule matches, which passes. */
export function readPacketFilter(text: string, { accepted }: { readonly accepted: Decision }): Filter {
  const unread: Unread[] = [];
  const tables: Tables = new Map();
  const found: { rules: readonly FilterRule[]; quick: boolean }[] = [];
  for (const { words, ...place } of linesOf(text)) {
    gatherUnread(unread, place, () => {
      if (words[0] === 'table') defineTable(tables, words);
      else found.push(readRule(words, place, tables));
    });
  }
  const quick = found.filter((each) => each.quick).flatMap(({ rules }) => rules);
  const slow = found
    .filter((each) => !each.quick)
    .toReversed()
    .flatMap(({ rules }) => rules);
  return { rules: [...quick, ...slow, { region: {}, decision: accepted }], unread };
}

/** A backslash at the end joins the next line; braces, commas and comparisons are words of their own. */
function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let held = '';
  for (const [index, line] of text.split('\n').entries()) {
    held += line.replace(/#.*$/, '');
    if (held.endsWith('\\')) {
      held = held.slice(0, -1);
      continue;
    }
    const words = held
      .replaceAll(/[{},]/g, ' $& ')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '' && word !== ',');
    if (words.length > 0) lines.push({ line: index + 1, text: held.trim(), words });
    held = '';
  }
  return lines;
}

function defineTable(tables: Tables, words: readonly string[]): void {
  const name = /^<(.+)>$/.exec(words[1] ?? '')?.[1];
  const start = words.indexOf('{');
  if (
    name === undefined ||
    start < 0 ||
    words.at(-1) !== '}' ||
    words.slice(2, start).some((word) => !['const', 'persist', 'counters'].includes(word))
  )
    throw unreadable('a table', '`table <name> { addresses }`');
  tables.set(name, addressSet(words.slice(start + 1, -1), tables));
}

/** In a list of a rule each entry is a rule of its own, so that `!` adds all but that one. */
function addressList(words: readonly string[], tables: Tables): IntervalSet {
  return union(
    ...words.map((word) => (word.startsWith('!') ? subtract(anyAddress, addressOf(word.slice(1), tables)) : addressOf(word, tables))),
  );
}

/** In a table `!` takes out of what the others add. */
function addressSet(words: readonly string[], tables: Tables): IntervalSet {
  const added = words.filter((word) => !word.startsWith('!')).map((word) => addressOf(word, tables));
  const taken = words.filter((word) => word.startsWith('!')).map((word) => addressOf(word.slice(1), tables));
  return subtract(added.length === 0 ? anyAddress : union(...added), union(...taken));
}

function addressOf(word: string, tables: Tables): IntervalSet {
  if (word === 'any') return anyAddress;
  const table = /^<(.+)>$/.exec(word)?.[1];
  if (table !== undefined) {
    const set = tables.get(table);
    if (set === undefined) throw unreadable(`table \`${table}\` is not there`);
    return set;
  }
  return networkIn(word);
}

class Words {
  private readonly words: readonly string[];
  private at = 1;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  peek(): string {
    return this.words[this.at] ?? '';
  }

  next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw unreadable('a rule that ends early');
    this.at += 1;
    return word;
  }

  skip(word: string): boolean {
    if (this.peek() !== word) return false;
    this.at += 1;
    return true;
  }

  /** One word, or those between braces. */
  list(): readonly string[] {
    if (!this.skip('{')) return [this.next()];
    const found: string[] = [];
    while (!this.skip('}')) found.push(this.next());
    return found;
  }
}

type Draft = {
  direction: 'in' | 'out' | undefined;
  quick: boolean;
  protocols: readonly string[] | undefined;
  sourcePorts: readonly string[] | undefined;
  ports: readonly string[] | undefined;
  messages: IntervalSet | undefined;
  flags: string | undefined;
  stateless: boolean;
  readonly regions: Region[];
};

function readRule(words: readonly string[], place: Place, tables: Tables): { rules: readonly FilterRule[]; quick: boolean } {
  const action = words[0];
  if (action !== 'pass' && action !== 'block') throw unreadable(`\`${action}\``, '`pass`, `block` or `table`');
  const reader = new Words(words);
  const draft: Draft = {
    direction: undefined,
    quick: false,
    protocols: undefined,
    sourcePorts: undefined,
    ports: undefined,
    messages: undefined,
    flags: undefined,
    stateless: false,
    regions: [],
  };
  while (reader.peek() !== '') readPart(reader, draft, tables);
  const decision = action === 'pass' ? ('allow' as const) : ('deny' as const);
  return { quick: draft.quick, rules: regionsOf(draft, decision).map((region) => ({ region, decision, where: place })) };
}

type ReadPart = (reader: Words, draft: Draft, tables: Tables) => void;

const family = (version: 4 | 6): Region => ({ source: inFamily(anyAddress, version), destination: inFamily(anyAddress, version) });

const partWords: Readonly<Record<string, ReadPart>> = {
  drop: () => {},
  return: () => {},
  'return-rst': () => {},
  log: () => {},
  'log-all': () => {},
  all: () => {},
  in: (_reader, draft) => {
    draft.direction = 'in';
  },
  out: (_reader, draft) => {
    draft.direction = 'out';
  },
  quick: (_reader, draft) => {
    draft.quick = true;
  },
  on: (reader, draft) => {
    const set = wordSet(reader.list());
    draft.regions.push(draft.direction === 'out' ? { 'out-interface': set } : { 'in-interface': set });
  },
  inet: (_reader, { regions }) => void regions.push(family(4)),
  inet6: (_reader, { regions }) => void regions.push(family(6)),
  proto: (reader, draft) => {
    draft.protocols = reader.list();
  },
  from: (reader, draft, tables) => {
    draft.regions.push({ source: addressList(reader.list(), tables) });
    if (reader.skip('port')) draft.sourcePorts = portList(reader);
  },
  to: (reader, draft, tables) => {
    draft.regions.push({ destination: addressList(reader.list(), tables) });
    if (reader.skip('port')) draft.ports = portList(reader);
  },
  port: (reader, draft) => {
    draft.ports = portList(reader);
  },
  flags: (reader, draft) => {
    draft.flags = reader.next();
  },
  'icmp-type': (reader, draft) => {
    draft.messages = union(...reader.list().map((word) => icmpSet(4, icmpType(word, 4))));
  },
  'icmp6-type': (reader, draft) => {
    draft.messages = union(...reader.list().map((word) => icmpSet(6, icmpType(word, 6))));
  },
  no: (reader, draft) => {
    if (!reader.skip('state')) throw unreadable(`\`no ${reader.peek()}\``, '`no state`');
    draft.stateless = true;
  },
  keep: stateOption,
  modulate: stateOption,
  synproxy: stateOption,
  label: (reader) => void reader.next(),
};

function stateOption(reader: Words): void {
  if (!reader.skip('state')) throw unreadable(`\`${reader.peek()}\``, '`state`');
}

/** `{ 25 80:90 }`, `= 25`, `> 1023`. */
function portList(reader: Words): readonly string[] {
  const mark = ['=', '!=', '<', '>', '<=', '>='].includes(reader.peek()) ? reader.next() : '';
  if (mark !== '' && mark !== '=') return [`${mark}${reader.next()}`];
  return reader.list();
}

function readPart(reader: Words, draft: Draft, tables: Tables): void {
  const word = reader.next();
  const read = Object.hasOwn(partWords, word) ? partWords[word] : undefined;
  if (read === undefined) throw unreadable(`\`${word}\` in a rule`);
  read(reader, draft, tables);
}

function portsOf(words: readonly string[]): IntervalSet {
  const last = 65_535;
  return union(
    ...words.map((word) => {
      const [, mark, number] = /^(!=|<=|>=|<|>)(.+)$/.exec(word) ?? [];
      if (mark !== undefined && number !== undefined) return compared(mark, portNumber(number), last);
      const [low = '', high = low] = word.split(':');
      return numberSet([{ low: low === '' ? 0 : portNumber(low), high: high === '' ? last : portNumber(high) }]);
    }),
  );
}

function compared(mark: string, port: number, last: number): IntervalSet {
  if (mark === '!=') return intersect(otherThan('sourcePort', numberSet([{ low: port, high: port }])), numberSet([{ low: 0, high: last }]));
  if (mark.startsWith('<')) return numberSet([{ low: 0, high: mark === '<' ? port - 1 : port }]);
  return numberSet([{ low: mark === '>' ? port + 1 : port, high: last }]);
}

const letters: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 };

function flagsOf(text: string): IntervalSet | undefined {
  if (text === 'any') return undefined;
  const [set = '', mask = 'FSRPAU'] = text.split('/');
  const bits = (word: string) =>
    Array.from(word).reduce((flags, letter) => {
      const flag = letters[letter];
      if (flag === undefined) throw unreadable(`TCP flag \`${letter}\``);
      return flags | flag;
    }, 0);
  return flagsWith(bits(mask), bits(set));
}

const tcp = protocolSet(6);

function regionsOf(draft: Draft, decision: 'allow' | 'deny'): readonly Region[] {
  const named = draft.protocols === undefined ? anyService : union(...draft.protocols.map(protocolNamed));
  const ports = draft.ports === undefined ? undefined : portsOf(draft.ports);
  const service = ports === undefined ? named : union(...servicesOf(named).flatMap(({ protocol }) => servicesAt(protocol, ports)));
  const region = meet(
    { service, flow: flowSet({ directions: draft.direction === undefined ? undefined : [draft.direction] }) },
    ...draft.regions,
    ...(draft.sourcePorts === undefined ? [] : [{ sourcePort: portsOf(draft.sourcePorts) }]),
    ...(draft.messages === undefined ? [] : [{ service: draft.messages }]),
  );
  const flags =
    draft.flags === undefined ? (decision === 'allow' && !draft.stateless ? flagsWith(18, 2) : undefined) : flagsOf(draft.flags);
  return flags === undefined ? [region] : [meet(region, { service: tcp, 'tcp-flags': flags }), ...cutOut(region, { service: tcp })];
}

function servicesAt(protocol: number, ports: IntervalSet): readonly IntervalSet[] {
  return hasPorts(protocol) ? ports.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) })) : [];
}

function protocolNamed(word: string): IntervalSet {
  const number = protocolNumber(word);
  if (number === undefined) throw unreadable(`unknown protocol \`${word}\``);
  return protocolSet(number);
}
