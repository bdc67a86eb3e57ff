/**
 * NetworkPolicy before two that know it by themselves: the JSON Schema that Kubernetes publishes, and cyclonus, which simulates what a set
 * of policies lets through (`cyclonus analyze --mode query-traffic`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { parseAddress, parseAddresses } from '../../../domain/policy/addresses.ts';
import { holds, type IntervalSet, union } from '../../../domain/policy/intervals.ts';
import type { Decision, NetworkRequest, Request } from '../../../domain/policy/model.ts';
import { readKubernetes } from '../../../domain/policy/targets/kubernetes/read.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import { decideRead } from '../read-decision.ts';

const file = 'network-policies.yaml';

const published = JSON.parse(
  readFileSync(new URL('../../fixtures/kubernetes/networkpolicy-networking-v1.json', import.meta.url), 'utf8'),
) as object;

/** Formats of integers say nothing of their size, and `$schema` names no draft. */
const schema = Object.fromEntries(Object.entries(published).filter(([key]) => key !== '$schema'));

const matches = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

type PolicyObject = {
  readonly metadata: { readonly annotations: { readonly [key: string]: string } };
  readonly spec: { readonly podSelector: { readonly matchLabels: { readonly [key: string]: string } } };
};

function objectsOf({ files }: Artifact): readonly PolicyObject[] {
  return parseAllDocuments(files[file]!).flatMap((document) => (document.toJS() ?? []) as PolicyObject | []);
}

export function validatePolicies(artifact: Artifact): string {
  const complaints = objectsOf(artifact).flatMap((object) => (matches(object) ? [] : [JSON.stringify(matches.errors)]));
  const asked = complaints.length > 0 ? complaints : [query(artifact, []).complaint];
  return asked.join('\n').trim();
}

/** What it lets through and the artifact's reader does not refuse is what the reader says: cyclonus knows two answers. */
export function decideTraffic(artifact: Artifact, requests: readonly Request[]): readonly (Decision | undefined)[] {
  const classes = classesOf(artifact);
  const read = readKubernetes(artifact);
  const asked = requests.map((request) => trafficOf(request as NetworkRequest, classes));
  const { passes, complaint } = query(
    artifact,
    asked.filter((each) => each !== undefined),
  );
  if (complaint !== '') throw new Error(complaint);
  let at = 0;
  return asked.map((each, index) => {
    if (each === undefined) return undefined;
    const passed = passes[at++];
    const said = decideRead(read, requests[index] as NetworkRequest);
    if (passed !== true) return 'deny';
    return said === 'deny' ? 'allow' : said;
  });
}

type Classes = ReadonlyMap<string, IntervalSet>;

function classesOf(artifact: Artifact): Classes {
  return new Map(
    objectsOf(artifact).map(({ metadata, spec }) => [
      spec.podSelector.matchLabels['edict/class']!,
      union(...metadata.annotations['edict/addresses']!.split(',').map(parseAddresses)),
    ]),
  );
}

const protocols: { readonly [protocol: string]: string } = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };

/** A pod's traffic with itself is never refused; of other protocols, states and directions cyclonus knows nothing. */
function trafficOf({ from, to, protocol, port, state = 'new', direction }: NetworkRequest, classes: Classes): object | undefined {
  const Protocol = protocols[protocol];
  if (Protocol === undefined || from === to || state !== 'new' || direction !== undefined) return undefined;
  return { Source: endOf(from, classes), Destination: endOf(to, classes), ResolvedPort: port, ResolvedPortName: '', Protocol };
}

function endOf(address: string, classes: Classes): object {
  const value = parseAddress(address)!;
  const [label] = [...classes].find(([, set]) => holds(set, value)) ?? [];
  if (label === undefined) return { IP: address };
  return { IP: address, Internal: { PodLabels: { 'edict/class': label }, NamespaceLabels: {}, Namespace: 'default' } };
}

function query({ files }: Artifact, traffic: readonly object[]): { readonly passes: readonly boolean[]; readonly complaint: string } {
  const folder = mkdtempSync(join(tmpdir(), 'edict-cyclonus-'));
  try {
    // Of a file with several documents it reads the first and says nothing.
    mkdirSync(join(folder, 'policies'));
    for (const [index, text] of files[file]!.split(/^---\n/m).entries()) writeFileSync(join(folder, 'policies', `${index}.yaml`), text);
    writeFileSync(join(folder, 'traffic.json'), JSON.stringify(traffic));
    const paths = ['--policy-path', join(folder, 'policies'), '--traffic-path', join(folder, 'traffic.json')];
    const { status, stdout, stderr } = spawnSync(
      engineProgram('cyclonus'),
      ['analyze', '--mode', 'query-traffic', '--simplify-policies=false', ...paths],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    if (status !== 0) return { passes: [], complaint: stderr };
    const passes = [...stdout.matchAll(/IS ALLOWED\? \|\s+(TRUE|FALSE)/g)].map(([, answer]) => answer === 'TRUE');
    return { passes, complaint: passes.length === traffic.length ? '' : `${passes.length} answers to ${traffic.length} questions` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
