/** Activities on a real store, with the shipped playbooks published, and enforcement points in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import type { Activities, OpenApproval } from '../../activities/contract.ts';
import type { Caller, Ports } from '../../activities/ports.ts';
import type { Connector, Desired } from '../../connectors/connector.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ApprovalPlan, ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { NetworkPolicy } from '../../domain/policy/model.ts';
import type { TargetName } from '../../domain/policy/targets/target.ts';
import type { Store } from '../../store/port.ts';
import { publishPlaybooks } from '../../worker/publish-playbooks.ts';
import { testStore } from '../store/stores.ts';
import { allowAll } from './guard-fixture.ts';

export type StoreWorld = {
  readonly store: Store;
  ports: Ports;
  /** The same store, as another process sees it. */
  readonly again: () => Promise<Store>;
  readonly actual: Map<string, Desired>;
  /** Acts as the workflow of this id. */
  readonly as: (workflowId: string) => Activities;
  /** Orders a run of a shipped playbook, and gives the activities that it may call. */
  readonly ordered: (run: string, playbook: string, inputs?: JsonObject, requester?: string) => Promise<Activities>;
  readonly end: () => Promise<void>;
};

export const inventory: Inventory = {
  assets: [
    asset('pay-1', '10.1.0.10', 'medium', ['payments'], []),
    asset('db-1', '10.2.0.5', 'critical', [], ['cardholder-db']),
    asset('ws-17', '10.3.0.17', 'medium', [], []),
  ],
  zones: [
    { name: 'inside', cidrs: ['10.0.0.0/8'] },
    { name: 'forensics', cidrs: ['10.9.0.0/24'] },
  ],
};

function asset(name: string, address: string, criticality: 'medium' | 'critical', ...[services, groups]: [string[], string[]]) {
  return { name, addresses: [address], zone: 'inside', services, groups, owner: 'it', criticality };
}

export async function storeWorld(): Promise<StoreWorld> {
  const { store, end, again } = await testStore();
  const refused = await publishPlaybooks(store);
  if (refused.length > 0) throw new Error(refused.join());
  await store.context.saveInventory(inventory, 'ann');
  for (const [name, target] of [['fw-1', 'nftables'] as const, ['opa-1', 'rego'] as const]) {
    await store.points.put({ name, kind: target === 'rego' ? 'opa' : 'nftables', target, settings: {} }, 'ann');
  }
  const actual = new Map<string, Desired>();
  let caller: Caller = { workflowId: undefined, lastAttempt: false, signal: new AbortController().signal, heartbeat: () => {} };
  const ports: Ports = {
    store,
    connector: async (name) => memoryPoint(name, actual),
    system: async (name) => {
      throw new EdictError('system-missing', `no system ${name} in this test`);
    },
    providers: [],
    engines: { rego: async () => ({ unavailable: 'not in this test' }), nftables: async () => ({ unavailable: 'not in this test' }) },
    guard: allowAll,
    caller: () => caller,
    now: () => new Date(),
  };
  const activities = createActivities(ports);
  const as = (workflowId: string): Activities => {
    caller = { ...caller, workflowId };
    return activities;
  };
  const ordered = async (run: string, playbook: string, inputs: JsonObject = {}, requester = 'ann'): Promise<Activities> => {
    const row = await store.playbooks.get(playbook);
    if (row === undefined) throw new Error(`no playbook ${playbook}`);
    await store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs, requester }, requester);
    return as(`run/${run}`);
  };
  return { store, ports, again, actual, as, ordered, end };
}

function memoryPoint(point: string, actual: Map<string, Desired>): Connector {
  const now = (): Desired => actual.get(point) ?? { artifact: undefined, isolations: [] };
  const observe: Connector['observe'] = async () => ({
    artifactDigest: now().artifact?.digest,
    isolationKeys: now().isolations.map(({ key }) => key),
    intact: true,
    facts: {},
  });
  return {
    kind: 'nftables',
    point,
    plan: async () => ({ steps: [] }),
    permissions: async () => [],
    apply: async (desired, key) => {
      const before = now();
      actual.set(point, desired);
      return { key, before, after: desired, observed: await observe() };
    },
    observe,
    probe: async () => ({ decision: 'deny', method: 'decision', detail: '', elapsedMs: 0 }),
    undo: async () => observe(),
    close: async () => {},
  };
}

export function cardholder(changed: Partial<NetworkPolicy> = {}): NetworkPolicy {
  const rule = { kind: 'network' as const, requirement: 'r1' };
  return {
    policy: 'cardholder',
    title: 'Who reaches the cardholder database',
    owner: 'payments',
    controls: [],
    requirements: [{ id: 'r1', text: 'Only the payments service may connect to the cardholder database on port 5432.' }],
    rules: [
      { ...rule, id: 'payments', effect: 'allow', match: { from: 'service:payments', to: 'group:cardholder-db', service: 'tcp/5432' } },
      { ...rule, id: 'nothing-else', effect: 'claim', match: { from: 'any', to: 'group:cardholder-db', service: 'any' } },
    ],
    questions: [],
    tests: [],
    ...changed,
  };
}

/** Compiled, proved and approved as a run of `generate` and one of `review` would leave it. */
export async function approvedVersion(
  world: StoreWorld,
  policy: string,
  targets: readonly TargetName[] = ['nftables', 'rego'],
): Promise<void> {
  const params = { policy, version: 1 };
  const generate = await world.ordered(`${policy}-generate`, 'generate', params);
  await generate['policy.compile']({ run: `${policy}-generate`, step: 'compile', invocation: 1, params });
  const { proofs } = await generate['policy.prove']({ run: `${policy}-generate`, step: 'prove', invocation: 1, params });
  if ((proofs as readonly JsonObject[]).length !== targets.length) throw new Error('not proved for every target');
  const approval = await grantedReview(world, policy);
  const review = world.as(`run/${policy}-review`);
  await review['policy.approve']({ run: `${policy}-review`, step: 'approve', invocation: 1, params, approval: approval.id });
}

export async function grantedReview(world: StoreWorld, policy: string): Promise<ApprovalRecord> {
  const { store } = world;
  const run = `${policy}-review`;
  const params = { policy, version: 1 };
  await store.people.put({ id: 'max', name: 'Max', roles: ['manager'], disabled: false }, 'ann');
  const review = await world.ordered(run, 'review', params);
  const asked = askedReview(run, params, 60_000);
  const { approval, digest } = await review['approval.open'](asked);
  return store.approvals.vote({ approval, digest, decision: 'approve', by: 'max', at: new Date().toISOString() });
}

const reviewed = readFileSync(join(import.meta.dirname, '..', '..', 'playbooks', 'review.yaml'), 'utf8');
const reviewVersion = /^version: (\S+)$/mu.exec(reviewed)?.[1] ?? '';

/** What a run of `review` asks for, as its engine does. */
export function askedReview(run: string, params: JsonObject, forMs: number): OpenApproval & { readonly plan: ApprovalPlan } {
  const expiresAtMs = Date.now() + forMs;
  const effects = [{ step: 'approve', action: 'policy.approve', params }];
  const shown = { expiresAtMs, risk: 'normal' as const, irreversible: [], blastRadius: [] };
  const plan = { run, playbook: 'review', version: reviewVersion, step: 'ask', effects, shown };
  return { run, plan, summary: 'go live?', facts: {}, roles: ['manager'], quorum: 1, expiresAtMs };
}
