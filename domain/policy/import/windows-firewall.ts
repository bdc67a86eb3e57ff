/**
 * Rules of the Windows Defender firewall as commands of netsh (Microsoft, "netsh advfirewall firewall"). A rule that blocks goes before
 * every rule that allows. `localip` is the source of what goes out and the destination of what comes in.
 */
import { anyAddress } from '../addresses.ts';
import { type IntervalSet, union } from '../intervals.ts';
import { flowSet } from '../request/flow.ts';
import { anyService, hasPorts, icmpSet, protocolSet, serviceSet, servicesOf } from '../service-selector.ts';
import { type Filter, type FilterRule, gatherUnread, type Place, type Unread, unreadable } from './filter.ts';
import { networkIn } from './networks.ts';
import { protocolNumber } from './protocols.ts';
import { numberSet, type Region } from './region.ts';

const prefix = 'netsh advfirewall firewall add rule ';

export function readWindowsFirewall(text: string): Filter {
  const unread: Unread[] = [];
  const rules: FilterRule[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const place = { line: index + 1, text: line };
    if (line.trim() === '' || /^(:|::|rem )/i.test(line.trim())) continue;
    const rule = gatherUnread(unread, place, () => readRule(place));
    if (rule !== undefined) rules.push(rule);
  }
  return {
    rules: [...rules.filter(({ decision }) => decision === 'deny'), ...rules.filter(({ decision }) => decision !== 'deny')],
    unread,
  };
}

/** Values may be quoted. */
function settingsOf(text: string): Settings {
  return new Map(
    [...text.matchAll(/([a-z0-9]+)=("[^"]*"|\S+)/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value.replaceAll('"', '')]),
  );
}

const known = new Set([
  'name',
  'enable',
  'interfacetype',
  'dir',
  'localip',
  'remoteip',
  'localport',
  'remoteport',
  'protocol',
  'action',
  'description',
  'profile',
]);

function readRule(place: Place): FilterRule {
  const text = place.text.trim();
  if (!text.toLowerCase().startsWith(prefix)) throw unreadable('a line that adds no rule');
  const settings = settingsOf(text.slice(prefix.length));
  const dir = choice(settings, 'dir', ['in', 'out']);
  const action = choice(settings, 'action', ['allow', 'block']);
  choice(settings, 'enable', ['yes'], 'yes');
  choice(settings, 'interfacetype', ['any'], 'any');
  return { region: regionOf(settings, dir === 'out' ? 'out' : 'in'), decision: action === 'allow' ? 'allow' : 'deny', where: place };
}

type Settings = ReadonlyMap<string, string>;

function choice(settings: Settings, key: string, choices: readonly string[], usual = ''): string {
  const value = settings.get(key) ?? usual;
  if (!choices.includes(value)) throw unreadable(`\`${key}=${value}\``, choices.map((each) => `\`${key}=${each}\``).join(' or '));
  return value;
}

function regionOf(settings: Settings, dir: 'in' | 'out'): Region {
  for (const key of settings.keys()) if (!known.has(key)) throw unreadable(`\`${key}\` in a rule`);
  const [from, to] = dir === 'out' ? ['local', 'remote'] : ['remote', 'local'];
  const sourcePort = portsOf(settings.get(`${from}port`));
  return {
    source: addressesOf(settings.get(`${from}ip`)),
    destination: addressesOf(settings.get(`${to}ip`)),
    service: servicesIn(settings.get('protocol') ?? 'any', portsOf(settings.get(`${to}port`))),
    flow: flowSet({ directions: [dir] }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
}

function addressesOf(text = 'any'): IntervalSet {
  if (text === 'any') return anyAddress;
  return union(...text.split(',').map(networkIn));
}

function portsOf(text: string | undefined): IntervalSet | undefined {
  if (text === undefined || text === 'any') return undefined;
  return numberSet(
    text.split(',').map((part) => {
      const [, low, high = low] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part) ?? [];
      if (low === undefined) throw unreadable(`port \`${part}\``);
      return { low: Number(low), high: Number(high) };
    }),
  );
}

/** `tcp`, `112`, `icmpv4`, `icmpv4:3,any`, `icmpv6:135,0`. */
function servicesIn(text: string, ports: IntervalSet | undefined): IntervalSet {
  if (text === 'any') return anyService;
  const [, version, type, code] = /^icmpv([46]):([0-9]+|any),([0-9]+|any)$/.exec(text) ?? [];
  if (version !== undefined) {
    const number = version === '4' ? 4 : 6;
    return type === 'any' ? protocolSet(number === 4 ? 1 : 58) : icmpSet(number, Number(type), code === 'any' ? undefined : Number(code));
  }
  const protocol = protocolNumber(text);
  if (protocol === undefined) throw unreadable(`protocol \`${text}\``);
  if (ports === undefined || !hasPorts(protocol)) return protocolSet(protocol);
  return union(
    ...servicesOf(protocolSet(protocol)).flatMap(() =>
      ports.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) })),
    ),
  );
}
