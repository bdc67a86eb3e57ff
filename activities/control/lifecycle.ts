/**
 * A policy's way through its stages: which stage may be ordered in which state, and what its end makes of the state. The state machine
 * itself is the store's; this is the only caller that moves it by itself.
 */
import type { Activities, StageName } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { assertValidPolicy } from '../../domain/policy/validate.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { PolicyRow, PolicyState, PolicyVersionRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

type StageRule = {
  /** States in which the stage may be ordered. */
  readonly from: readonly PolicyState[];
  /** The state that ordering it leads to. */
  readonly during?: PolicyState | undefined;
  /** The state that its good end leads to. */
  readonly done?: PolicyState | undefined;
  /** Where any other end leads: `draft` stands for `revising` where another version is in force. */
  readonly failed?: PolicyState | undefined;
};

const drafting: readonly PolicyState[] = ['draft', 'revising'];

const stages: Readonly<Record<StageName, StageRule>> = {
  create: { from: drafting },
  context: { from: drafting },
  generate: { from: drafting },
  review: { from: [...drafting, 'in-review'], during: 'in-review', done: 'approved', failed: 'draft' },
  distribute: { from: ['approved', 'distributing'], during: 'distributing', failed: 'draft' },
  enforce: { from: ['distributing'], done: 'enforced', failed: 'draft' },
  monitor: { from: ['enforced'] },
  report: { from: [...drafting, 'in-review', 'approved', 'distributing', 'enforced', 'retired'] },
};

const actor = 'system:lifecycle';

export function lifecycleActivities(ports: Ports): Pick<Activities, 'lifecycle.order' | 'lifecycle.record'> {
  return {
    'lifecycle.order': async ({ policy, stage, cycle }) => {
      requireWorkflow(ports, `policy/${policy}`);
      return orderStage(ports.store, policy, stage, cycle);
    },
    'lifecycle.record': async ({ policy, stage, outcome, reason }) => {
      requireWorkflow(ports, `policy/${policy}`);
      return recordStage(ports.store, { policy, stage, outcome, reason });
    },
  };
}

async function orderStage(store: Store, policy: string, stage: StageName, cycle: number): Promise<{ readonly run: string }> {
  const row = await policyRow(store, policy);
  const rule = stages[stage];
  const version = await versionOf(store, row, stage);
  const { run, ordered } = await runFor(store, `${policy}-v${version.version}-${stage}-${cycle}`);
  if (ordered) return { run };
  if (!rule.from.includes(row.state)) {
    throw new EdictError('policy-state-wrong', `policy \`${policy}\` is ${row.state}: stage \`${stage}\` cannot begin`, {
      expected: rule.from.join(' or '),
    });
  }
  if (stage === 'generate') await requireComplete(store, version);
  const playbook = await store.playbooks.get(stage);
  if (playbook === undefined) throw new EdictError('not-found', `no playbook \`${stage}\` is published`);
  if (rule.during !== undefined && row.state !== rule.during) await store.policies.transition({ policy, to: rule.during, by: actor });
  const { version: playbookVersion, digest } = playbook;
  const inputs = inputsFor(playbook.plan, version);
  await store.runs.order(
    { run, playbook: stage, version: playbookVersion, planDigest: digest, inputs, requester: version.author, policy },
    actor,
  );
  return { run };
}

/** The run that an attempt before this one ordered and did not live to tell, or a free id. */
async function runFor(store: Store, base: string): Promise<{ readonly run: string; readonly ordered: boolean }> {
  for (let round = 1; ; round += 1) {
    const run = round === 1 ? base : `${base}.${round}`;
    const row = await store.runs.get(run);
    if (row?.status !== 'ended') return { run, ordered: row !== undefined };
  }
}

/** A stage's playbook gets those of `policy` and `version` that it asks for. */
function inputsFor(plan: Plan, version: PolicyVersionRow): JsonObject {
  const all: JsonObject = { policy: version.policy, version: version.version };
  return Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(plan.inputs, name)));
}

async function requireComplete(store: Store, { document }: PolicyVersionRow): Promise<void> {
  const open = document.questions.filter((question) => question.answered === undefined);
  if (open.length > 0) {
    const texts = open.map((question) => question.text).join(' / ');
    throw new EdictError('policy-questions-open', `policy \`${document.policy}\` has ${open.length} open question(s): ${texts}`, {
      help: 'answer them first',
    });
  }
  if (document.rules.length === 0) {
    throw new EdictError('policy-invalid', `policy \`${document.policy}\` has no rules`, { help: 'say what is required' });
  }
  assertValidPolicy(document, await store.context.inventory());
}

async function recordStage(
  store: Store,
  ended: { readonly policy: string; readonly stage: StageName; readonly outcome: string; readonly reason?: string | undefined },
): Promise<{ readonly state: string }> {
  const { policy, stage, outcome, reason } = ended;
  const row = await policyRow(store, policy);
  const rule = stages[stage];
  const to = outcome === 'done' ? rule.done : sentBack(row, rule.failed);
  if (to === undefined || to === row.state) return { state: row.state };
  if (to === 'enforced') await store.policies.enforce({ policy, version: (await versionOf(store, row, stage)).version, by: actor });
  const moved = await store.policies.transition({
    policy,
    to,
    by: actor,
    reason: outcome === 'done' ? undefined : (reason ?? `stage ${stage} ended: ${outcome}`),
  });
  return { state: moved.state };
}

function sentBack(row: PolicyRow, to: PolicyState | undefined): PolicyState | undefined {
  return to === 'draft' && row.enforced !== undefined ? 'revising' : to;
}

/** The version that a stage works on: the draft, or from distribution on the newest approved one. */
async function versionOf(store: Store, row: PolicyRow, stage: StageName): Promise<PolicyVersionRow> {
  const versions = await store.policies.versions(row.policy);
  const late = stage === 'distribute' || stage === 'enforce';
  const found = late
    ? versions.filter((version) => version.status === 'approved').toSorted((a, b) => b.version - a.version)[0]
    : versions.find((version) => version.version === (row.draft ?? row.enforced));
  if (found === undefined) throw new EdictError('policy-state-wrong', `policy \`${row.policy}\` has no version for stage \`${stage}\``);
  return found;
}

async function policyRow(store: Store, policy: string): Promise<PolicyRow> {
  const row = await store.policies.get(policy);
  if (row === undefined) throw new EdictError('not-found', `no policy \`${policy}\``);
  return row;
}
