/** An artifact of network policies back into decisions: the pods are those that the objects' own annotations speak of. */
import type { IntervalSet } from '../../intervals.ts';
import { isEqual, union } from '../../intervals.ts';
import { addressRange, unreadable } from '../cloud/reading.ts';
import { followers } from '../cloud/sessions.ts';
import { bothWays } from '../cloud/two-ways.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type Cluster, type NetworkPolicy, parseKubernetes } from './parse.ts';
import { directionRules } from './read-policies.ts';

const file = 'network-policies.yaml';

export function readKubernetes({ target, files }: Artifact): readonly ReadRule[] {
  const { [file]: text, ...others } = files;
  if (target !== 'kubernetes' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${file} alone`, { file, line: 1 });
  const { policies, cluster } = parseKubernetes(text, file);
  if (cluster.pods.length > 0) throw unreadable('pods of an artifact', 'network policies alone', { file, line: 1 });
  const names = new Set(policies.map(({ name }) => name));
  if (names.size < policies.length) throw unreadable('a name that is there twice', 'each name once', { file, line: 1 });
  const classes = new Map<string, IntervalSet>();
  for (const policy of policies) addClass(classes, policy);
  const pods = [...classes].map(([label, addresses]) => ({ namespace: 'default', labels: { [classLabel]: label }, addresses, ports: {} }));
  const known: Cluster = { namespaces: {}, pods };
  return [followers, ...bothWays(directionRules(policies, known, 'ingress'), directionRules(policies, known, 'egress'))];
}

const classLabel = 'edict/class';

function addClass(classes: Map<string, IntervalSet>, { pods, annotations, namespace, place }: NetworkPolicy): void {
  const [requirement, ...more] = pods;
  const [label, ...labels] = requirement?.values ?? [];
  const isOfClass = requirement?.key === classLabel && requirement.operator === 'In' && more.length + labels.length === 0;
  if (!isOfClass || label === undefined || namespace !== 'default')
    throw unreadable('a selection of pods', `those of one \`${classLabel}\``, place);
  const addresses = union(...(annotations['edict/addresses'] ?? '').split(',').map((range) => addressRange(range, place)));
  const held = classes.get(label) ?? addresses;
  if (!isEqual(held, addresses)) throw unreadable(`the addresses of \`${label}\``, 'the same in every object', place);
  classes.set(label, held);
}
