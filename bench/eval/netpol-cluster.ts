/**
 * A cluster that network policies can be tried on, made of their own selectors: for each selector pods and namespaces that it selects and
 * ones that it just misses, and a pod and a namespace without labels. Every pod has an address of its own.
 */
import type { Inventory } from '../../domain/context/inventory.ts';
import { parseAddresses } from '../../domain/policy/addresses.ts';
import type { Cluster, NetworkPolicy, Pod } from '../../domain/policy/targets/kubernetes/parse.ts';
import type { Labels, Requirement, Selector } from '../../domain/policy/targets/kubernetes/selector.ts';

export type NamedPod = Pod & { readonly name: string; readonly address: string };

export type TrialCluster = { readonly cluster: Cluster; readonly pods: readonly NamedPod[]; readonly inventory: Inventory };

export function clusterFor(policies: readonly NetworkPolicy[]): TrialCluster {
  const peers = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress].flatMap((rule) => rule.peers ?? []));
  const selectors = peers.flatMap((peer) => (peer.kind === 'pods' ? [peer] : []));
  const own = new Set(policies.map(({ namespace }) => namespace));
  const namespaces = new Map<string, Labels>([...own].map((name) => [name, nameLabel(name)]));
  for (const labels of trials(selectors.flatMap((peer) => (peer.namespaces === undefined ? [] : [peer.namespaces])))) {
    const name = labels['kubernetes.io/metadata.name'] ?? `trial-${namespaces.size}`;
    namespaces.set(name, { ...nameLabel(name), ...labels });
  }
  const ports = portsOf(policies);
  const kinds = trials([...policies.map(({ pods }) => pods), ...selectors.map(({ pods }) => pods)]);
  const pods = [...namespaces.keys()].flatMap((namespace, at) =>
    kinds.map((labels, index): NamedPod => {
      const address = `10.${at + 1}.${Math.floor(index / 200)}.${(index % 200) + 10}`;
      return { name: `pod-${at}-${index}`, namespace, labels, addresses: parseAddresses(address), address, ports };
    }),
  );
  return { cluster: { namespaces: Object.fromEntries(namespaces), pods }, pods, inventory: inventoryOf(pods) };
}

function nameLabel(name: string): Labels {
  return { 'kubernetes.io/metadata.name': name };
}

/** Labels that the selectors select, the same with each requirement missed, and none at all; each once. */
function trials(selectors: readonly Selector[]): readonly Labels[] {
  const found = selectors.flatMap((selector) => [
    labelsOf(selector),
    ...selector.map((requirement) => labelsOf([...selector.filter((each) => each !== requirement), missed(requirement)])),
  ]);
  const byText = new Map(
    [{}, ...found].map((labels) => [JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))), labels]),
  );
  return [...byText.values()];
}

function labelsOf(selector: Selector): Labels {
  const needed = selector.filter(({ operator }) => operator === 'In' || operator === 'Exists');
  return Object.fromEntries(needed.map(({ key, values }) => [key, values[0] ?? 'some']));
}

function missed({ key, operator, values }: Requirement): Requirement {
  if (operator === 'In') return { key, operator, values: [`no-${values[0] ?? ''}`] };
  if (operator === 'NotIn') return { key, operator: 'In', values };
  return { key, operator: operator === 'Exists' ? 'DoesNotExist' : 'Exists', values: [] };
}

/** Ports by name stand for one number each, the same in every pod. */
function portsOf(policies: readonly NetworkPolicy[]): Pod['ports'] {
  const rules = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
  const named = rules.flatMap(({ ports = [] }) => ports).filter(({ port }) => typeof port === 'string');
  return Object.fromEntries(named.map(({ port, protocol }, index) => [port as string, { protocol, port: 9_000 + index }]));
}

function inventoryOf(pods: readonly NamedPod[]): Inventory {
  return {
    zones: [],
    assets: pods.map(({ name, address, namespace }) => ({
      name,
      addresses: [address],
      zone: namespace,
      services: [],
      groups: [],
      owner: 'cluster',
      criticality: 'medium' as const,
    })),
  };
}
