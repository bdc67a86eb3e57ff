/**
 * What Cilium makes of its policies for the pods that they select:
 *
 * - A deny goes before every allow, whichever policy it is in. What neither names is refused where some policy closes the direction for
 *   the pod, and otherwise left as it is: "not applicable".
 * - A peer that Cilium manages is known by its labels and never by CIDR, any other by its address ("CIDR rules do not apply to traffic
 *   where both sides of the connection are managed by Cilium", layer 3 policies). An artifact does not tell which hosts are managed, so
 *   that what its rules say of a pod of its own by label and by address must be the same.
 */
import { anyAddress } from '../../addresses.ts';
import { type Box, everything } from '../../boxes.ts';
import { intersect, type IntervalSet, isEqual, subtract, union } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';
import { parseJsonDocument } from '../cloud/json-document.ts';
import { addressRange, fieldsOf, listOf, textOf, textsOf, unreadable } from '../cloud/reading.ts';
import { followers } from '../cloud/sessions.ts';
import { bothWays } from '../cloud/two-ways.ts';
import { ownField, peerField, type Way } from '../cloud/ways.ts';
import { type Selector, selects } from '../kubernetes/selector.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type CiliumPolicy, type CiliumRule, parseCilium } from './parse.ts';

const [file, classesFile] = ['cilium-network-policies.yaml', 'classes.json'];

export function readCilium({ target, files }: Artifact): readonly ReadRule[] {
  const { [file]: text, [classesFile]: classes, ...others } = files;
  if (target !== 'cilium' || text === undefined || classes === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${file} and ${classesFile}`, { file, line: 1 });
  const pods = parseClasses(classes);
  const managed = union(...pods.values());
  const policies = parseCilium(text, file).map((policy) => ({ policy, own: podsOf(policy, pods) }));
  if (new Set(policies.map(({ policy }) => policy.name)).size < policies.length)
    throw unreadable('a name that is there twice', 'each name once', { file, line: 1 });
  if (new Set(policies.map(({ own }) => own)).size < policies.length)
    throw unreadable('two objects for one class', 'one for each', { file, line: 1 });
  const rules = (way: Way) => policies.flatMap((each) => podRules(each, way, { pods, managed }));
  return [followers, ...bothWays(rules('arriving'), rules('leaving'))];
}

const classLabel = 'edict/class';

function parseClasses(text: string): ReadonlyMap<string, IntervalSet> {
  const place = { file: classesFile, line: 1 };
  const { Classes } = fieldsOf(parseJsonDocument(text, classesFile).value, ['Classes'], place);
  const pods = new Map<string, IntervalSet>();
  for (const value of listOf(Classes, place)) {
    const { Class, Addresses } = fieldsOf(value, ['Class', 'Addresses'], place);
    const addresses = union(...textsOf(Addresses, place).map((range) => addressRange(range, place)));
    if (intersect(union(...pods.values()), addresses).length > 0)
      throw unreadable('classes that share addresses', 'each address in one class', place);
    pods.set(textOf(Class, place), addresses);
  }
  return pods;
}

function podsOf({ pods, place, namespace }: CiliumPolicy, classes: ReadonlyMap<string, IntervalSet>): IntervalSet {
  const [requirement, ...more] = pods;
  const [label, ...labels] = requirement?.values ?? [];
  const isOfClass = requirement?.key === classLabel && requirement.operator === 'In' && more.length + labels.length === 0;
  const own = label === undefined ? undefined : classes.get(label);
  if (!isOfClass || own === undefined || namespace !== 'default')
    throw unreadable('a selection of pods', `those of one \`${classLabel}\``, place);
  return own;
}

type World = { readonly pods: ReadonlyMap<string, IntervalSet>; readonly managed: IntervalSet };

const direction = { arriving: 'ingress', leaving: 'egress' } as const;

const newConnections: Box = { ...everything, flow: flowSet({ states: ['new'] }) };

function podRules(
  { own, policy }: { readonly own: IntervalSet; readonly policy: CiliumPolicy },
  way: Way,
  world: World,
): readonly ReadRule[] {
  const boxes = (rules: readonly CiliumRule[], decision: 'allow' | 'deny'): readonly ReadRule[] =>
    agreed(rules, policy, world).map(({ peers, service }) => ({
      box: { ...newConnections, [ownField[way]]: own, [peerField[way]]: peers, service },
      decision,
      where: { line: policy.place.line, text: policy.name },
    }));
  const key = direction[way];
  const rest: readonly ReadRule[] = policy.closes[key] ? [{ box: { ...newConnections, [ownField[way]]: own }, decision: 'deny' }] : [];
  return [...boxes(policy.rules[`${key}Deny`], 'deny'), ...boxes(policy.rules[key], 'allow'), ...rest];
}

type Read = { readonly peers: IntervalSet; readonly service: IntervalSet };

function selected(selectors: readonly Selector[], pods: World['pods']): readonly IntervalSet[] {
  return [...pods].flatMap(([label, own]) => (selectors.some((each) => selects(each, { [classLabel]: label })) ? [own] : []));
}

/** Rules of one set of services together: what they say by label and by address of the managed hosts has to be the same. */
function agreed(rules: readonly CiliumRule[], policy: CiliumPolicy, { pods, managed }: World): readonly Read[] {
  const byService: { readonly service: IntervalSet; readonly labelled: IntervalSet[]; readonly addressed: IntervalSet[] }[] = [];
  for (const { peers, service } of rules) {
    const found = byService.find((each) => isEqual(each.service, service)) ?? { service, labelled: [], addressed: [] };
    if (!byService.includes(found)) byService.push(found);
    if (peers.kind !== 'endpoints') found.addressed.push(peers.kind === 'all' ? anyAddress : peers.addresses);
    if (peers.kind === 'all') found.labelled.push(managed);
    if (peers.kind === 'endpoints') found.labelled.push(...selected(peers.selectors, pods));
  }
  return byService.map(({ service, labelled, addressed }) => {
    const [labels, addresses] = [union(...labelled), union(...addressed)];
    if (!isEqual(labels, intersect(addresses, managed)))
      throw unreadable('peers by label and by address that differ', 'the same hosts both ways', policy.place);
    return { service, peers: union(subtract(addresses, managed), labels) };
  });
}
