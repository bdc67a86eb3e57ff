/** Access lists of OpenConfig's model (openconfig-acl), as JSON. What no entry matches is left to others: the model does not say. */
import { familyLine } from '../addresses.ts';
import { type IntervalSet, union } from '../intervals.ts';
import { anyService, hasPorts, protocolSet, serviceSet } from '../service-selector.ts';
import { type Filter, type FilterRule, gatherUnread, type Unread, unreadable } from './filter.ts';
import { networkIn } from './networks.ts';
import { establishedFlags, protocolNumber } from './protocols.ts';
import { meet, numberSet, type Region, wordSet } from './region.ts';

type Fields = { readonly [key: string]: unknown };

export function readOpenconfig(text: string): Filter {
  const unread: Unread[] = [];
  const sets = gatherUnread(unread, { line: 1, text: '' }, () => setsOf(text)) ?? [];
  const rules = sets.flatMap((set, index) => {
    const name = typeof set['name'] === 'string' ? set['name'] : String(index);
    const entries = listOf(fieldsOf(set['acl-entries'] ?? {}, name)['acl-entry'], name);
    return entries.flatMap((entry) => {
      const place = { line: index + 1, text: `${name} ${JSON.stringify(entry)}`.slice(0, 200) };
      const rule = gatherUnread(unread, place, () => entryRule(fieldsOf(entry, name)));
      if (rule === undefined) return [];
      return [sets.length === 1 ? rule : { ...rule, region: { ...rule.region, list: wordSet([name]) } }];
    });
  });
  return { rules, unread };
}

function setsOf(text: string): readonly Fields[] {
  try {
    const value: unknown = JSON.parse(text);
    return listOf(
      Array.isArray(value) ? value : fieldsOf(fieldsOf(value, 'document')['acl-sets'] ?? {}, 'acl-sets')['acl-set'],
      'document',
    ).map((set) => fieldsOf(set, 'set'));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(`no JSON: ${error.message}`);
    throw error;
  }
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(`\`${where}\` is no object`);
  return value as Fields;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unreadable(`\`${where}\` is no list`);
  return value as readonly unknown[];
}

function configOf(entry: Fields, key: string): Fields {
  return entry[key] === undefined ? {} : fieldsOf(fieldsOf(entry[key], key)['config'] ?? {}, key);
}

const known = new Set(['sequence-id', 'config', 'actions', 'ipv4', 'ipv6', 'transport', 'input-interface']);

function entryRule(entry: Fields): FilterRule {
  for (const key of Object.keys(entry)) if (!known.has(key)) throw unreadable(`\`${key}\` in an entry`);
  const action = configOf(entry, 'actions')['forwarding-action'];
  const word = typeof action === 'string' ? action.replace(/^.*:/, '') : '';
  if (!['ACCEPT', 'DROP', 'REJECT'].includes(word)) throw unreadable(`action \`${word}\``);
  return { region: meet(addressRegion(entry), serviceRegion(entry)), decision: word === 'ACCEPT' ? 'allow' : 'deny' };
}

function addressRegion(entry: Fields): Region {
  const regions = ([4, 6] as const)
    .filter((family) => entry[`ipv${family}`] !== undefined)
    .map((family): Region => {
      const config = configOf(entry, `ipv${family}`);
      const side = (key: string): IntervalSet => (typeof config[key] === 'string' ? networkIn(config[key]) : [familyLine[family]]);
      for (const key of Object.keys(config))
        if (!['source-address', 'destination-address', 'protocol'].includes(key)) throw unreadable(`\`${key}\` of an entry`);
      return { source: side('source-address'), destination: side('destination-address') };
    });
  return meet(...regions);
}

function serviceRegion(entry: Fields): Region {
  const number = protocolOf(configOf(entry, 'ipv4')['protocol'] ?? configOf(entry, 'ipv6')['protocol']);
  const transport = configOf(entry, 'transport');
  for (const key of Object.keys(transport))
    if (!['source-port', 'destination-port', 'detail-mode', 'builtin-detail'].includes(key)) throw unreadable(`\`${key}\` of an entry`);
  const [from, to] = [portsOf(transport['source-port']), portsOf(transport['destination-port'])];
  const detail = transport['builtin-detail'];
  if (detail !== undefined && detail !== 'TCP_ESTABLISHED') throw unreadable(`\`${JSON.stringify(detail)}\``, '`TCP_ESTABLISHED`');
  return {
    service: serviceOf(number, to),
    ...(from === undefined ? {} : { sourcePort: from }),
    ...(detail === undefined ? {} : { 'tcp-flags': establishedFlags }),
  };
}

/** `6`, `"IP_TCP"`, `"openconfig-packet-match-types:IP_TCP"`. */
function protocolOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number =
    typeof value === 'number'
      ? protocolNumber(String(value))
      : typeof value === 'string'
        ? protocolNumber(value.replace(/^(?:.*:)?(?:IP_)?/, ''))
        : undefined;
  if (number === undefined) throw unreadable(`protocol \`${JSON.stringify(value)}\``);
  return number;
}

/** Ports without a protocol are those of TCP and UDP. */
function serviceOf(number: number | undefined, ports: IntervalSet | undefined): IntervalSet {
  if (ports === undefined) return number === undefined ? anyService : protocolSet(number);
  return union(...(number === undefined ? [6, 17] : [number]).flatMap((each) => servicesAt(each, ports)));
}

function servicesAt(protocol: number, ports: IntervalSet): readonly IntervalSet[] {
  if (!hasPorts(protocol)) throw unreadable(`ports of protocol ${protocol}`);
  return ports.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) }));
}

/** `80`, `"80..90"`, `"ANY"`. */
function portsOf(value: unknown): IntervalSet | undefined {
  if (value === undefined || value === 'ANY') return undefined;
  const [, low, high = low] =
    /^([0-9]{1,5})(?:(?:\.\.|-)([0-9]{1,5}))?$/.exec(typeof value === 'number' || typeof value === 'string' ? String(value) : '') ?? [];
  if (low === undefined) throw unreadable(`port \`${JSON.stringify(value)}\``);
  return numberSet([{ low: Number(low), high: Number(high) }]);
}
