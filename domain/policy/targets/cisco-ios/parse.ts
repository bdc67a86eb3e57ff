/**
 * Reads access lists of Cisco's systems (IOS and IOS XE, IOS XR, NX-OS, ASA) into lists of entries, object groups and time ranges. An
 * entry is its words; what they mean is in entry.ts. Written from Cisco's command references.
 */
import type { IntervalSet } from '../../intervals.ts';
import { gatherUnread, type Place, type Unread, unreadable } from '../../import/filter.ts';

export type CiscoEntry = Place & { readonly permit: boolean; readonly words: readonly string[] };

/** `mask`: what an address's second word is: a wildcard, or on ASA a netmask. */
export type CiscoList = {
  readonly name: string;
  readonly family: 4 | 6 | undefined;
  readonly kind: 'standard' | 'extended';
  readonly mask: 'wildcard' | 'netmask';
  readonly entries: CiscoEntry[];
};

/** Lines of an object group, or of a time range, as words. */
export type CiscoGroup = { readonly kind: string; readonly lines: (Place & { readonly words: readonly string[] })[] };

export type CiscoText = {
  readonly lists: ReadonlyMap<string, CiscoList>;
  readonly groups: ReadonlyMap<string, CiscoGroup>;
  readonly times: ReadonlyMap<string, CiscoGroup>;
  readonly unread: readonly Unread[];
  /** What groups and time ranges hold, each worked out once. */
  readonly known: Map<string, IntervalSet>;
};

type State = {
  readonly lists: Map<string, CiscoList>;
  readonly groups: Map<string, CiscoGroup>;
  readonly times: Map<string, CiscoGroup>;
  readonly unread: Unread[];
  /** What lines below belong to. */
  inside: CiscoList | CiscoGroup | undefined;
};

export function parseCisco(text: string): CiscoText {
  const state: State = { lists: new Map(), groups: new Map(), times: new Map(), unread: [], inside: undefined };
  for (const [index, line] of text.split('\n').entries()) {
    const place = { line: index + 1, text: line };
    gatherUnread(state.unread, place, () => parseLine(state, place));
  }
  return { ...state, known: new Map() };
}

function parseLine(state: State, place: Place): void {
  const text = place.text.trim();
  if (text === '' || text.startsWith('!') || text === 'end') return;
  const words = text.split(/\s+/);
  if (words[0] === 'exit') state.inside = undefined;
  else if (words[0] === 'no' || words[0] === 'clear') remove(state, words.slice(1));
  else if (!open(state, words, place)) addTo(state, words, place);
}

/** `no ip access-list extended X` takes a list away; of a list that is not there it says nothing. */
function remove(state: State, words: readonly string[]): void {
  const at = words.indexOf('access-list');
  const name = words[0] === 'object-group' || words[0] === 'time-range' ? words.at(-1) : listName(words.slice(at + 1));
  if (at < 0 && words[0] !== 'object-group' && words[0] !== 'time-range') throw unreadable(`\`no ${words.join(' ')}\``);
  state.inside = undefined;
  if (name === undefined) return;
  for (const key of state.lists.keys()) if (key.endsWith(` ${name}`)) state.lists.delete(key);
}

function listName([first, second]: readonly string[]): string | undefined {
  return first === 'extended' || first === 'standard' ? second : first;
}

const listFamilies: Readonly<Record<string, 4 | 6>> = { ip: 4, ipv4: 4, ipv6: 6 };

/** A line that begins something: what follows belongs to it. */
function open(state: State, words: readonly string[], place: Place): boolean {
  const [first = '', second = ''] = words;
  const family = Object.hasOwn(listFamilies, first) ? listFamilies[first] : undefined;
  if (family !== undefined && second === 'access-list') {
    const named = words[2] === 'extended' || words[2] === 'standard';
    const kind = words[2] === 'standard' ? 'standard' : 'extended';
    state.inside = listAt(state, { name: words[named ? 3 : 2] ?? '', family, kind, mask: 'wildcard' });
    return true;
  }
  if (first !== 'access-list') return openGroup(state, words);
  addNumbered(state, words.slice(1), place);
  return true;
}

function openGroup(state: State, [first = '', second = '', ...rest]: readonly string[]): boolean {
  if (first === 'time-range') state.inside = groupAt(state.times, second, 'time-range');
  else if ((first === 'object-group' || first === 'object') && groupKinds.has(second)) {
    // XR names the family before the name, NX-OS what the addresses or ports are of.
    const [kind, names] = familyWords.has(rest[0] ?? '') && rest.length > 1 ? [`${second} ${rest[0]}`, rest.slice(1)] : [second, rest];
    state.inside = groupAt(state.groups, names[0] ?? '', kind);
  } else return false;
  return true;
}

const groupKinds = new Set(['network', 'service', 'port', 'ip', 'v6-network', 'protocol', 'icmp-type']);
const familyWords = new Set(['ipv4', 'ipv6', 'address', 'port']);

function groupAt(groups: State['groups'], name: string, kind: string): CiscoGroup {
  const held = groups.get(name) ?? { kind, lines: [] };
  groups.set(name, held);
  return held;
}

function listAt(state: State, list: Omit<CiscoList, 'entries'>): CiscoList {
  const key = `${list.family ?? ''} ${list.name}`;
  const held = state.lists.get(key) ?? { ...list, entries: [] };
  state.lists.set(key, held);
  return held;
}

/** `access-list 150 permit …` of IOS, and `access-list NAME extended permit …` of ASA. */
function addNumbered(state: State, words: readonly string[], place: Place): void {
  const [name = '', kind = '', ...rest] = words;
  const isNamed = kind === 'extended' || kind === 'standard';
  const isAsa = isNamed || !/^[0-9]+$/.test(name);
  const isStandard = kind === 'standard' || (!isAsa && isStandardNumber(Number(name)));
  const entry = isNamed ? rest : words.slice(1);
  state.inside = undefined;
  const list = listAt(state, {
    name,
    family: isAsa ? undefined : 4,
    kind: isStandard ? 'standard' : 'extended',
    mask: isAsa ? 'netmask' : 'wildcard',
  });
  list.entries.push(...entryOf(entry[0] === 'line' ? entry.slice(2) : entry, place));
}

function isStandardNumber(number: number): boolean {
  return number < 100 || (number >= 1_300 && number < 2_000);
}

function addTo(state: State, words: readonly string[], place: Place): void {
  const { inside } = state;
  if (inside === undefined) throw unreadable('a line that belongs to no access list');
  if (words[0] === 'description' || words[0] === 'remark') return;
  if ('entries' in inside) inside.entries.push(...entryOf(words, place));
  else inside.lines.push({ ...place, words });
}

/** A remark is no entry, nor is what stands behind a comment mark; one that is `inactive` (ASA) is none either. */
function entryOf(words: readonly string[], place: Place): readonly CiscoEntry[] {
  const [action = '', ...rest] = /^[0-9]+$/.test(words[0] ?? '') ? words.slice(1) : words[0] === 'sequence' ? words.slice(2) : words;
  if (action === 'remark' || action === '!' || rest.at(-1) === 'inactive') return [];
  if (action !== 'permit' && action !== 'deny') throw unreadable(`\`${action}\``, '`permit` or `deny`');
  return [{ ...place, permit: action === 'permit', words: rest }];
}
