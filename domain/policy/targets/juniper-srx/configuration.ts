/** Statements of Junos OS gathered into what a security policy is made of. Order is kept where it has a meaning: that of policies. */
import { type ReadOptions, Reporter, unreadable } from '../rulebase-reading/reading.ts';
import { attributesOf, dayWords } from './applications.ts';
import { parseJunos, type Statement } from './parse.ts';
import { namesIn } from '../rulebase-reading/words.ts';

export type SrxPolicy = {
  readonly name: string;
  readonly line: number;
  readonly match: Map<string, string[]>;
  readonly actions: string[];
  scheduler: string | undefined;
};

export type Book = {
  readonly objects: Map<string, readonly string[]>;
  readonly groups: Map<string, string[]>;
  readonly zones: string[];
};

export type Configuration = {
  readonly books: Map<string, Book>;
  /** By application, then by term; an application without terms has the term ``. */
  readonly applications: Map<string, Map<string, Map<string, string>>>;
  readonly applicationSets: Map<string, string[]>;
  readonly schedulers: Map<string, Map<string, string[][]>>;
  /** By `from to`, or `global`. */
  readonly contexts: Map<string, Map<string, SrxPolicy>>;
  defaultPolicy: string | undefined;
  timezone: string | undefined;
  artifact: string | undefined;
  readonly reporter: Reporter;
};

export function gatherJunos(text: string, file: string, options: ReadOptions): Configuration {
  const reporter = new Reporter(file, options);
  const configuration: Configuration = {
    books: new Map(),
    applications: new Map(),
    applicationSets: new Map(),
    schedulers: new Map(),
    contexts: new Map(),
    defaultPolicy: undefined,
    timezone: undefined,
    artifact: undefined,
    reporter,
  };
  const statements = reporter.at({ line: 1, text: '' }, () => parseJunos(text)) ?? [];
  for (const statement of inForce(statements, reporter)) {
    const { words, line } = statement;
    reporter.at({ line, text: words.join(' ') }, () => gather(configuration, statement));
  }
  return configuration;
}

/** What groups say follows what the configuration says itself, in the order in which they are applied. */
function inForce(statements: readonly Statement[], reporter: Reporter): readonly Statement[] {
  const groups = new Map<string, Statement[]>();
  const applied: string[] = [];
  const own: Statement[] = [];
  for (const { words, line } of statements) {
    const [first, second = '', ...rest] = words;
    if (first === 'groups') listAt(groups, second).push({ words: rest, line });
    else if (first === 'apply-groups') applied.push(second);
    else own.push({ words, line });
  }
  return [
    ...own,
    ...applied.flatMap((name) => {
      if (!groups.has(name))
        reporter.at({ line: 1, text: `apply-groups ${name}` }, () => failOn(`group \`${name}\``, 'a group that is there'));
      return groups.get(name) ?? [];
    }),
  ];
}

function failOn(what: string, expected: string): never {
  throw unreadable(what, expected);
}

function listAt<K, V>(map: Map<K, V[]>, key: K): V[] {
  const held = map.get(key) ?? [];
  map.set(key, held);
  return held;
}

/** Parts of a device's configuration that decide nothing about which sessions its policies permit. */
const elsewhere: ReadonlySet<string> = new Set(
  namesIn(`
  version chassis interfaces snmp routing-options protocols policy-options routing-instances
  class-of-service event-options access vlans services forwarding-options poe wlan switch-options
`),
);

/** What a part of it could not be read is not read at all, where somebody goes on without it: see `Reporter`. */
const unread = 'unread';

type Gather = (into: Configuration, words: readonly string[], line: number) => void;

/** By the first word; each takes the words behind it. */
const parts: Readonly<Record<string, Gather>> = {
  security: gatherSecurity,
  applications: gatherApplication,
  schedulers: gatherScheduler,
  system: (into, [word, timezone]) => {
    if (word === 'time-zone') into.timezone = timezone;
  },
  'apply-macro': (into, [name, key, value]) => {
    if (name === 'edict' && key === 'artifact') into.artifact = value;
  },
};

function gather(into: Configuration, { words, line }: Statement): void {
  const [first = '', ...rest] = words;
  if (words.includes('apply-groups') || words.includes('apply-groups-except')) throw unreadable('groups applied below the top');
  if (Object.hasOwn(parts, first)) parts[first]?.(into, rest, line);
  else if (!elsewhere.has(first)) throw unreadable(`\`${first}\``, Object.keys(parts).join(', '));
}

const securityElsewhere: ReadonlySet<string> = new Set(
  namesIn(`
  nat ike ipsec flow screen alg log pki ssh-known-hosts forwarding-options forwarding-process utm idp
  application-tracking certificates traceoptions
`),
);

function gatherSecurity(into: Configuration, words: readonly string[], line: number): void {
  const [first = '', second, ...rest] = words;
  if (first === 'address-book' && second !== undefined) gatherAddress(bookAt(into, second), rest);
  else if (first === 'policies') gatherPolicies(into, words.slice(1), line);
  else if (first === 'zones') gatherZone(into, rest);
  else if (!securityElsewhere.has(first)) throw unreadable(`\`security ${first}\``, 'address-book or policies');
}

/** A zone's own address book; what else a zone is decides nothing here. */
function gatherZone(into: Configuration, [zone, word, ...rest]: readonly string[]): void {
  if (word !== 'address-book' || zone === undefined) return;
  const book = bookAt(into, `zone ${zone}`);
  if (book.zones.length === 0) book.zones.push(zone);
  gatherAddress(book, rest);
}

function bookAt({ books }: Configuration, name: string): Book {
  const held = books.get(name) ?? { objects: new Map(), groups: new Map(), zones: [] };
  books.set(name, held);
  return held;
}

function gatherAddress(book: Book, [first, name = '', ...rest]: readonly string[]): void {
  const [kind] = rest;
  if (first === 'attach' && name === 'zone' && kind !== undefined) book.zones.push(kind);
  else if (first === 'address' && kind !== 'description') book.objects.set(name, rest);
  else if (first === 'address-set' && kind !== 'description') gatherAddressSet(book, name, rest);
  else if (first !== 'description' && kind !== 'description')
    throw unreadable(`\`${first ?? ''}\` of an address book`, 'address, address-set or attach zone');
}

function gatherAddressSet({ objects, groups }: Book, name: string, words: readonly string[]): void {
  if (isMember(words, ['address', 'address-set'])) listAt(groups, name).push(words[1] ?? '');
  else {
    objects.set(name, [unread]);
    throw unreadable(`address set \`${name}\``, 'addresses and address sets');
  }
}

function isMember([kind, member, ...more]: readonly string[], kinds: readonly string[]): boolean {
  return kind !== undefined && kinds.includes(kind) && member !== undefined && more.length === 0;
}

function gatherApplication(into: Configuration, [first, name, ...rest]: readonly string[]): void {
  if (first === 'application' && name !== undefined) gatherTerm(into, name, rest);
  else if (first === 'application-set' && name !== undefined) gatherApplicationSet(into, name, rest);
  else throw unreadable(`\`${first ?? ''}\` of applications`, 'application or application-set');
}

function gatherApplicationSet({ applications, applicationSets }: Configuration, name: string, words: readonly string[]): void {
  if (words[0] === 'description') return;
  if (isMember(words, ['application', 'application-set'])) listAt(applicationSets, name).push(words[1] ?? '');
  else {
    applications.set(name, new Map([[unread, new Map()]]));
    throw unreadable(`application set \`${name}\``, 'applications and application sets');
  }
}

function gatherTerm({ applications }: Configuration, name: string, words: readonly string[]): void {
  const [term, rest] = words[0] === 'term' ? [words[1] ?? '', words.slice(2)] : ['', words];
  const terms = applications.get(name) ?? new Map<string, Map<string, string>>();
  applications.set(name, terms);
  const attributes = terms.get(term) ?? new Map<string, string>();
  terms.set(term, attributes);
  try {
    for (const [key, value] of attributesOf(rest)) attributes.set(key, value);
  } catch (error) {
    terms.set(unread, new Map());
    throw error;
  }
}

function gatherScheduler({ schedulers }: Configuration, [word, name, day, ...words]: readonly string[]): void {
  if (word !== 'scheduler' || name === undefined || day === undefined) throw unreadable('a scheduler without a name or a day');
  if (day === 'description') return;
  const days = schedulers.get(name) ?? new Map<string, string[][]>();
  schedulers.set(name, days);
  listAt(days, day).push([...words]);
  if (day !== 'daily' && !dayWords.includes(day)) throw unreadable(`\`${day}\` of scheduler \`${name}\``, `daily, ${dayWords.join(', ')}`);
}

const policiesElsewhere: ReadonlySet<string> = new Set(['policy-rematch', 'policy-stats', 'traceoptions']);

function gatherPolicies(into: Configuration, words: readonly string[], line: number): void {
  const [first = '', second, ...rest] = words;
  if (first === 'default-policy') into.defaultPolicy = second;
  else if (first === 'global') gatherContext(into, 'global', { words: words.slice(1), line });
  else if (first === 'from-zone' && rest[0] === 'to-zone') gatherContext(into, `${second} ${rest[1]}`, { words: rest.slice(2), line });
  else if (!policiesElsewhere.has(first))
    throw unreadable(`\`policies ${first}\``, 'from-zone … to-zone … policy, global policy or default-policy');
}

function gatherContext({ contexts }: Configuration, context: string, { words: [word, name, ...rest], line }: Statement): void {
  if (word !== 'policy' || name === undefined) throw unreadable(`\`policies ${context} ${word ?? ''}\``, 'policy');
  const policies = contexts.get(context) ?? new Map<string, SrxPolicy>();
  contexts.set(context, policies);
  const policy: SrxPolicy = policies.get(name) ?? { name, line, match: new Map(), actions: [], scheduler: undefined };
  policies.set(name, policy);
  if (!gatherPolicy(policy, rest)) {
    policy.actions.push(unread);
    throw unreadable(`\`${rest.join(' ')}\` of policy \`${name}\``, 'match, then, scheduler-name or description');
  }
}

const conditions: ReadonlySet<string> = new Set(
  namesIn(`
  source-address destination-address application source-address-excluded destination-address-excluded
  from-zone to-zone dynamic-application source-identity url-category
`),
);

/** Whether it is understood. */
function gatherPolicy(policy: SrxPolicy, [first, second = '', ...rest]: readonly string[]): boolean {
  if (first === 'match') return conditions.has(second) && rest.length <= 1 && listAt(policy.match, second).push(...rest) >= 0;
  if (first === 'then') return second === 'log' || second === 'count' || (rest.length === 0 && policy.actions.push(second) > 0);
  if (first === 'scheduler-name') policy.scheduler = second;
  return first === 'scheduler-name' || first === 'description';
}
