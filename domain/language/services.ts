/** Service phrases: `on port 5432`, `TCP ports 80 and 443`, `udp/53`, `ports 8000-8099`, `HTTPS`, `SSH and RDP`, `any port`. */
import type { ServiceSelector } from '../policy/model.ts';
import { attempt, take, takeAny, wordAt } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { protocolServices, wellKnownProtocols } from './vocabulary.ts';

/** Ports without a protocol wait for the effect: see `selectorsOf`. */
export type ServicePhrase =
  | { readonly kind: 'selectors'; readonly selectors: readonly ServiceSelector[] }
  | { readonly kind: 'ports'; readonly low: number; readonly high: number };

/**
 * A port without a protocol: what the port is well known for; otherwise TCP where something is allowed (no more than was said)
 * and both where it is denied (no less than was said).
 */
export function selectorsOf(phrases: readonly ServicePhrase[], effect: 'allow' | 'deny'): readonly ServiceSelector[] {
  const selectors = phrases.flatMap((phrase) => {
    if (phrase.kind === 'selectors') return phrase.selectors;
    const protocols =
      (phrase.low === phrase.high ? wellKnownProtocols(phrase.low) : undefined) ?? (effect === 'allow' ? ['tcp'] : ['tcp', 'udp']);
    return protocols.map((protocol) => `${protocol}/${portText(phrase)}`);
  });
  return [...new Set(selectors)];
}

function portText({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

/** A list of services, joined by commas, `and` and `or`. */
export function readServices(cursor: Cursor): readonly ServicePhrase[] | undefined {
  const first = readService(cursor, undefined);
  if (first === undefined) return undefined;
  const all = [...first.phrases];
  let previous = first;
  for (;;) {
    const next = attempt(cursor, () => (takeJoin(cursor) ? readService(cursor, previous) : undefined));
    if (next === undefined) return all;
    all.push(...next.phrases);
    previous = next;
  }
}

type Read = { readonly phrases: readonly ServicePhrase[]; readonly protocol: 'tcp' | 'udp' | undefined; readonly ports: boolean };

function readService(cursor: Cursor, previous: Read | undefined): Read | undefined {
  return attempt(cursor, () => readPorts(cursor, previous) ?? readNamed(cursor));
}

function readPorts(cursor: Cursor, previous: Read | undefined): Read | undefined {
  const anyPort = takeAny(cursor, ...anyService);
  if (anyPort !== undefined) return { phrases: [{ kind: 'selectors', selectors: ['any'] }], protocol: undefined, ports: false };
  return readSelector(cursor) ?? readNumbers(cursor, previous);
}

const anyService = ['any port', 'all ports', 'any ports', 'every port', 'any protocol', 'all protocols', 'any service', 'all services'];

/** `TCP port 80`, `ports 80`, `UDP`; after a port also a bare number */
function readNumbers(cursor: Cursor, previous: Read | undefined): Read | undefined {
  takeAny(cursor, 'the', 'its');
  const protocol = takeProtocol(cursor);
  const said = takeAny(cursor, 'port number', 'port', 'ports') !== undefined;
  const range = said || protocol !== undefined || previous?.ports === true ? readRange(cursor) : undefined;
  if (range !== undefined) return withPorts(range, protocol ?? takeSuffix(cursor) ?? previous?.protocol);
  if (protocol === undefined || said) return undefined;
  return { phrases: [{ kind: 'selectors', selectors: [protocol] }], protocol, ports: false };
}

type Range = { readonly low: number; readonly high: number; readonly protocol?: 'tcp' | 'udp' | undefined };

function withPorts(range: Range, protocol: 'tcp' | 'udp' | undefined): Read {
  const fixed = range.protocol ?? protocol;
  const phrase: ServicePhrase =
    fixed === undefined
      ? { kind: 'ports', low: range.low, high: range.high }
      : { kind: 'selectors', selectors: [`${fixed}/${portText(range)}`] };
  return { phrases: [phrase], protocol: fixed, ports: true };
}

/** `tcp/5432`, `udp/8000-8099` */
function readSelector(cursor: Cursor): Read | undefined {
  const [protocol, ports = '', ...rest] = wordAt(cursor).split('/');
  const range = rest.length === 0 ? portRange(ports) : undefined;
  if ((protocol !== 'tcp' && protocol !== 'udp') || range === undefined) return undefined;
  cursor.at += 1;
  return withPorts(range, protocol);
}

/** `5432`, `5432/tcp`, `8000-8099`, `8000 to 8099` */
function readRange(cursor: Cursor): Range | undefined {
  const first = rangeAt(wordAt(cursor));
  if (first === undefined) return undefined;
  cursor.at += 1;
  if (first.low !== first.high) return first;
  const last = attempt(cursor, () => {
    const next = takeAny(cursor, 'to', 'through', '-') === undefined ? undefined : portRange(wordAt(cursor));
    if (next === undefined || next.low !== next.high || next.low < first.low) return undefined;
    cursor.at += 1;
    return next;
  });
  return last === undefined ? first : { ...first, high: last.high };
}

function rangeAt(word: string): Range | undefined {
  const [ports = '', protocol, ...rest] = word.split('/');
  const range = rest.length === 0 ? portRange(ports) : undefined;
  if (range === undefined || (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp')) return undefined;
  return { ...range, protocol };
}

function portRange(text: string): Range | undefined {
  const [low, high] = (/^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [])
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (low === undefined) return undefined;
  const top = high ?? low;
  return low <= top && top <= 65_535 ? { low, high: top } : undefined;
}

function takeProtocol(cursor: Cursor): 'tcp' | 'udp' | undefined {
  const word = wordAt(cursor);
  if (word !== 'tcp' && word !== 'udp') return undefined;
  cursor.at += 1;
  return word;
}

/** `port 53 over UDP`, `port 53 (udp)` */
function takeSuffix(cursor: Cursor): 'tcp' | 'udp' | undefined {
  return attempt(cursor, () => {
    const inBrackets = take(cursor, '(');
    if (!inBrackets) takeAny(cursor, 'over', 'on');
    const protocol = takeProtocol(cursor);
    return protocol !== undefined && inBrackets && !take(cursor, ')') ? undefined : protocol;
  });
}

/** `HTTPS (443)`: a number in brackets is a port. */
const bracketed: Read = { phrases: [], protocol: undefined, ports: true };

function readNamed(cursor: Cursor): Read | undefined {
  const two = `${wordAt(cursor)} ${wordAt(cursor, 1)}`;
  const name = protocolServices.has(two) ? two : wordAt(cursor);
  const selectors = protocolServices.get(name);
  if (selectors === undefined) return undefined;
  cursor.at += name === two ? 2 : 1;
  attempt(cursor, () => (take(cursor, 'protocol') ? true : undefined));
  const explicit = attempt(cursor, () => (take(cursor, '(') ? readPorts(cursor, bracketed) : undefined));
  if (explicit !== undefined && !take(cursor, ')')) return undefined;
  return explicit ?? { phrases: [{ kind: 'selectors', selectors }], protocol: undefined, ports: false };
}

export function takeJoin(cursor: Cursor): boolean {
  if (take(cursor, ',')) {
    takeAny(cursor, 'and', 'or', 'nor');
    return true;
  }
  return takeAny(cursor, 'and', 'or', 'nor', 'as well as', '&') !== undefined;
}
