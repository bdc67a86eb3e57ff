/** Verbs: what may be done (`may not`, `is allowed to`) and how hosts talk (`connect to`, `use SSH`). */
import type { Clause } from './clause.ts';
import { attempt, take, takeAny, takeOf } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readParties } from './parties.ts';
import { readServices } from './services.ts';
import type { ServicePhrase } from './services.ts';
import { skipTraffic } from './tail.ts';
import { allowParticiples, denyParticiples, modals } from './vocabulary.ts';

export type Verdict = 'allow' | 'deny';

/** `may`, `must not`, `can only` → only, `is not allowed to`, `is forbidden from`, `are blocked` */
export function readVerdict(cursor: Cursor): Verdict | 'only' | undefined {
  return attempt(cursor, () => readParticiple(cursor)) ?? attempt(cursor, () => readModal(cursor));
}

function readModal(cursor: Cursor): Verdict | 'only' | undefined {
  if (takeOf(cursor, modals) === undefined)
    return attempt(cursor, () => (takeAny(cursor, 'do not', 'does not') === undefined ? undefined : 'deny'));
  if (takeAny(cursor, 'not ever', 'not', 'never') !== undefined) return 'deny';
  if (take(cursor, 'only')) return 'only';
  attempt(cursor, () => takeAny(cursor, 'be able to', 'to', 'still', 'also', 'always'));
  return 'allow';
}

/** `is allowed to`, `must be blocked`, `are not permitted to`, `is forbidden from` */
function readParticiple(cursor: Cursor): Verdict | 'only' | undefined {
  const modal = takeOf(cursor, modals) !== undefined;
  const notBefore = takeAny(cursor, 'not', 'never') !== undefined;
  if (!takeAny(cursor, ...(modal ? ['be'] : ['is', 'are']))) return undefined;
  const negated = takeAny(cursor, 'not', 'never') !== undefined || notBefore;
  const only = take(cursor, 'only');
  takeAny(cursor, 'always', 'strictly');
  const allows = takeOf(cursor, allowParticiples) !== undefined;
  if (!allows && (negated || only || takeOf(cursor, denyParticiples) === undefined)) return undefined;
  takeLink(cursor, allows);
  if (only) return 'only';
  return allows && !negated ? 'allow' : 'deny';
}

/** `allowed to` before a verb, `forbidden from` before a verb: before anything else the word belongs to a place. */
function takeLink(cursor: Cursor, allows: boolean): void {
  attempt(cursor, () => (take(cursor, 'to') && !isParticipleObject(cursor) ? true : undefined));
  attempt(cursor, () => (!allows && take(cursor, 'from') && isGerund(cursor) ? true : undefined));
}

const verbWords = new Set(
  'connect talk speak communicate reach access contact use open initiate establish make send ssh ping rdp query log login get go have be receive accept'.split(
    ' ',
  ),
);

/** `is allowed to the dmz` keeps its `to`; `is allowed to connect` does not. */
function isParticipleObject(cursor: Cursor): boolean {
  return !verbWords.has(cursor.tokens[cursor.at]?.lower ?? '');
}

function isGerund(cursor: Cursor): boolean {
  return cursor.tokens[cursor.at]?.lower.endsWith('ing') === true;
}

type Action = { readonly services?: readonly ServicePhrase[] | undefined; readonly object: 'needed' | 'possible' };

/** Reads the action and, where there is one, its object, into the clause. */
export function actionThen(cursor: Cursor, clause: Clause): Clause | undefined {
  const late = attempt(cursor, () => take(cursor, 'only') || undefined);
  const action = readAction(cursor);
  if (action === undefined) return undefined;
  if (action.services !== undefined) Object.assign(clause, { services: action.services, scoped: true });
  const lateOnly = attempt(cursor, () => takeOnlyTo(cursor));
  if (action.object === 'needed' || lateOnly === true) {
    const to = takeAny(cursor, 'each other', 'one another') === undefined ? readParties(cursor) : clause.from;
    if (to === undefined) return undefined;
    clause.to = to;
  }
  if ((late === true || lateOnly === true) && clause.effect === 'allow') clause.effect = 'only-to';
  else if (late === true || lateOnly === true) return undefined;
  return clause;
}

/** `connect only to` */
function takeOnlyTo(cursor: Cursor): true | undefined {
  return take(cursor, 'only to') ? true : undefined;
}

const transitive = [
  'connect to',
  'connecting to',
  'talk to',
  'talk with',
  'talking to',
  'speak to',
  'speak with',
  'speaking to',
  'communicate with',
  'communicating with',
  'reach',
  'reaching',
  'access',
  'accessing',
  'contact',
  'contacting',
  'get to',
  'get into',
  'log in to',
  'log into',
  'log on to',
  'login to',
  'logging in to',
  'logging into',
];
const opening = [
  'open',
  'opening',
  'initiate',
  'initiating',
  'establish',
  'establishing',
  'make',
  'making',
  'start',
  'starting',
  'send',
  'sending',
  'have',
  'having',
];

export function readAction(cursor: Cursor): Action | undefined {
  return attempt(cursor, () => readProtocolVerb(cursor) ?? readUse(cursor) ?? readOpening(cursor) ?? readTransitive(cursor));
}

function readTransitive(cursor: Cursor): Action | undefined {
  // `access the databases via SSH`, `connect only to`, `connect from the internet to …`
  if (takeAny(cursor, ...transitive) !== undefined) return { object: 'needed' };
  return takeAny(cursor, 'connect', 'connecting', 'communicate', 'talk', 'log in') === undefined ? undefined : { object: 'possible' };
}

/** `use SSH`, `use SSH to reach` */
function readUse(cursor: Cursor): Action | undefined {
  return attempt(cursor, () => {
    if (takeAny(cursor, 'use', 'using') === undefined) return undefined;
    takeAny(cursor, 'the');
    const services = readServices(cursor);
    if (services === undefined) return undefined;
    skipTraffic(cursor);
    const onward = attempt(cursor, () => (take(cursor, 'to') && takeAny(cursor, ...transitive) ? true : undefined));
    return { services, object: onward === true ? 'needed' : 'possible' };
  });
}

/** `ssh to`, `ping`, `rdp into` */
function readProtocolVerb(cursor: Cursor): Action | undefined {
  return attempt(cursor, () => {
    const verb = takeAny(cursor, 'ssh', 'rdp', 'ping', 'telnet', 'pinging');
    if (verb === undefined) return undefined;
    const moved = takeAny(cursor, 'into', 'to') !== undefined;
    const selectors = verb === 'ssh' ? ['tcp/22'] : verb === 'rdp' ? ['tcp/3389', 'udp/3389'] : verb === 'telnet' ? ['tcp/23'] : ['icmp'];
    return { services: [{ kind: 'selectors', selectors }], object: moved || selectors[0] === 'icmp' ? 'needed' : 'possible' };
  });
}

/** `open SSH connections to`, `send traffic to`, `initiate new connections` */
function readOpening(cursor: Cursor): Action | undefined {
  return attempt(cursor, () => {
    if (takeAny(cursor, ...opening) === undefined) return undefined;
    takeAny(cursor, 'any', 'an', 'a', 'the');
    const start = cursor.at;
    takeAny(cursor, 'new', 'direct', 'inbound', 'outbound');
    const services = readServices(cursor);
    skipTraffic(cursor);
    if (cursor.at === start) return undefined;
    return { services, object: take(cursor, 'to') || take(cursor, 'with') ? 'needed' : 'possible' };
  });
}
