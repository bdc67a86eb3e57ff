/**
 * Reads CiliumNetworkPolicy objects (cilium.io/v2). Source: docs.cilium.io/en/stable/security/policy (language, layers 3 and 4, deny
 * policies) and the object's schema. What reaches into layer 7, names, services or identities of nodes is not read.
 */
import { type IntervalSet, subtract, union } from '../../intervals.ts';
import { anyService, protocolSet, serviceSet } from '../../service-selector.ts';
import {
  cidrSet,
  fieldsOf,
  integerIn,
  listOf,
  type Place,
  print,
  type ReadOptions,
  textOf,
  textsOf,
  understood,
  unreadable,
} from '../cloud/reading.ts';
import { parseManifests } from '../kubernetes/documents.ts';
import { parseSelector, type Selector } from '../kubernetes/selector.ts';

/** A peer is managed by Cilium and matched by labels, or it is not and matched by address; `all` is both. */
export type CiliumPeers =
  | { readonly kind: 'all' }
  | { readonly kind: 'endpoints'; readonly selectors: readonly Selector[] }
  | { readonly kind: 'addresses'; readonly addresses: IntervalSet };

export type CiliumRule = { readonly peers: CiliumPeers; readonly service: IntervalSet };

export const lists = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;

export type CiliumPolicy = {
  readonly name: string;
  readonly namespace: string;
  readonly pods: Selector;
  readonly rules: Readonly<Record<(typeof lists)[number], readonly CiliumRule[]>>;
  /** Whether what nothing allows is refused, for each direction. */
  readonly closes: { readonly ingress: boolean; readonly egress: boolean };
  readonly place: Place;
};

export function parseCilium(text: string, file: string, options: ReadOptions = {}): readonly CiliumPolicy[] {
  return parseManifests(text, file, options).flatMap((manifest) =>
    understood(() => [parsePolicy(manifest.value, manifest.place)], manifest, options),
  );
}

function parsePolicy(value: unknown, place: Place): CiliumPolicy {
  const { apiVersion, kind, metadata, spec } = fieldsOf(value, ['apiVersion', 'kind', 'metadata', 'spec'], place);
  if (apiVersion !== 'cilium.io/v2' || kind !== 'CiliumNetworkPolicy')
    throw unreadable(`kind ${print(kind)}`, 'CiliumNetworkPolicy of cilium.io/v2', place);
  const { name, namespace } = fieldsOf(metadata, ['name', 'namespace', 'annotations', 'labels'], place);
  const { endpointSelector, enableDefaultDeny, ...rest } = fieldsOf(
    spec,
    ['description', 'labels', 'endpointSelector', 'enableDefaultDeny', ...lists],
    place,
  );
  const closing = fieldsOf(enableDefaultDeny ?? {}, ['ingress', 'egress'], place);
  const rulesIn = (list: (typeof lists)[number]) => listOf(rest[list], place).map((rule) => parseRule(rule, list, place));
  return {
    name: textOf(name, place),
    namespace: namespace === undefined ? 'default' : textOf(namespace, place),
    pods: parseSelector(endpointSelector, place),
    rules: {
      ingress: rulesIn('ingress'),
      ingressDeny: rulesIn('ingressDeny'),
      egress: rulesIn('egress'),
      egressDeny: rulesIn('egressDeny'),
    },
    // Without a word of its own a policy closes each direction that it has rules for.
    closes: {
      ingress: flagOf(closing['ingress'], rest['ingress'] !== undefined || rest['ingressDeny'] !== undefined, place),
      egress: flagOf(closing['egress'], rest['egress'] !== undefined || rest['egressDeny'] !== undefined, place),
    },
    place,
  };
}

function flagOf(value: unknown, otherwise: boolean, place: Place): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw unreadable(print(value), '`true` or `false`', place);
  return value;
}

/** Without peers a rule is about everybody on its ports; without those too it matches nothing ("Ingress default deny": `ingress: [{}]`). */
function parseRule(value: unknown, list: (typeof lists)[number], place: Place): CiliumRule {
  const word = list.startsWith('ingress') ? 'from' : 'to';
  const keys = [`${word}Endpoints`, `${word}CIDR`, `${word}CIDRSet`, `${word}Entities`];
  const rule = fieldsOf(value, [...keys, 'toPorts'], place);
  const given = keys.filter((key) => rule[key] !== undefined);
  if (given.length > 1) throw unreadable(`${given.join(' and ')} together`, 'one kind of peers in a rule', place);
  const matchesNothing = given.length === 0 && rule['toPorts'] === undefined;
  const peers: CiliumPeers = matchesNothing ? { kind: 'addresses', addresses: [] } : parsePeers(rule[given[0] ?? ''], given[0], place);
  return { peers, service: parsePorts(rule['toPorts'], place) };
}

function parsePeers(value: unknown, key: string | undefined, place: Place): CiliumPeers {
  if (key === undefined) return { kind: 'all' };
  if (key.endsWith('Entities')) {
    const words = textsOf(value, place);
    if (words.length === 1 && words[0] === 'all') return { kind: 'all' };
    throw unreadable(`the entities ${print(value)}`, '`all`', place);
  }
  if (key.endsWith('Endpoints')) return { kind: 'endpoints', selectors: listOf(value, place).map((each) => parseSelector(each, place)) };
  return {
    kind: 'addresses',
    addresses: union(...listOf(value, place).map((each) => (key.endsWith('Set') ? parseSet(each, place) : cidrSet(each, place)))),
  };
}

function parseSet(value: unknown, place: Place): IntervalSet {
  const { cidr, except } = fieldsOf(value, ['cidr', 'except'], place);
  const [whole, holes] = [cidrSet(cidr, place), union(...textsOf(except, place).map((each) => cidrSet(each, place)))];
  if (subtract(holes, whole).length > 0) throw unreadable(`exceptions of ${print(cidr)}`, 'CIDRs within it', place);
  return subtract(whole, holes);
}

const protocols: { readonly [word: string]: readonly number[] } = { TCP: [6], UDP: [17], SCTP: [132], ANY: [6, 17, 132] };

/** Absent: every protocol. Port 0 is every port of the protocol. */
function parsePorts(value: unknown, place: Place): IntervalSet {
  if (value === undefined) return anyService;
  return union(
    ...listOf(value, place).flatMap((each) => {
      const { ports } = fieldsOf(each, ['ports'], place);
      const entries = listOf(ports, place);
      if (entries.length === 0) throw unreadable('`toPorts` without ports', 'ports', place);
      return entries.map((entry) => parsePort(entry, place));
    }),
  );
}

function parsePort(value: unknown, place: Place): IntervalSet {
  const { port, endPort, protocol = 'ANY' } = fieldsOf(value, ['port', 'endPort', 'protocol'], place);
  const numbers = Object.hasOwn(protocols, String(protocol)) ? protocols[String(protocol)] : undefined;
  if (numbers === undefined) throw unreadable(`the protocol ${print(protocol)}`, Object.keys(protocols).join(', '), place);
  if (typeof port !== 'string' || !/^[0-9]{1,5}$/.test(port)) throw unreadable(`the port ${print(port)}`, 'a number in text', place);
  const low = integerIn(Number(port), [0, 65_535], place);
  if (low === 0 && endPort === undefined) return union(...numbers.map(protocolSet));
  const high = endPort === undefined || endPort === 0 ? low : integerIn(endPort, [low, 65_535], place);
  if (low === 0) throw unreadable('a range from port 0', 'a range from 1', place);
  return union(...numbers.map((number) => serviceSet({ protocol: number, low, high })));
}
