/**
 * Reads an Azure network security group from JSON: an ARM template, the resource alone, or what `az network nsg show` prints.
 * Source: learn.microsoft.com/azure/templates/microsoft.network/networksecuritygroups.
 */
import { anyAddress } from '../../addresses.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import {
  cidrSet,
  eachOf,
  type Fields,
  fieldsOf,
  integerIn,
  listOf,
  type Place,
  portRange,
  print,
  type ReadOptions,
  textOf,
  textsOf,
  unreadable,
} from '../cloud/reading.ts';
import { parseJsonDocument, type JsonDocument } from '../cloud/json-document.ts';

export type NsgRule = {
  readonly name: string;
  readonly direction: 'Inbound' | 'Outbound';
  readonly priority: number;
  readonly access: 'allow' | 'deny';
  /** By number; `undefined`: any. */
  readonly protocol: number | undefined;
  readonly source: IntervalSet;
  readonly destination: IntervalSet;
  /** `undefined`: any. */
  readonly sourcePorts: IntervalSet | undefined;
  readonly ports: IntervalSet | undefined;
  readonly place: Place;
};

export type NsgOptions = ReadOptions & {
  /** The addresses of a service tag such as `VirtualNetwork`, or of an application security group by its id; unknown ones are unreadable. */
  readonly members?: ((name: string) => IntervalSet | undefined) | undefined;
};

export function parseNsg(text: string, file: string, options: NsgOptions = {}): readonly NsgRule[] {
  const document = parseJsonDocument(text, file);
  const { value, pointer } = resourceOf(document);
  const outer = value as Fields;
  const isNested = outer['properties'] !== undefined;
  const properties = (isNested ? outer['properties'] : outer) as Fields;
  const at = { document, pointer: `${pointer}${isNested ? '/properties' : ''}/securityRules`, options };
  return eachOf(properties['securityRules'], at, (rule, place) => [parseRule(rule, place, options)]);
}

function resourceOf({ value, file }: JsonDocument): { readonly value: unknown; readonly pointer: string } {
  const place = { file, line: 1 };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable('the document', 'an ARM template or a resource', place);
  if (!('resources' in value)) return { value, pointer: '' };
  const resources = listOf(value.resources, place);
  const groups = resources.filter((each) => (each as Fields | null)?.['type'] === 'Microsoft.Network/networkSecurityGroups');
  if (groups.length !== 1 || resources.length !== 1) throw unreadable(`${resources.length} resources`, 'one network security group', place);
  return { value: groups[0], pointer: '/resources/0' };
}

const told = ['description', 'provisioningState', 'etag', 'id', 'name', 'type', 'resourceGroup'];

const sides = ['source', 'destination'] as const;

const asked = sides.flatMap((side) => [
  `${side}AddressPrefix`,
  `${side}AddressPrefixes`,
  `${side}PortRange`,
  `${side}PortRanges`,
  `${side}ApplicationSecurityGroups`,
]);

const protocols: { readonly [word: string]: number | undefined } = { '*': undefined, tcp: 6, udp: 17, icmp: 1, esp: 50, ah: 51 };

function parseRule(value: unknown, place: Place, options: NsgOptions): NsgRule {
  const keys = [...told, ...asked, 'access', 'direction', 'priority', 'protocol'];
  const outer = fieldsOf(value, ['properties', ...keys], place);
  const rule = outer['properties'] === undefined ? outer : fieldsOf(outer['properties'], keys, place);
  const { access, direction, protocol } = rule;
  const word = textOf(protocol, place).toLowerCase();
  if (!Object.hasOwn(protocols, word)) throw unreadable(`the protocol ${print(protocol)}`, Object.keys(protocols).join(', '), place);
  if (access !== 'Allow' && access !== 'Deny') throw unreadable(`the access ${print(access)}`, '`Allow` or `Deny`', place);
  if (direction !== 'Inbound' && direction !== 'Outbound')
    throw unreadable(`the direction ${print(direction)}`, '`Inbound` or `Outbound`', place);
  return {
    name: textOf(outer['name'], place),
    direction,
    priority: integerIn(rule['priority'], [100, 4_096], place),
    access: access === 'Allow' ? 'allow' : 'deny',
    protocol: protocols[word],
    source: addressesOf(rule, 'source', { place, options }),
    destination: addressesOf(rule, 'destination', { place, options }),
    sourcePorts: portsOf(rule, 'source', place),
    ports: portsOf(rule, 'destination', place),
    place,
  };
}

type Reading = { readonly place: Place; readonly options: NsgOptions };

/** The singular and the plural of a key together; what is given in neither is an error. */
function givenIn(rule: Fields, one: string, many: string, place: Place): readonly string[] {
  const single = rule[one];
  return [...(single === undefined || single === null || single === '' ? [] : [textOf(single, place)]), ...textsOf(rule[many], place)];
}

function addressesOf(rule: Fields, side: (typeof sides)[number], { place, options }: Reading): IntervalSet {
  const texts = givenIn(rule, `${side}AddressPrefix`, `${side}AddressPrefixes`, place);
  const groups = listOf(rule[`${side}ApplicationSecurityGroups`], place).map((group) => textOf((group as Fields)['id'], place));
  if (texts.length + groups.length === 0) throw unreadable(`a rule without ${side}`, 'prefixes', place);
  return union(...[...texts, ...groups].map((text) => prefixOf(text, { place, options })));
}

function prefixOf(text: string, { place, options }: Reading): IntervalSet {
  if (text === '*') return anyAddress;
  const known = options.members?.(text);
  if (known !== undefined) return known;
  if (/^[A-Za-z/]/.test(text) && !/^[0-9a-fA-F:]+[:/]/.test(text))
    throw unreadable(`\`${text.slice(0, 80)}\``, 'a tag or group whose addresses are known', place);
  return cidrSet(text, place);
}

function portsOf(rule: Fields, side: (typeof sides)[number], place: Place): IntervalSet | undefined {
  const texts = givenIn(rule, `${side}PortRange`, `${side}PortRanges`, place);
  if (texts.length === 0) throw unreadable(`a rule without ${side} ports`, '`*` or ranges', place);
  if (texts.includes('*')) return undefined;
  return union(
    ...texts.map((text) => {
      const { low, high } = portRange(text, place);
      return [{ low: BigInt(low), high: BigInt(high) }];
    }),
  );
}
