/**
 * What network policies allow in a cluster (kubernetes.io/docs/concepts/services-networking/network-policies):
 *
 * - A pod is isolated in a direction when a policy of its namespace selects it and speaks of that direction. An isolated pod's traffic
 *   is what the rules of all such policies allow together; everything else is refused. Policies only add; their order means nothing.
 * - A pod that is not isolated takes and sends everything: "not applicable".
 * - A connection needs both: what the source's pod may send, and what the destination's pod may take. Answers pass.
 * - A peer by selectors is pods; one by ipBlock is addresses, whoever has them. A rule without peers is for everybody, in the cluster
 *   or outside; one without ports for every protocol.
 */
import { everything, type Box } from '../../boxes.ts';
import { flowSet } from '../../request/flow.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anyService, serviceSet } from '../../service-selector.ts';
import { bothWays } from '../cloud/two-ways.ts';
import { type ReadOptions, unreadable } from '../cloud/reading.ts';
import type { ReadRule } from '../target.ts';
import { type Cluster, type NetworkPolicy, parseKubernetes, type Peer, type Pod, type PolicyRule, type PortSpec } from './parse.ts';
import { type Labels, selects } from './selector.ts';

export type KubernetesReadOptions = ReadOptions & {
  /** Namespaces and pods, beside those that the text itself holds. */
  readonly cluster?: Cluster | undefined;
};

/** Manifests of network policies, with the pods that they are about in the text or beside it. */
export function readNetworkPolicies(text: string, options: KubernetesReadOptions = {}): readonly ReadRule[] {
  const { policies, cluster } = parseKubernetes(text, 'network-policies.yaml', options);
  const whole: Cluster = {
    namespaces: { ...options.cluster?.namespaces, ...cluster.namespaces },
    pods: [...(options.cluster?.pods ?? []), ...cluster.pods],
  };
  return bothWays(directionRules(policies, whole, 'ingress'), directionRules(policies, whole, 'egress'));
}

type Direction = 'ingress' | 'egress';

/** The policies of one direction as a first-match list: what they allow, then what isolation refuses. */
export function directionRules(policies: readonly NetworkPolicy[], cluster: Cluster, direction: Direction): readonly ReadRule[] {
  const speaking = policies.flatMap((policy) => {
    const rules = policy[direction];
    return rules === undefined ? [] : [{ policy, rules, own: podsOf(cluster, policy.namespace, policy) }];
  });
  const isolated = union(...speaking.flatMap(({ own }) => own.map(({ addresses }) => addresses)));
  if (isolated.length === 0) return [];
  const allowed = speaking.flatMap(({ policy, rules, own }) =>
    rules.flatMap((rule) =>
      boxesOf(rule, { policy, cluster, own, direction }).map((box): ReadRule => ({
        box,
        decision: decisionOf(policy),
        where: { line: policy.place.line, text: policy.name },
      })),
    ),
  );
  const rank = ({ decision }: ReadRule) => (decision === 'allow' ? 0 : 1);
  const ordered = allowed.toSorted((a, b) => rank(a) - rank(b));
  return [...ordered, { box: { ...newConnections, [ownSide[direction]]: isolated }, decision: 'deny' }];
}

/** A policy may say of itself that what it lets through passes because no rule speaks of it. */
function decisionOf({ annotations, place }: NetworkPolicy): 'allow' | 'not-applicable' {
  const said = annotations['edict/decision'] ?? 'allow';
  if (said === 'allow' || said === 'not-applicable') return said;
  throw unreadable(`the annotation \`${said.slice(0, 80)}\``, '`allow` or `not-applicable`', place);
}

const ownSide = { ingress: 'destination', egress: 'source' } as const;
const otherSide = { ingress: 'source', egress: 'destination' } as const;

const newConnections: Box = { ...everything, flow: flowSet({ states: ['new'] }) };

function podsOf({ pods }: Cluster, namespace: string, policy: Pick<NetworkPolicy, 'pods'>): readonly Pod[] {
  return pods.filter((pod) => pod.namespace === namespace && selects(policy.pods, pod.labels));
}

type Speaking = { readonly policy: NetworkPolicy; readonly cluster: Cluster; readonly own: readonly Pod[]; readonly direction: Direction };

function boxesOf(rule: PolicyRule, { policy, cluster, own, direction }: Speaking): readonly Box[] {
  const peers = rule.peers?.map((peer) => peerOf(peer, policy.namespace, cluster));
  const boxOf = (ownSet: IntervalSet, peerSet: IntervalSet, service: IntervalSet): Box => ({
    ...newConnections,
    [ownSide[direction]]: ownSet,
    [otherSide[direction]]: peerSet,
    service,
  });
  const ownSet = addressesOf(own);
  const peerSet = peers === undefined ? everything.source : union(...peers.map(({ addresses }) => addresses));
  const plain = rule.ports === undefined ? anyService : union(...rule.ports.map(numberedPort));
  // A port by name is the destination's: it differs from pod to pod.
  const receiving = direction === 'ingress' ? own : (peers ?? [{ pods: cluster.pods }]).flatMap(({ pods }) => pods);
  const named = (rule.ports ?? []).filter(({ port }) => typeof port === 'string');
  const byName = receiving.flatMap((pod) =>
    named.flatMap((spec) => {
      const service = portByName(spec, pod);
      return direction === 'ingress' ? boxOf(pod.addresses, peerSet, service) : boxOf(ownSet, pod.addresses, service);
    }),
  );
  return [boxOf(ownSet, peerSet, plain), ...byName].filter((box) => box.service.length > 0);
}

function addressesOf(pods: readonly Pod[]): IntervalSet {
  return union(...pods.map(({ addresses }) => addresses));
}

function peerOf(peer: Peer, namespace: string, cluster: Cluster): { readonly addresses: IntervalSet; readonly pods: readonly Pod[] } {
  if (peer.kind === 'block')
    return { addresses: peer.addresses, pods: cluster.pods.filter((pod) => within(pod.addresses, peer.addresses)) };
  const pods = cluster.pods.filter(
    (pod) =>
      (peer.namespaces === undefined ? pod.namespace === namespace : selects(peer.namespaces, labelsOf(cluster, pod.namespace))) &&
      selects(peer.pods, pod.labels),
  );
  return { addresses: addressesOf(pods), pods };
}

function within(inner: IntervalSet, outer: IntervalSet): boolean {
  return (
    union(inner, outer).length === outer.length &&
    inner.every(({ low, high }) => outer.some((each) => each.low <= low && high <= each.high))
  );
}

/** The API server gives each namespace a label with its name. */
function labelsOf({ namespaces }: Cluster, name: string): Labels {
  return namespaces[name] ?? { 'kubernetes.io/metadata.name': name };
}

function numberedPort({ protocol, port }: PortSpec): IntervalSet {
  return typeof port === 'string' ? [] : serviceSet({ protocol, ...port });
}

function portByName({ protocol, port }: PortSpec, pod: Pod): IntervalSet {
  const held = typeof port === 'string' && Object.hasOwn(pod.ports, port) ? pod.ports[port] : undefined;
  return held === undefined || held.protocol !== protocol ? [] : serviceSet({ protocol, low: held.port, high: held.port });
}
