/**
 * Reads what iptables-restore(8) takes, and lists of iptables(8) and ipset(8) commands, into chains of rules. What an option means is
 * in match.ts; here a rule is its words. Written from the manuals.
 */
import { gatherUnread, type Place, type Unread, unreadable } from '../../import/filter.ts';

/** `verdict` is what follows `-j` or `-g`, with its own options; a rule without one only counts. */
export type IptablesRule = Place & {
  readonly matches: readonly IptablesOption[];
  readonly verdict: { readonly target: string; readonly goto: boolean; readonly options: readonly IptablesOption[] } | undefined;
};

/** `! -s 10.0.0.0/8` is `{ name: '-s', negated: true, values: ['10.0.0.0/8'] }`; `module` is the `-m` that it came after. */
export type IptablesOption = {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  readonly module: string | undefined;
};

/** `policy` is `-` for a chain of one's own. */
export type IptablesChain = { policy: string; readonly rules: IptablesRule[] };

export type IptablesText = {
  readonly chains: ReadonlyMap<string, IptablesChain>;
  /** Sets of ipset(8) by name: what they hold. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
  readonly unread: readonly Unread[];
};

type State = {
  table: string;
  readonly chains: Map<string, IptablesChain>;
  readonly sets: Map<string, string[]>;
  readonly unread: Unread[];
};

export function parseIptables(text: string): IptablesText {
  const state: State = { table: 'filter', chains: new Map(), sets: new Map(), unread: [] };
  for (const [index, line] of text.split('\n').entries()) {
    const place = { line: index + 1, text: line };
    gatherUnread(state.unread, place, () => parseLine(state, place));
  }
  return { chains: state.chains, sets: state.sets, unread: state.unread };
}

function parseLine(state: State, place: Place): void {
  const text = place.text.trim();
  if (text === '' || text.startsWith('#') || text === 'COMMIT') return;
  if (text.startsWith('*')) state.table = text.slice(1);
  else if (text.startsWith(':')) declare(state, text);
  else command(state, place, splitWords(text));
}

/** Words by blank; a word in double quotes may hold blanks, and `\"`. */
function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  for (const found of text.matchAll(/\s+|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+)/gy)) {
    at = found.index + found[0].length;
    const word = found[1]?.replaceAll(/\\(.)/g, '$1') ?? found[2] ?? found[3];
    if (word !== undefined) words.push(word);
  }
  if (at !== text.length) throw unreadable('a quote that is not closed');
  return words;
}

/** `:FORWARD ACCEPT [0:0]`. Other tables route and rewrite: their chains matter only once they hold a rule. */
function declare({ table, chains }: State, text: string): void {
  const [, name, policy] = /^:(\S+) (\S+)(?: \[[0-9]+:[0-9]+\])?$/.exec(text) ?? [];
  if (name === undefined || policy === undefined) throw unreadable(`\`${text}\` is no chain`, '`:CHAIN POLICY [packets:bytes]`');
  if (table === 'filter') defineChain(chains, name, policy);
  else if (policy !== 'ACCEPT' && policy !== '-') throw unreadable(`table \`${table}\` refuses packets`);
}

function defineChain(chains: State['chains'], name: string, policy: string): void {
  if (!['ACCEPT', 'DROP', '-'].includes(policy)) throw unreadable(`policy \`${policy}\``, '`ACCEPT`, `DROP` or `-`');
  const held = chains.get(name);
  if (held === undefined) chains.set(name, { policy, rules: [] });
  else held.policy = policy;
}

function command(state: State, place: Place, given: readonly string[]): void {
  const words = /^(?:ip6?tables|ipset)$/.test(given[0]?.split('/').at(-1) ?? '') ? given.slice(1) : given;
  const table = words[0] === '-t' ? words[1] : state.table;
  const [verb = '', ...rest] = words[0] === '-t' ? words.slice(2) : words;
  const run = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (run === undefined) throw unreadable(`\`${verb}\` is no command that is known here`);
  if (table !== 'filter' && !sets.has(verb)) throw unreadable(`a rule of table \`${table}\`, which does not filter`);
  run(state, rest, place);
}

const sets = new Set(['create', 'add']);

const builtIn = new Set(['INPUT', 'FORWARD', 'OUTPUT']);

type Command = (state: State, words: readonly string[], place: Place) => void;

const commands: Readonly<Record<string, Command>> = {
  '-A': append,
  '--append': append,
  '-I': insert,
  '-N': ({ chains }, [name = '']) => {
    if (!chains.has(name)) defineChain(chains, name, '-');
  },
  '-P': ({ chains }, [name = '', policy = '']) => {
    if (!builtIn.has(name)) throw unreadable(`a policy of \`${name}\``, 'one of INPUT, FORWARD and OUTPUT');
    defineChain(chains, name, policy);
  },
  '-F': ({ chains }, [name]) => {
    for (const [each, chain] of chains) if (name === undefined || name === each) chain.rules.length = 0;
  },
  '-X': ({ chains }, [name]) => {
    for (const [each, { policy }] of chains) if (policy === '-' && (name === undefined || name === each)) chains.delete(each);
  },
  create: ({ sets: known }, words) => {
    const [name = '', type = ''] = words.filter((word) => !word.startsWith('-'));
    if (type !== 'hash:net' && type !== 'hash:ip') throw unreadable(`a set of type \`${type}\``, '`hash:net` or `hash:ip`');
    if (!known.has(name)) known.set(name, []);
  },
  add: ({ sets: known }, words) => {
    const [name = '', entry = '', ...more] = words.filter((word) => !word.startsWith('-'));
    const held = known.get(name);
    if (held === undefined || more.length > 0) throw unreadable(`an entry of set \`${name}\``, 'a set that is there, and one address');
    held.push(entry);
  },
};

function append(state: State, [name = '', ...words]: readonly string[], place: Place): void {
  chainAt(state, name).rules.push(parseRule(words, place));
}

function insert(state: State, [name = '', ...words]: readonly string[], place: Place): void {
  const number = /^[1-9][0-9]*$/.test(words[0] ?? '') ? Number(words[0]) : undefined;
  chainAt(state, name).rules.splice((number ?? 1) - 1, 0, parseRule(number === undefined ? words : words.slice(1), place));
}

/** Built-in chains are there without being told of. */
function chainAt({ chains }: State, name: string): IptablesChain {
  if (builtIn.has(name) && !chains.has(name)) chains.set(name, { policy: '?', rules: [] });
  const chain = chains.get(name);
  if (chain === undefined) throw unreadable(`chain \`${name}\` is not there`);
  return chain;
}

/** Options that stand alone, and options of two values; every other has one. */
const alone = new Set(['--syn', '-f', '--fragment', '--kerneltz', '--contiguous', '--utc', '--set', '--rcheck', '--update', '--rsource']);
const pairs = new Set(['--tcp-flags', '--match-set']);

/** iptables(8) and iptables-extensions(8) know each of these under both names. */
const longNames: Readonly<Record<string, string>> = {
  '--protocol': '-p',
  '--proto': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--fragment': '-f',
  '--match': '-m',
  '--jump': '-j',
  '--goto': '-g',
  '--source-port': '--sport',
  '--destination-port': '--dport',
  '--source-ports': '--sports',
  '--destination-ports': '--dports',
};

function parseRule(words: readonly string[], place: Place): IptablesRule {
  const options = parseOptions(words);
  const jump = options.findIndex(({ name }) => name === '-j' || name === '-g');
  if (jump < 0) return { ...place, matches: options, verdict: undefined };
  const { name, values, negated } = options[jump] ?? { name: '', values: [], negated: false };
  const after = options.slice(jump + 1);
  if (negated || after.some((option) => option.name === '-j' || option.name === '-g')) throw unreadable('more than one target');
  const own = ownOptions[values[0] ?? ''] ?? [];
  const isOwn = (option: IptablesOption) => own.includes(option.name);
  return {
    ...place,
    matches: [...options.slice(0, jump), ...after.filter((option) => !isOwn(option))],
    verdict: { target: values[0] ?? '', goto: name === '-g', options: after.filter(isOwn) },
  };
}

/** Options of targets; others behind the target are matches, which may stand there too. */
const ownOptions: Readonly<Record<string, readonly string[]>> = {
  REJECT: ['--reject-with'],
  LOG: ['--log-prefix', '--log-level', '--log-tcp-sequence', '--log-tcp-options', '--log-ip-options', '--log-uid'],
  NFLOG: ['--nflog-group', '--nflog-prefix', '--nflog-range', '--nflog-threshold', '--nflog-size'],
  ULOG: ['--ulog-nlgroup', '--ulog-prefix', '--ulog-cprange', '--ulog-qthreshold'],
};

function parseOptions(words: readonly string[]): readonly IptablesOption[] {
  const options: IptablesOption[] = [];
  let module: string | undefined;
  for (let at = 0; at < words.length;) {
    const { name, negated, values, end } = optionAt(words, at);
    if (name === '-m') module = values[0];
    else options.push({ name, negated, values, module });
    at = end;
  }
  return options;
}

type OptionAt = { readonly name: string; readonly negated: boolean; readonly values: readonly string[]; readonly end: number };

function optionAt(words: readonly string[], at: number): OptionAt {
  const before = words[at] === '!';
  const word = words[before ? at + 1 : at] ?? '';
  if (!word.startsWith('-')) throw unreadable(`unexpected \`${word}\``, 'an option');
  const name = longNames[word] ?? word;
  const count = alone.has(name) ? 0 : pairs.has(name) ? 2 : 1;
  // `--dport ! 80` is the older form of `! --dport 80`.
  const after = words[at + (before ? 2 : 1)] === '!';
  const start = at + (before ? 2 : 1) + (after ? 1 : 0);
  const values = words.slice(start, start + count);
  if (values.length < count) throw unreadable(`\`${word}\` without its value`);
  return { name, negated: before !== after, values, end: start + count };
}
