/**
 * Kubernetes network policies with what they are for: `--data` is a folder with `recipes.jsonl` `{id, title, english, manifests}`. A
 * recipe is right when all of this holds on a cluster made of its own selectors: every manifest is read; the policy imported from them
 * decides like them, over the whole request space; compiled back, it is proved with no loss; and the policy decides as the title states,
 * as far as titles are understood (netpol/stated.ts).
 */
import { EdictError } from '../../domain/errors.ts';
import { decide, prepare } from '../../domain/policy/decide.ts';
import { importPolicy } from '../../domain/policy/import/importers.ts';
import { prove } from '../../domain/policy/prove.ts';
import { kubernetesTarget } from '../../domain/policy/targets/kubernetes/target.ts';
import { parseKubernetes } from '../../domain/policy/targets/kubernetes/parse.ts';
import { objectsUnder } from './figure.ts';
import { type EvalOutcome, type EvalSummary, judged, summarize } from './summary.ts';
import { clusterFor, type TrialCluster } from './netpol-cluster.ts';
import { type Statement, statedBy } from './netpol-stated.ts';

type Recipe = { readonly id: string; readonly title?: string; readonly manifests: readonly unknown[] };

export function evalNetpol(data: string): EvalSummary {
  const recipes: readonly unknown[] = objectsUnder(data).filter(({ id, manifests }) => typeof id === 'string' && Array.isArray(manifests));
  return summarize((recipes as readonly Recipe[]).map((each) => judged(each.id, () => outcomeOf(each))));
}

function outcomeOf(recipe: Recipe): EvalOutcome {
  try {
    const complaint = complaintOf(recipe);
    return complaint === undefined ? 'right' : { wrong: `${recipe.id}: ${complaint}` };
  } catch (error) {
    if (error instanceof EdictError && error.code === 'artifact-unreadable') return { unsupported: error.message };
    throw error;
  }
}

function complaintOf({ id, title = '', manifests }: Recipe): string | undefined {
  const texts = manifests.map((manifest) => (typeof manifest === 'string' ? manifest : JSON.stringify(manifest)));
  const { policies } = parseKubernetes(texts.join('\n---\n'), `${id}.yaml`);
  if (policies.length === 0) return 'no network policy in it';
  const trial = clusterFor(policies);
  const text = [...texts, ...objectsOf(trial)].join('\n---\n');
  const imported = importPolicy('kubernetes', text, trial.inventory, { policy: 'recipe', title, owner: 'eval' });
  const [unread] = imported.unread;
  if (unread !== undefined) return `line ${unread.line} is not understood: ${unread.reason}`;
  if (imported.difference !== undefined) return `imported otherwise: ${JSON.stringify(imported.difference)}`;
  const { artifact, losses } = kubernetesTarget.compile([imported.policy], trial.inventory);
  const proof = prove([imported.policy], trial.inventory, artifact, losses);
  if (!proof.equal) return `compiled back otherwise: ${proof.counterExample?.text ?? ''}`;
  if (losses.length > 0) return `lost on the way back: ${losses.map(({ reason }) => reason).join('; ')}`;
  const decider = prepare([imported.policy], trial.inventory);
  const broken = statedBy(title, policies, trial)?.find(
    (statement) => !holds(statement, (request) => decide(decider, request).decision !== 'deny'),
  );
  return broken === undefined ? undefined : `the title states otherwise: ${broken.pass} of ${broken.text}`;
}

function holds({ pass, requests }: Statement, passes: (request: Statement['requests'][number]) => boolean): boolean {
  if (pass === 'all') return requests.every(passes);
  return pass === 'some' ? requests.some(passes) : !requests.some(passes);
}

/** Namespaces and pods as manifests of their own. */
function objectsOf({ cluster, pods }: TrialCluster): readonly string[] {
  const namespaces = Object.entries(cluster.namespaces).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
  const running = pods.map(({ name, namespace, labels, address, ports }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      containers: [
        {
          name: 'main',
          ports: Object.entries(ports).map(([port, { port: containerPort, protocol }]) => ({
            name: port,
            containerPort,
            protocol: words[protocol] ?? 'TCP',
          })),
        },
      ],
    },
    status: { podIPs: [{ ip: address }] },
  }));
  return [...namespaces, ...running].map((each) => JSON.stringify(each));
}

const words: { readonly [protocol: number]: string } = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };
