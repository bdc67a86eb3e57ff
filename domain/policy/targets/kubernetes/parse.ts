/**
 * Reads NetworkPolicy objects (networking.k8s.io/v1), and the namespaces and pods that they are about, from manifests or from what
 * `kubectl get networkpolicies,namespaces,pods -A -o yaml` gives. Source: the API reference of NetworkPolicy v1, defaults as of the
 * API server: `policyTypes` absent means Ingress, and Egress too where there is an egress rule; a port without protocol is TCP.
 */
import { type IntervalSet, subtract, union } from '../../intervals.ts';
import {
  cidrSet,
  type Fields,
  fieldsOf,
  integerIn,
  listOf,
  type Place,
  print,
  type ReadOptions,
  textOf,
  understood,
  unreadable,
} from '../cloud/reading.ts';
import { type Manifest, parseManifests } from './documents.ts';
import { type Labels, parseLabels, parseSelector, type Selector } from './selector.ts';

export type Peer =
  | { readonly kind: 'block'; readonly addresses: IntervalSet }
  /** Without a namespace selector: of the policy's own namespace. */
  | { readonly kind: 'pods'; readonly namespaces: Selector | undefined; readonly pods: Selector };

export type PortSpec = {
  readonly protocol: 6 | 17 | 132;
  /** A run of ports, or the name of one of the pod's ports. */
  readonly port: { readonly low: number; readonly high: number } | string;
};

/** `undefined`: any. */
export type PolicyRule = { readonly peers: readonly Peer[] | undefined; readonly ports: readonly PortSpec[] | undefined };

export type NetworkPolicy = {
  readonly name: string;
  readonly namespace: string;
  readonly pods: Selector;
  /** `undefined`: says nothing of this direction. */
  readonly ingress: readonly PolicyRule[] | undefined;
  readonly egress: readonly PolicyRule[] | undefined;
  readonly annotations: Labels;
  readonly place: Place;
};

export type Pod = {
  readonly namespace: string;
  readonly labels: Labels;
  readonly addresses: IntervalSet;
  /** Container ports by name. */
  readonly ports: { readonly [name: string]: { readonly protocol: number; readonly port: number } };
};

export type Cluster = { readonly namespaces: { readonly [name: string]: Labels }; readonly pods: readonly Pod[] };

export type KubernetesDocument = { readonly policies: readonly NetworkPolicy[]; readonly cluster: Cluster };

export function parseKubernetes(text: string, file: string, options: ReadOptions = {}): KubernetesDocument {
  const policies: NetworkPolicy[] = [];
  const namespaces: { [name: string]: Labels } = {};
  const pods: Pod[] = [];
  for (const manifest of parseManifests(text, file, options)) {
    const { value, place } = manifest;
    understood(
      () => {
        switch (kindOf(manifest)) {
          case 'NetworkPolicy':
            policies.push(parsePolicy(value, place));
            break;
          case 'Namespace': {
            const { name, labels } = metadataOf((value as Fields)['metadata'], place);
            namespaces[name] = { 'kubernetes.io/metadata.name': name, ...labels };
            break;
          }
          case 'Pod':
            pods.push(...parsePod(value as Fields, place));
            break;
        }
        return [];
      },
      manifest,
      options,
    );
  }
  return { policies, cluster: { namespaces, pods } };
}

function kindOf({ value, place }: Manifest): 'NetworkPolicy' | 'Namespace' | 'Pod' {
  const { apiVersion, kind } = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  if (kind === 'NetworkPolicy' && apiVersion === 'networking.k8s.io/v1') return kind;
  if ((kind === 'Namespace' || kind === 'Pod') && (apiVersion === 'v1' || apiVersion === undefined)) return kind;
  throw unreadable(`kind ${print(kind)} of ${print(apiVersion)}`, 'NetworkPolicy of networking.k8s.io/v1, Namespace or Pod', place);
}

type Metadata = { readonly name: string; readonly namespace: string; readonly labels: Labels; readonly annotations: Labels };

function metadataOf(value: unknown, place: Place): Metadata {
  const metadata = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  const namespace = metadata['namespace'] ?? 'default';
  return {
    name: textOf(metadata['name'], place),
    namespace: textOf(namespace, place),
    labels: parseLabels(metadata['labels'], place),
    annotations: parseLabels(metadata['annotations'], place),
  };
}

const policyTypes = ['Ingress', 'Egress'];

function parsePolicy(value: unknown, place: Place): NetworkPolicy {
  const policy = fieldsOf(value, ['apiVersion', 'kind', 'metadata', 'spec', 'status'], place);
  const spec = fieldsOf(policy['spec'], ['podSelector', 'policyTypes', 'ingress', 'egress'], place);
  const { name, namespace, annotations } = metadataOf(policy['metadata'], place);
  const [ingress, egress] = [parseRules(spec['ingress'], 'from', place), parseRules(spec['egress'], 'to', place)];
  const types =
    spec['policyTypes'] === undefined ? ['Ingress', ...(egress.length > 0 ? ['Egress'] : [])] : listOf(spec['policyTypes'], place);
  const unknown = types.find((type) => !policyTypes.includes(String(type)));
  if (unknown !== undefined || types.length === 0) throw unreadable(`policy types ${print(types)}`, '`Ingress`, `Egress` or both', place);
  return {
    name,
    namespace,
    annotations,
    pods: parseSelector(spec['podSelector'], place),
    ingress: types.includes('Ingress') ? ingress : undefined,
    egress: types.includes('Egress') ? egress : undefined,
    place,
  };
}

function parseRules(value: unknown, key: 'from' | 'to', place: Place): readonly PolicyRule[] {
  return listOf(value, place).map((each) => {
    const rule = fieldsOf(each ?? {}, [key, 'ports'], place);
    const peers = listOf(rule[key], place).map((peer) => parsePeer(peer, place));
    const ports = listOf(rule['ports'], place).map((port) => parsePort(port, place));
    return { peers: peers.length === 0 ? undefined : peers, ports: ports.length === 0 ? undefined : ports };
  });
}

function parsePeer(value: unknown, place: Place): Peer {
  const { ipBlock, namespaceSelector, podSelector } = fieldsOf(value, ['ipBlock', 'namespaceSelector', 'podSelector'], place);
  const selects = (namespaceSelector ?? undefined) !== undefined || (podSelector ?? undefined) !== undefined;
  if ((ipBlock ?? undefined) !== undefined) {
    if (selects) throw unreadable('an ipBlock with selectors', 'one of the two', place);
    return { kind: 'block', addresses: parseBlock(ipBlock, place) };
  }
  if (!selects) throw unreadable('a peer of nothing', 'ipBlock, namespaceSelector or podSelector', place);
  return {
    kind: 'pods',
    namespaces: namespaceSelector === undefined || namespaceSelector === null ? undefined : parseSelector(namespaceSelector, place),
    pods: parseSelector(podSelector, place),
  };
}

function parseBlock(value: unknown, place: Place): IntervalSet {
  const { cidr, except } = fieldsOf(value, ['cidr', 'except'], place);
  const whole = blockOf(cidr, place);
  const holes = listOf(except, place).map((each) => blockOf(each, place));
  const outside = holes.find((hole) => subtract(hole, whole).length > 0);
  if (outside !== undefined) throw unreadable('an exception of an ipBlock', `CIDRs within ${print(cidr)}`, place);
  return subtract(whole, union(...holes));
}

function blockOf(value: unknown, place: Place): IntervalSet {
  if (typeof value !== 'string' || !value.includes('/')) throw unreadable(`the block ${print(value)}`, 'a CIDR', place);
  return cidrSet(value, place);
}

const protocols: { readonly [name: string]: PortSpec['protocol'] } = { TCP: 6, UDP: 17, SCTP: 132 };

function parsePort(value: unknown, place: Place): PortSpec {
  const { protocol = 'TCP', port, endPort } = fieldsOf(value, ['protocol', 'port', 'endPort'], place);
  const number = protocols[String(protocol)];
  if (number === undefined) throw unreadable(`the protocol ${print(protocol)}`, '`TCP`, `UDP` or `SCTP`', place);
  if (typeof port === 'string') {
    if (endPort !== undefined || !/^[a-z0-9-]{1,15}$/.test(port)) throw unreadable(`the port ${print(port)}`, 'the name of a port', place);
    return { protocol: number, port };
  }
  if (port === undefined || port === null) {
    if (endPort !== undefined) throw unreadable('an end of no range', '`port` with `endPort`', place);
    return { protocol: number, port: { low: 0, high: 65_535 } };
  }
  const low = integerIn(port, [0, 65_535], place);
  return { protocol: number, port: { low, high: endPort === undefined ? low : integerIn(endPort, [low, 65_535], place) } };
}

/** A pod on its node's network is not filtered by policies, and one without addresses has not begun. */
function parsePod({ metadata, spec, status }: Fields, place: Place): readonly Pod[] {
  const { namespace, labels } = metadataOf(metadata, place);
  const { hostNetwork, containers } = (spec ?? {}) as Fields;
  const { podIP, podIPs } = (status ?? {}) as Fields;
  const texts = [...listOf(podIPs, place).map((each) => (each as Fields)['ip']), ...(podIP === undefined ? [] : [podIP])];
  if (hostNetwork === true || texts.length === 0) return [];
  return [
    {
      namespace,
      labels,
      addresses: union(...texts.map((text) => cidrSet(text, place))),
      ports: namedPorts(listOf(containers, place), place),
    },
  ];
}

function namedPorts(containers: readonly unknown[], place: Place): Pod['ports'] {
  const ports = containers.flatMap((container) => listOf((container as Fields)['ports'], place) as readonly Fields[]);
  return Object.fromEntries(
    ports
      .filter(({ name }) => name !== undefined)
      .map(({ name, protocol = 'TCP', containerPort }) => [
        textOf(name, place),
        { protocol: protocols[String(protocol)] ?? 0, port: integerIn(containerPort, [1, 65_535], place) },
      ]),
  );
}
