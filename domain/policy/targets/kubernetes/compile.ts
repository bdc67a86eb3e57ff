/**
 * Policies to NetworkPolicy objects (networking.k8s.io/v1): one file `network-policies.yaml`.
 *
 * - Pods are hosts of the inventory. A class of them, to which the policies say the same, carries the label `edict/class`, by which the
 *   objects select it; the annotation `edict/addresses` says which addresses those are. Objects name no namespace: they belong into
 *   every one that has such pods.
 * - Peers are always ipBlocks: addresses are exact, and labels of peers are nothing that an inventory knows.
 * - An object only allows, and what it does not allow its pods refuse. So a second object lists what no rule speaks of, with the annotation
 *   `edict/decision: not-applicable`: left to itself, a cluster lets everything pass.
 */
import { stringify } from 'yaml';
import type { Inventory } from '../../../context/inventory.ts';
import { anyAddress, families, familyLine, inFamily, printCidrs } from '../../addresses.ts';
import { type IntervalSet, isEqual, isSubset, subtract, union } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { protocolSet, serviceSet } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { printRanges } from '../cloud/address-ranges.ts';
import { closedPlan, type ClosedClass, type Opening } from '../cloud/closing.ts';
import { endpointsOf, rulesOf } from '../cloud/endpoints.ts';
import { entriesOf, type Language } from '../cloud/entries.ts';
import { everyCandidate, planLosses } from '../cloud/plan-losses.ts';
import { protocolParts, sayable } from '../cloud/services.ts';
import { followers, keepsState } from '../cloud/sessions.ts';
import type { Way } from '../cloud/ways.ts';
import type { Compilation } from '../target.ts';

const protocols = [6, 17, 132];

const say = sayable({ parts: protocols, wholes: protocols });

/** Port 0, which no object can name, passes with its whole protocol only. */
function openable(set: IntervalSet): IntervalSet {
  const said = say(set, 'within');
  const portless = protocols.filter((protocol) => !isSubset(protocolSet(protocol), said));
  return subtract(said, union(...portless.map((protocol) => serviceSet({ protocol, low: 0, high: 0 }))));
}

/** Denies are taken out of allows: only what is opened in the end must be sayable. */
const language: Language = { ...keepsState, sourcePorts: false, services: (set) => set, lacks: '' };

export function compileKubernetes(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const plan = closedPlan(endpointsOf(entries, inventory), { closes: false, services: openable, fit: (openings) => openings });
  const given = { policies, inventory };
  const objects = plan.classes.flatMap(printClass);
  const text = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
  return {
    artifact: artifactOf('kubernetes', { 'network-policies.yaml': text }),
    losses: planLosses('kubernetes', given, [followers, ...plan.said], [...plan.candidates, ...everyCandidate(given, inexact, elsewhere)]),
  };
}

const elsewhere =
  'it filters at pods of the inventory, TCP, UDP and SCTP or everything: not between hosts that are elsewhere, no other protocol by itself';

const words = {
  arriving: { type: 'Ingress', rules: 'ingress', peers: 'from' },
  leaving: { type: 'Egress', rules: 'egress', peers: 'to' },
} as const;

function printClass({ endpoint, openings }: ClosedClass): readonly object[] {
  return (['arriving', 'leaving'] as const).flatMap((way) => {
    const opened = openings[way];
    if (opened === undefined) return [];
    const [allowed, rest] = (['allow', 'not-applicable'] as const).map((decision) => opened.filter((each) => each.decision === decision));
    const head = { name: endpoint.name, addresses: printRanges(endpoint.own).join(','), told: rulesOf(endpoint, mostAnnotation), way };
    const hasRest = rest !== undefined && rest.length > 0;
    // An object without rules isolates its pods; beside another one it would say nothing.
    return [
      ...(hasRest && (allowed ?? []).length === 0 ? [] : [printObject(head, 'allow', allowed ?? [])]),
      ...(hasRest ? [printObject(head, 'not-applicable', rest)] : []),
    ];
  });
}

/** An object's annotations hold 256 KiB together (Kubernetes, `TotalAnnotationSizeLimitB`). */
const mostAnnotation = 100_000;

type Head = { readonly name: string; readonly addresses: string; readonly told: string; readonly way: Way };

function printObject({ name, addresses, told, way }: Head, decision: Opening['decision'], openings: readonly Opening[]): object {
  const { type, rules, peers } = words[way];
  const isRest = decision === 'not-applicable';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: `edict-${name}-${rules}${isRest ? '-rest' : ''}`,
      annotations: { 'edict/addresses': addresses, 'edict/rules': told, ...(isRest ? { 'edict/decision': decision } : {}) },
    },
    spec: {
      podSelector: { matchLabels: { 'edict/class': name } },
      policyTypes: [type],
      [rules]: openings.map((opening) => ({ ...blocks(peers, opening.peers), ...ports(opening.service) })),
    },
  };
}

function blocks(key: 'from' | 'to', peers: IntervalSet): object {
  return isEqual(peers, anyAddress)
    ? {}
    : { [key]: families.flatMap((family) => familyBlocks(inFamily(peers, family), familyLine[family])) };
}

/** The networks themselves, or everything but the others, whichever is shorter. */
function familyBlocks(set: IntervalSet, line: { readonly low: bigint; readonly high: bigint }): readonly object[] {
  const plain = printCidrs(set);
  const [whole = '', others] = [printCidrs([line])[0], printCidrs(subtract([line], set))];
  if (set.length === 0 || plain.length <= others.length + 1) return plain.map((cidr) => ({ ipBlock: { cidr } }));
  return [{ ipBlock: { cidr: whole, except: others } }];
}

const protocolWords: { readonly [protocol: number]: string } = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };

function ports(service: IntervalSet): object {
  const parts = protocolParts(service);
  if (parts === 'any') return {};
  return {
    ports: parts.flatMap(({ protocol, runs }) => {
      const word = { protocol: protocolWords[protocol] };
      return runs === undefined
        ? [word]
        : runs.map(({ low, high }) => ({ ...word, port: low, ...(high === low ? {} : { endPort: high }) }));
    }),
  };
}
