/** The beginnings of a sentence: `Only X may …`, `Nobody …`, `Block …`, `SSH from …`, `X must not …`, `Access to Y is limited to X`. */
import type { Clause } from './clause.ts';
import { attempt, take, takeAny, takeOf, wordAt } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readParties, readPartiesAfter } from './parties.ts';
import { readServices } from './services.ts';
import { readServicePhrase, readTail, skipTraffic } from './tail.ts';
import { actionThen, readVerdict } from './verbs.ts';
import { allowVerbs, articles, denyVerbs, modals, nobody, trafficNouns } from './vocabulary.ts';

/** `Only X may connect to Y`, `Only allow X to connect to Y`, `Only HTTPS is allowed from X to Y` */
export function readOnly(cursor: Cursor): Clause | undefined {
  if (!take(cursor, 'only')) return undefined;
  if (takeOf(cursor, allowVerbs) !== undefined) return asOnly(readAllowed(cursor, 'allow'));
  const service = attempt(cursor, () => readOnlyService(cursor));
  if (service !== undefined) return service;
  const from = readParties(cursor);
  if (from === undefined) return undefined;
  const clause: Clause = { effect: 'only-from', from, exceptions: [] };
  const verdict = readVerdict(cursor);
  if (verdict !== 'allow') return undefined;
  return actionThen(cursor, clause);
}

/** `Only HTTPS is allowed from X to Y` */
function readOnlyService(cursor: Cursor): Clause | undefined {
  skipTraffic(cursor);
  const services = readServices(cursor);
  if (services === undefined) return undefined;
  skipTraffic(cursor);
  return readVerdict(cursor) === 'allow' ? { effect: 'only-service', services, exceptions: [] } : undefined;
}

function asOnly(clause: Clause | undefined): Clause | undefined {
  if (clause?.effect !== 'allow' || clause.from === undefined) return undefined;
  clause.effect = 'only-from';
  return clause;
}

/** `Nobody may use SSH from the internet`, `Nobody except X may …`, `Nobody else may …`, `No workstation may …`, `No SSH from …` */
export function readNobody(cursor: Cursor): Clause | undefined {
  return attempt(cursor, () => readNobodyMay(cursor)) ?? attempt(cursor, () => readNo(cursor));
}

function readNobodyMay(cursor: Cursor): Clause | undefined {
  const start = cursor.tokens[cursor.at];
  const said =
    takeOf(cursor, nobody) ?? takeAny(cursor, 'no one', 'no host', 'no system', 'no machine', 'no other host', 'no other system');
  if (said === undefined || start === undefined) return undefined;
  const rest = take(cursor, 'else') || said.includes('other');
  const others = rest
    ? undefined
    : attempt(cursor, () =>
        takeAny(cursor, 'except', 'but', 'other than', 'apart from', 'besides', 'except for') ? readParties(cursor) : undefined,
      );
  // `Nothing in the data zone`, `Nobody from the internet`
  const place = others === undefined ? readPartiesAfter(cursor, 'in', 'within', 'inside', 'from', 'on') : undefined;
  const any = [{ kind: 'any', span: { start: start.start, end: start.end } }] as const;
  const clause: Clause = { effect: rest ? 'rest' : 'deny', from: place ?? any, exceptions: [] };
  if (others !== undefined) Object.assign(clause, { effect: 'only-from', from: others });
  return readVerdict(cursor) === 'allow' ? actionThen(cursor, clause) : undefined;
}

/** `No workstation may connect to X`; `No SSH from the internet to the data zone` */
function readNo(cursor: Cursor): Clause | undefined {
  if (!takeAny(cursor, 'no', 'there must be no', 'there should be no', 'there shall be no', 'there may be no')) return undefined;
  const traffic = attempt(cursor, () => readTrafficNoun(cursor, 'deny'));
  if (traffic !== undefined) {
    attempt(cursor, () => (readVerdict(cursor) === 'allow' ? true : undefined));
    takeAny(cursor, 'flow', 'pass', 'go', 'come', 'be sent');
    return traffic;
  }
  const from = readParties(cursor);
  if (from === undefined || readVerdict(cursor) !== 'allow') return undefined;
  return actionThen(cursor, { effect: 'deny', from, exceptions: [] });
}

/** `Block all traffic from X to Y`, `Allow X to connect to Y`, `Do not let X reach Y`, `Deny everything else` */
export function readCommand(cursor: Cursor): Clause | undefined {
  const negated = takeAny(cursor, 'do not', 'never') !== undefined;
  const allows = takeOf(cursor, allowVerbs) !== undefined;
  if (!allows && takeOf(cursor, denyVerbs) === undefined) return undefined;
  if (!allows && negated) return undefined;
  const effect = allows && !negated ? 'allow' : 'deny';
  const only = effect === 'allow' && take(cursor, 'only');
  const clause = readRest(cursor, effect) ?? readAllowed(cursor, effect);
  return only ? asOnly(clause) : clause;
}

/** `everything else`, `all other traffic` */
function readRest(cursor: Cursor, effect: Clause['effect']): Clause | undefined {
  if (effect !== 'deny') return undefined;
  return attempt(cursor, () => {
    const said = takeAny(cursor, 'everything else', 'anything else', 'all else', 'all other', 'any other', 'the rest');
    if (said === undefined) return undefined;
    if (said.endsWith('other') && !trafficNouns.has(wordAt(cursor))) return undefined;
    skipTraffic(cursor);
    return { effect: 'rest', exceptions: [] };
  });
}

function readAllowed(cursor: Cursor, effect: 'allow' | 'deny'): Clause | undefined {
  return (
    attempt(cursor, () => readPartyToAct(cursor, effect)) ??
    attempt(cursor, () => readTrafficNoun(cursor, effect)) ??
    attempt(cursor, () => readPartyPair(cursor, effect)) ??
    (effect === 'deny' ? attempt(cursor, () => readBareParty(cursor)) : undefined)
  );
}

/** `X to connect to Y`, `X from connecting to Y`, `X connect to Y` */
function readPartyToAct(cursor: Cursor, effect: 'allow' | 'deny'): Clause | undefined {
  const from = readParties(cursor);
  if (from === undefined) return undefined;
  takeAny(cursor, 'to', 'from');
  return actionThen(cursor, { effect, from, exceptions: [] });
}

/** `all traffic`, `inbound SSH`, `SSH and RDP connections`, `access` … then from, to, on. */
function readTrafficNoun(cursor: Cursor, effect: 'allow' | 'deny'): Clause | undefined {
  const every = ['all', 'any', 'every'].includes(takeOf(cursor, articles) ?? '');
  const start = cursor.at;
  if (takeAny(cursor, 'everything', 'anything') !== undefined) return { effect, everything: true, exceptions: [] };
  skipTraffic(cursor);
  const services = attempt(cursor, () => readServices(cursor));
  skipTraffic(cursor);
  if (cursor.at === start) return undefined;
  return { effect, services, everything: every && services === undefined, exceptions: [] };
}

/** `Allow X to Y on port 443` */
function readPartyPair(cursor: Cursor, effect: 'allow' | 'deny'): Clause | undefined {
  takeAny(cursor, 'from');
  const from = readParties(cursor);
  if (from === undefined || !take(cursor, 'to')) return undefined;
  const to = readParties(cursor);
  return to === undefined ? undefined : { effect, from, to, exceptions: [] };
}

/** `Block 203.0.113.9`: both ways. */
function readBareParty(cursor: Cursor): Clause | undefined {
  const parties = readParties(cursor);
  const [first] = parties ?? [];
  if (first === undefined || first.kind === 'any') return undefined;
  return { effect: 'deny', from: [{ kind: 'any', span: first.span }], to: parties, both: true, exceptions: [] };
}

/** `SSH from the internet is forbidden`, `Traffic from X to Y must be blocked`, `Everything else is denied` */
export function readNoun(cursor: Cursor): Clause | undefined {
  const clause = attempt(cursor, () => readRest(cursor, 'deny')) ?? readTrafficNoun(cursor, 'deny');
  if (clause === undefined) return undefined;
  for (;;) {
    const verdict = attempt(cursor, () => {
      const only = attempt(cursor, () => readOnlyFrom(cursor, clause));
      return only ?? readVerdict(cursor);
    });
    if (verdict !== undefined) return settle(clause, verdict);
    if (!readTail(cursor, clause)) return undefined;
  }
}

function settle(clause: Clause, verdict: 'allow' | 'deny' | 'only-from' | 'only'): Clause | undefined {
  if (clause.effect === 'rest') return verdict === 'deny' ? clause : undefined;
  if (verdict === 'only') return undefined;
  clause.effect = verdict;
  return clause;
}

/** `SSH to the databases is only allowed from the bastion` */
function readOnlyFrom(cursor: Cursor, clause: Clause): 'only-from' | undefined {
  if (
    !takeAny(
      cursor,
      'is only allowed from',
      'is only permitted from',
      'is allowed only from',
      'is permitted only from',
      'are only allowed from',
      'are allowed only from',
      'must only come from',
      'may only come from',
    )
  )
    return undefined;
  const from = clause.from === undefined ? readParties(cursor) : undefined;
  if (from === undefined) return undefined;
  clause.from = from;
  clause.scoped = clause.services !== undefined;
  return 'only-from';
}

/** `Access to Y is limited to X`, `Restrict access to Y to X` */
export function readRestriction(cursor: Cursor): Clause | undefined {
  const restrict = takeAny(cursor, 'restrict', 'limit') !== undefined;
  takeOf(cursor, articles);
  const services = attempt(cursor, () => readServices(cursor));
  skipTraffic(cursor);
  if (!take(cursor, 'to')) return undefined;
  const to = readParties(cursor);
  const also = services === undefined ? readServicePhrase(cursor) : undefined;
  if (to === undefined) return undefined;
  const linked = restrict
    ? take(cursor, 'to')
    : takeAny(cursor, 'is', 'must be', 'should be', 'shall be') !== undefined &&
      takeAny(cursor, 'limited to', 'restricted to', 'reserved for', 'only for') !== undefined;
  const from = linked ? readParties(cursor) : undefined;
  return from === undefined
    ? undefined
    : { effect: 'only-from', from, to, services: services ?? also, scoped: services !== undefined, exceptions: [] };
}

/** `X may connect to Y`, `X must not be reachable from Y`, `X is forbidden from …`, `X has access to Y`, `Everyone except X may …` */
export function readActive(cursor: Cursor): Clause | undefined {
  const subject = readParties(cursor);
  if (subject === undefined) return undefined;
  const aside = readAside(cursor);
  const clause: Clause = { effect: 'allow', from: subject, exceptions: aside === undefined ? [] : [{ from: aside }] };
  const plain = aside === undefined ? attempt(cursor, () => readOnlyOne(cursor, clause) ?? readPassive(cursor, subject)) : undefined;
  return plain ?? attempt(cursor, () => readHas(cursor, clause)) ?? readMay(cursor, clause);
}

function readMay(cursor: Cursor, clause: Clause): Clause | undefined {
  const verdict = readVerdict(cursor);
  if (verdict === undefined) return undefined;
  clause.effect = verdict === 'only' ? 'only-to' : verdict;
  const done = actionThen(cursor, clause);
  if (done?.effect === 'only-to' && done.services !== undefined) done.effect = 'only-unclear';
  return done;
}

/** `Everyone, except X, may …` */
function readAside(cursor: Cursor): Clause['from'] {
  const aside = attempt(cursor, () => {
    take(cursor, ',');
    return takeAny(cursor, 'except', 'except for', 'other than', 'apart from') ? readParties(cursor) : undefined;
  });
  if (aside !== undefined) take(cursor, ',');
  return aside;
}

function readOnlyOne(cursor: Cursor, clause: Clause): Clause | undefined {
  const read = attempt(cursor, () => {
    if (takeAny(cursor, ...onlyOnes) === undefined || readVerdict(cursor) !== 'allow') return undefined;
    return actionThen(cursor, clause);
  });
  if (read !== undefined) read.effect = 'only-from';
  return read;
}

/** `The bastion is the only host that may …` */
const onlyOnes = ['host', 'system', 'service', 'zone', 'group', 'machine', 'server', 'network'].flatMap((noun) =>
  ['that', 'which'].map((word) => `is the only ${noun} ${word}`),
);

/** `X has no access to Y`, `X needs access to Y`, `X does not have access to Y` */
function readHas(cursor: Cursor, clause: Clause): Clause | undefined {
  takeAny(cursor, 'should', 'must', 'may', 'can', 'shall');
  const refuses = takeAny(cursor, 'has no', 'have no', 'does not have', 'do not have', 'not have', 'have no', 'gets no', 'get no');
  if (refuses === undefined && takeAny(cursor, 'has', 'have', 'needs', 'need', 'requires', 'require', 'gets', 'get') === undefined)
    return undefined;
  takeAny(cursor, 'any', 'direct');
  const effect = refuses === undefined ? 'allow' : 'deny';
  const internet = cursor.tokens[cursor.at];
  if (internet !== undefined && takeAny(cursor, 'internet access', 'access to the internet') !== undefined) {
    const span = { start: internet.start, end: internet.end };
    return Object.assign(clause, { effect, to: [{ kind: 'name', text: 'internet', said: undefined, quoted: false, span }] });
  }
  const services = readServices(cursor);
  if (takeAny(cursor, 'access') === undefined && services === undefined) return undefined;
  if (!take(cursor, 'to')) return undefined;
  const to = readParties(cursor);
  return to === undefined ? undefined : Object.assign(clause, { effect, to, services });
}

/** `Y may only be reached from X`, `Y must not be reachable from X`, `Y is only accessible by X`, `Y accepts connections only from X` */
function readPassive(cursor: Cursor, to: Clause['to']): Clause | undefined {
  const negated = readPassiveVerb(cursor);
  if (negated === undefined) return undefined;
  const services = readServicePhrase(cursor);
  const lateOnly = take(cursor, 'only');
  if (!takeAny(cursor, 'from', 'by')) return undefined;
  const from = readParties(cursor);
  if (from === undefined) return undefined;
  const only = negated === 'only' || lateOnly;
  if (only && negated === 'deny') return undefined;
  return { effect: only ? 'only-from' : negated, from, to, services, exceptions: [] };
}

function readPassiveVerb(cursor: Cursor): 'allow' | 'deny' | 'only' | undefined {
  if (takeAny(cursor, 'accepts', 'accept', 'receives', 'receive') !== undefined) return readAccepts(cursor, 'allow');
  const modal = takeOf(cursor, modals) !== undefined;
  const first = takeAny(cursor, 'not', 'never', 'only');
  if (modal && takeAny(cursor, 'accept', 'receive') !== undefined) return readAccepts(cursor, readAdverb(first));
  if (!takeAny(cursor, ...(modal ? ['be'] : ['is', 'are']))) return undefined;
  const second = takeAny(cursor, 'only', 'not', 'never');
  if (first !== undefined && second !== undefined) return undefined;
  return takeAny(cursor, ...passiveVerbs) === undefined ? undefined : readAdverb(first ?? second);
}

const passiveVerbs = ['reached', 'accessed', 'contacted', 'reachable', 'accessible', 'connected to', 'available', 'visible'];

function readAdverb(adverb: string | undefined): 'allow' | 'deny' | 'only' {
  if (adverb === undefined) return 'allow';
  return adverb === 'only' ? 'only' : 'deny';
}

/** `accepts connections`, `accepts only SSH` is not read */
function readAccepts(cursor: Cursor, verdict: 'allow' | 'deny' | 'only'): 'allow' | 'deny' | 'only' {
  skipTraffic(cursor);
  return verdict;
}
