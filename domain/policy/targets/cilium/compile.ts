/**
 * Policies to CiliumNetworkPolicy objects (cilium.io/v2): `cilium-network-policies.yaml`, and `classes.json`, which says which addresses the
 * pods of each class have.
 *
 * - Pods are hosts of the inventory; the policies say the same to a class of them, which carries the label `edict/class`.
 * - Where the rules decide everything that arrives, `enableDefaultDeny` closes the way but for what they allow. Elsewhere it is false, what
 *   no rule speaks of is left to other policies, and refusals stand in `ingressDeny` and `egressDeny`, which go before every allow.
 * - Cilium matches a peer that it manages by its labels, and never by CIDR; any other one by CIDR. Which hosts it manages is nothing that
 *   a policy knows: every peer is there both ways, by the classes that it falls into and by its addresses.
 */
import { stringify } from 'yaml';
import type { Inventory } from '../../../context/inventory.ts';
import { anyAddress, families, familyLine, inFamily, printCidrs } from '../../addresses.ts';
import { intersect, type IntervalSet, isEqual, isSubset, subtract, union } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { anyService, protocolSet, serviceSet } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { printRanges } from '../cloud/address-ranges.ts';
import { boxAt, type EndpointClass, endpointsOf, rulesOf, type WayRules } from '../cloud/endpoints.ts';
import { entriesOf, type Language } from '../cloud/entries.ts';
import { everyCandidate, planLosses, type Said } from '../cloud/plan-losses.ts';
import { protocolParts, sayable as sayableServices } from '../cloud/services.ts';
import { followers, keepsState } from '../cloud/sessions.ts';
import type { Way } from '../cloud/ways.ts';
import type { Compilation } from '../target.ts';

const portProtocols = [6, 17, 132];

const sayPorts = sayableServices({ parts: portProtocols, wholes: portProtocols });

/** Port 0 stands for every port in Cilium's language: by itself it has no word. */
function sayable(set: IntervalSet): IntervalSet {
  const said = sayPorts(set, 'within');
  const portless = portProtocols.filter((protocol) => !isSubset(protocolSet(protocol), said));
  return subtract(said, union(...portless.map((protocol) => serviceSet({ protocol, low: 0, high: 0 }))));
}

/** What is decided in the end must be sayable, not each rule. */
const language: Language = { ...keepsState, sourcePorts: false, services: (set) => set, lacks: '' };

export function compileCilium(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const { classes } = endpointsOf(entries, inventory, 'with-peers');
  const given = { policies, inventory };
  const spoken = classes.map((endpoint) => ({
    endpoint,
    arriving: sayWay(endpoint.arriving, true),
    leaving: sayWay(endpoint.leaving, false),
  }));
  const objects = spoken.filter(({ arriving, leaving }) => speaks(arriving) || speaks(leaving)).map((each) => printClass(each, classes));
  const text = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
  return {
    artifact: artifactOf('cilium', { 'cilium-network-policies.yaml': text, 'classes.json': printClasses(classes) }),
    losses: planLosses('cilium', given, [followers, ...spoken.flatMap(saidOf)], everyCandidate(given, inexact, elsewhere)),
  };
}

function printClasses(classes: readonly EndpointClass[]): string {
  return `${JSON.stringify({ Classes: classes.map(({ name, own }) => ({ Class: name, Addresses: printRanges(own) })) }, null, 2)}\n`;
}

const elsewhere =
  'it filters at pods of the inventory, TCP, UDP and SCTP or everything: not between hosts that are elsewhere, no other protocol by itself';

type Statement = { readonly decision: 'allow' | 'deny'; readonly peers: IntervalSet; readonly service: IntervalSet };

type SaidWay = { readonly isClosed: boolean; readonly statements: readonly Statement[] };

/** Where the rules decide everything, the way is closed but for what they allow; elsewhere each refusal is said. */
function sayWay({ regions }: WayRules, canClose: boolean): SaidWay {
  const isClosed = canClose && regions.every(({ unspoken }) => unspoken.length === 0);
  const statements = regions.flatMap((region) =>
    (isClosed ? (['allow'] as const) : (['deny', 'allow'] as const)).map((decision) => ({
      decision,
      peers: region[decision],
      service: sayable(region.service),
    })),
  );
  return { isClosed, statements: statements.filter(({ peers, service }) => peers.length > 0 && service.length > 0) };
}

function speaks({ isClosed, statements }: SaidWay): boolean {
  return isClosed || statements.length > 0;
}

type SaidClass = { readonly endpoint: EndpointClass; readonly arriving: SaidWay; readonly leaving: SaidWay };

function saidOf({ endpoint: { own }, ...said }: SaidClass): readonly Said[] {
  return (['arriving', 'leaving'] as const).flatMap((way): readonly Said[] => [
    ...said[way].statements.map(({ decision, peers, service }) => ({ decision, box: boxAt(way, own, peers, service) })),
    ...(said[way].isClosed ? [{ decision: 'deny' as const, box: boxAt(way, own, anyAddress, anyService) }] : []),
  ]);
}

function printClass({ endpoint, arriving, leaving }: SaidClass, classes: readonly EndpointClass[]): object {
  const lists = (way: Way, { statements }: SaidWay) => {
    const key = way === 'arriving' ? 'ingress' : 'egress';
    const rules = (decision: Statement['decision']) =>
      statements.filter((each) => each.decision === decision).flatMap((each) => printRules(way, each, classes));
    const [allow, deny] = [rules('allow'), rules('deny')];
    return { ...(allow.length === 0 ? {} : { [key]: allow }), ...(deny.length === 0 ? {} : { [`${key}Deny`]: deny }) };
  };
  const own = { ...lists('arriving', arriving), ...lists('leaving', leaving) };
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: `edict-${endpoint.name}`, annotations: { 'edict/rules': rulesOf(endpoint, mostAnnotation) } },
    spec: {
      endpointSelector: { matchLabels: { 'edict/class': endpoint.name } },
      enableDefaultDeny: { ingress: arriving.isClosed, egress: leaving.isClosed },
      ...(Object.keys(own).length === 0 ? matchesNothing : own),
    },
  };
}

/** An object must have a rule: where all that it does is to close a direction, it is one that matches nothing. */
const matchesNothing = { ingress: [{}] };

/** An object's annotations hold 256 KiB together (Kubernetes, `TotalAnnotationSizeLimitB`). */
const mostAnnotation = 100_000;

function printRules(way: Way, { peers, service }: Statement, classes: readonly EndpointClass[]): readonly object[] {
  const word = way === 'arriving' ? 'from' : 'to';
  const toPorts = ports(service);
  if (isEqual(peers, anyAddress)) return [{ [`${word}Entities`]: ['all'], ...toPorts }];
  const names = classes.filter(({ own }) => intersect(own, peers).length > 0).map(({ name }) => name);
  const endpoints = { matchExpressions: [{ key: 'edict/class', operator: 'In', values: names }] };
  return [
    ...(names.length === 0 ? [] : [{ [`${word}Endpoints`]: [endpoints], ...toPorts }]),
    { [`${word}CIDRSet`]: families.flatMap((family) => cidrSets(inFamily(peers, family), familyLine[family])), ...toPorts },
  ];
}

/** The networks themselves, or everything but the others, whichever is shorter. */
function cidrSets(set: IntervalSet, line: { readonly low: bigint; readonly high: bigint }): readonly object[] {
  const plain = printCidrs(set);
  const [whole = '', others] = [printCidrs([line])[0], printCidrs(subtract([line], set))];
  if (set.length === 0 || plain.length <= others.length + 1) return plain.map((cidr) => ({ cidr }));
  return [{ cidr: whole, except: others }];
}

const protocolWords: { readonly [protocol: number]: string } = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };

function ports(service: IntervalSet): object {
  const parts = protocolParts(service);
  if (parts === 'any') return {};
  const entries = parts.flatMap(({ protocol, runs }) => {
    const word = { protocol: protocolWords[protocol] };
    if (runs === undefined) return [{ port: '0', ...word }];
    return runs.map(({ low, high }) => ({ port: `${low}`, ...(high === low ? {} : { endPort: high }), ...word }));
  });
  return { toPorts: chunks(entries, mostPorts).map((list) => ({ ports: list })) };
}

/** Of one entry of `toPorts`, by the schema of CiliumNetworkPolicy. */
const mostPorts = 40;

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}
