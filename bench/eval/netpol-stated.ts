/**
 * What a network policy's title states of who may reach whom, as requests with the answer that it must give. Titles are read by their
 * words (deny, allow, limit; egress; namespace; external; port); what they do not say is not tried. `undefined`: nothing is understood.
 */
import { printAddress } from '../../domain/policy/addresses.ts';
import type { NetworkRequest } from '../../domain/policy/model.ts';
import type { NetworkPolicy, PolicyRule } from '../../domain/policy/targets/kubernetes/parse.ts';
import { selects } from '../../domain/policy/targets/kubernetes/selector.ts';
import type { NamedPod, TrialCluster } from './netpol-cluster.ts';

/** Of the requests all, some or none must pass. */
export type Statement = { readonly text: string; readonly requests: readonly NetworkRequest[]; readonly pass: 'all' | 'some' | 'none' };

const outsider = '198.51.100.7';

type Subject = {
  readonly pods: readonly NamedPod[];
  readonly others: readonly NamedPod[];
  readonly rules: readonly PolicyRule[];
  readonly isEgress: boolean;
};

export function statedBy(title: string, policies: readonly NetworkPolicy[], { pods }: TrialCluster): readonly Statement[] | undefined {
  const text = title.toLowerCase();
  const isEgress = text.includes('egress') || text.includes('outgoing');
  const speaking = policies.filter(({ ingress, egress }) => (isEgress ? egress : ingress) !== undefined);
  const isSubject = (pod: NamedPod) => speaking.some((policy) => policy.namespace === pod.namespace && selects(policy.pods, pod.labels));
  const subject: Subject = {
    pods: pods.filter(isSubject),
    others: pods,
    rules: speaking.flatMap((policy) => (isEgress ? policy.egress : policy.ingress) ?? []),
    isEgress,
  };
  if (/\b(deny|block|disallow)\b/.test(text)) return denied(text, subject);
  if (/\b(allow|permit|limit|restrict)\b/.test(text)) return allowed(text, subject);
  return undefined;
}

function denied(text: string, subject: Subject): readonly Statement[] {
  const { rules } = subject;
  if (text.includes('external')) return [statement('nobody outside', 'none', onUnnamedPort(requestsWith(subject, [outsider])))];
  if (/other namespaces?/.test(text))
    return [
      statement('no other namespace', 'none', requestsAcross(subject, false)),
      statement('its own namespace', 'all', requestsAcross(subject, true)),
    ];
  // What is let through by name is beside the point of a title that denies.
  return [statement('everybody', 'none', onUnnamedPort(requestsWith(subject, rules.length === 0 ? everybody(subject) : [outsider])))];
}

function onUnnamedPort(requests: readonly NetworkRequest[]): readonly NetworkRequest[] {
  return requests.map((request) => ({ ...request, port: 61_234 }));
}

function allowed(text: string, subject: Subject): readonly Statement[] {
  if (/\ball traffic\b/.test(text) && !/\bfrom (all|other|a)\b/.test(text))
    return [statement('everybody', 'all', requestsWith(subject, everybody(subject)))];
  if (text.includes('external')) return [statement('the outside', 'all', requestsWith(subject, [outsider]))];
  if (/all (the )?namespaces|every namespace/.test(text))
    return [
      statement(
        'every namespace',
        'all',
        requestsWith(
          subject,
          subject.others.map(({ address }) => address),
        ),
      ),
    ];
  if (/\bports?\b/.test(text) && subject.rules.some(({ ports }) => ports !== undefined)) return onePort(subject);
  const some = statement(
    'somebody',
    'some',
    requestsWith(subject, [...subject.others.map(({ address }) => address), ...blocksOf(subject)]),
  );
  const outside = statement('nobody outside', 'none', beside(subject, requestsWith(subject, [outsider])));
  const isElsewhere = /\b(a|another|some|other) namespace/.test(text);
  return isElsewhere
    ? [some, outside, statement('some pods of another namespace', 'some', requestsAcross(subject, false))]
    : [some, outside];
}

/** An address of each block that rules name. */
function blocksOf({ rules }: Subject): readonly string[] {
  const blocks = rules.flatMap(({ peers = [] }) => peers).flatMap((peer) => (peer.kind === 'block' ? [peer.addresses] : []));
  return blocks.flatMap(([first]) => (first === undefined ? [] : [printAddress(first.low)]));
}

/** Ports that rules open to everybody are beside the point of a title that says who may come. */
function beside({ rules }: Subject, requests: readonly NetworkRequest[]): readonly NetworkRequest[] {
  return rules.some(({ peers, ports }) => peers === undefined && ports !== undefined) ? onUnnamedPort(requests) : requests;
}

/** A port that no rule names passes for nobody. */
function onePort(subject: Subject): readonly Statement[] {
  const others = subject.others.map(({ address }) => address);
  const unnamed = onUnnamedPort(requestsWith(subject, others));
  return [statement('some, on the port', 'some', requestsWith(subject, others)), statement('nobody, on another port', 'none', unnamed)];
}

function statement(text: string, pass: Statement['pass'], requests: readonly NetworkRequest[]): Statement {
  return { text, pass, requests };
}

function everybody({ others }: Subject): readonly string[] {
  return [outsider, ...others.map(({ address }) => address)];
}

function requestsWith({ pods, rules, isEgress }: Subject, addresses: readonly string[]): readonly NetworkRequest[] {
  return pods.flatMap(({ address }) =>
    addresses
      .filter((other) => other !== address)
      .map((other) => request(isEgress ? { from: address, to: other } : { from: other, to: address }, rules)),
  );
}

function requestsAcross({ pods, others, rules, isEgress }: Subject, sameNamespace: boolean): readonly NetworkRequest[] {
  return pods.flatMap((pod) =>
    others
      .filter((other) => other !== pod && (other.namespace === pod.namespace) === sameNamespace)
      .map(({ address }) => request(isEgress ? { from: pod.address, to: address } : { from: address, to: pod.address }, rules)),
  );
}

/** By the first port that the rules name, else a port of the web. */
function request(ends: Pick<NetworkRequest, 'from' | 'to'>, rules: readonly PolicyRule[]): NetworkRequest {
  const [spec] = rules.flatMap(({ ports }) => ports ?? []);
  const port = spec === undefined ? 80 : typeof spec.port === 'string' ? 9_000 : spec.port.low;
  return { kind: 'network', ...ends, protocol: spec?.protocol === 17 ? 'udp' : 'tcp', port };
}
