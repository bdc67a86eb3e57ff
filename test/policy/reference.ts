/**
 * The meaning of policies, word for word from model.ts: every rule is walked, addresses are compared byte by byte, the time comes from
 * `Intl`. Slow and plain on purpose; it shares only the parsing of text with what it judges, and not even that for addresses.
 */
import ipaddr from 'ipaddr.js';
import type { Inventory } from '../../domain/context/inventory.ts';
import {
  type Decision,
  isNetworkRule,
  type NetworkMatch,
  type NetworkRequest,
  type NetworkRule,
  type Policy,
  type RuleExcept,
} from '../../domain/policy/model.ts';

type Verdict = 'matches' | 'no' | 'errs';

export type Reference = { readonly decision: Decision; readonly determining: readonly string[]; readonly erring: readonly string[] };

export function referenceDecision(policies: readonly Policy[], inventory: Inventory, request: NetworkRequest): Reference {
  const verdicts = policies.flatMap(({ policy, rules }) =>
    rules.filter(isNetworkRule).map((rule) => ({ id: `${policy}/${rule.id}`, rule, verdict: verdictOf(rule, inventory, request) })),
  );
  const erring = verdicts.filter(({ verdict }) => verdict === 'errs').map(({ id }) => id);
  const matched = (effect: string) =>
    verdicts.filter(({ rule, verdict }) => verdict === 'matches' && rule.effect === effect).map(({ id }) => id);
  if (erring.length > 0 || matched('deny').length > 0) return { decision: 'deny', determining: matched('deny'), erring };
  if (matched('allow').length > 0) return { decision: 'allow', determining: matched('allow'), erring };
  if (matched('claim').length > 0) return { decision: 'deny', determining: matched('claim'), erring };
  return { decision: 'not-applicable', determining: [], erring };
}

function verdictOf({ match, except = [] }: NetworkRule, inventory: Inventory, request: NetworkRequest): Verdict {
  if (!covers(match, inventory, request) || !flows(match, request)) return 'no';
  const port = portVerdict(match, request);
  if (port === 'no') return 'no';
  const carving = except.filter((entry) => covers(entry, inventory, request));
  if (carving.some(({ during }) => during === undefined || (request.at !== undefined && isDuring(during, request.at)))) return 'no';
  return port === 'errs' || (request.at === undefined && carving.length > 0) ? 'errs' : 'matches';
}

function flows(match: NetworkMatch, { direction = 'forward', state = 'new' }: NetworkRequest): boolean {
  return (match.direction === undefined || match.direction === direction) && (match.state ?? ['new']).includes(state);
}

function portVerdict({ sourcePorts }: NetworkMatch, request: NetworkRequest): Verdict {
  if (sourcePorts === undefined) return 'matches';
  if (!withPorts.has(numberOf(request))) return 'no';
  if (request.sourcePort === undefined) return 'errs';
  return inPorts(sourcePorts, request.sourcePort) ? 'matches' : 'no';
}

function covers(match: Partial<NetworkMatch> | RuleExcept, inventory: Inventory, request: NetworkRequest): boolean {
  return (
    (match.from === undefined || names(match.from, inventory, request.from)) &&
    (match.to === undefined || names(match.to, inventory, request.to)) &&
    (match.service === undefined || match.service.split(',').some((service) => serves(service, request)))
  );
}

/** IANA's numbers. */
const numbers: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
  other: 255,
};

const withPorts: ReadonlySet<number> = new Set([6, 17, 132, 136]);

function numberOf({ protocol, from }: NetworkRequest): number {
  if (protocol === 'icmp') return from.includes(':') ? 58 : 1;
  return numbers[protocol] ?? Number(protocol.split('/')[1]);
}

function serves(service: string, request: NetworkRequest): boolean {
  const number = numberOf(request);
  const [word = '', detail, code] = service.split('/');
  if (word === 'any') return true;
  if (service === 'icmp') return number === 1 || number === 58;
  if (number !== (word === 'proto' ? Number(detail) : numbers[word])) return false;
  if (detail === undefined || word === 'proto') return true;
  return withPorts.has(number) ? inPorts(detail, request.port) : sameMessage(request, Number(detail), code);
}

function sameMessage(request: NetworkRequest, type: number, code: string | undefined): boolean {
  const { icmpType = numberOf(request) === 1 ? 8 : 128, icmpCode = 0 } = request;
  return icmpType === type && (code === undefined || icmpCode === Number(code));
}

function inPorts(text: string, port: number): boolean {
  return text.split(',').some((range) => {
    const [low = '', high = low] = range.split('-');
    return Number(low) <= port && port <= Number(high);
  });
}

function names(selector: string, inventory: Inventory, address: string): boolean {
  if (selector === 'any') return true;
  const [, kind, name] = /^(zone|service|group|asset):(.+)$/.exec(selector) ?? [];
  const assets = (chosen: (asset: Inventory['assets'][number]) => boolean) =>
    inventory.assets.filter(chosen).some(({ addresses }) => addresses.some((own) => inText(own, address)));
  if (kind === 'asset') return assets((asset) => asset.name === name);
  if (kind === 'group') return assets(({ groups }) => groups.includes(name!));
  if (kind === 'service') return assets(({ services }) => services.includes(name!));
  if (kind !== 'zone') return inText(selector, address);
  const cidrs = inventory.zones.find((zone) => zone.name === name)?.cidrs ?? [];
  if (cidrs.length > 0) return cidrs.some((cidr) => inText(cidr, address));
  if (name === 'internet') return !inventory.zones.some((zone) => zone.cidrs.some((cidr) => inText(cidr, address))) && !assets(() => true);
  return assets(({ zone }) => zone === name);
}

function inText(text: string, address: string): boolean {
  const own = ipaddr.parse(address);
  const [low, high] = text.split('-');
  if (high !== undefined)
    return sameKind(low ?? '', own) && compare(ipaddr.parse(low ?? ''), own) <= 0 && compare(own, ipaddr.parse(high)) <= 0;
  if (!text.includes('/')) return ipaddr.parse(text).toNormalizedString() === own.toNormalizedString();
  const [base, bits] = ipaddr.parseCIDR(text);
  return base.kind() === own.kind() && own.match(base, bits);
}

function sameKind(text: string, own: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return ipaddr.parse(text).kind() === own.kind();
}

function compare(a: ipaddr.IPv4 | ipaddr.IPv6, b: ipaddr.IPv4 | ipaddr.IPv6): number {
  const [left, right] = [a.toByteArray(), b.toByteArray()];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

const week = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const held =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formats.set(timeZone, held);
  return held;
}

/** Looks for the window's own start on one of the last two days, as a person would. */
function isDuring(window: string, at: string): boolean {
  const [days = '', clock = '', timeZone = ''] = window.split(' ');
  const [start = '', end = ''] = clock.split('-');
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, value]),
  );
  const now = `${parts['hour']}:${parts['minute']}`;
  const today = week.indexOf(parts['weekday']!);
  if (start < end) return onDay(days, today) && start <= now && now < end;
  return (onDay(days, today) && start <= now) || (onDay(days, (today + 6) % 7) && now < end);
}

function onDay(days: string, day: number): boolean {
  if (days === 'daily') return true;
  const [first = '', last = first] = days.split('-');
  const [from, to] = [week.indexOf(first), week.indexOf(last)];
  return from <= to ? from <= day && day <= to : day >= from || day <= to;
}
