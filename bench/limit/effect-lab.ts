/**
 * PostgreSQL on a disk that is waited for, Temporal on it, OPA with the guard's Rego, and one worker with the real activities over one point in
 * memory. Every part of an effect is timed where it happens.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Client as Database } from 'pg';
import { currentCaller } from '../../activities/caller.ts';
import { recordEnd } from '../../activities/control/run.ts';
import type { ActionCall } from '../../activities/contract.ts';
import { checkApproval } from '../../activities/effect/check-approval.ts';
import { requireRun } from '../../activities/effect/check-order.ts';
import { createActivities } from '../../activities/index.ts';
import type { Ports } from '../../activities/ports.ts';
import type { Connector, Desired } from '../../connectors/connector.ts';
import { digestOf } from '../../domain/digest.ts';
import { defaultGuardSettings } from '../../domain/guard/settings.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { ActionStep } from '../../domain/playbook/plan.ts';
import { choosePort } from '../../stack/ports.ts';
import { startOpa } from '../../stack/programs/opa.ts';
import { accessPolicies } from '../../stack/programs/opa-settings.ts';
import { startPostgres } from '../../stack/programs/postgres.ts';
import { startTemporal, temporalPortNames } from '../../stack/programs/temporal.ts';
import { ensureSecret } from '../../stack/secrets.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/port.ts';
import { bundleOptions } from '../../worker/bundle.ts';
import { opaGuard } from '../../worker/opa-guard.ts';
import { runEndCodec } from '../../worker/run-end-codec.ts';
import { mainTuning } from '../../worker/tuning.ts';
import { newRun, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';

export type Part = 'whole' | 'outlook' | 'approval' | 'guard' | 'intent' | 'lock' | 'act' | 'confirm';

export type EffectLab = {
  /** Runs a playbook of so many steps in sequence, of one side. */
  readonly run: (side: Side, steps: number, run: string) => Promise<void>;
  /** Milliseconds of a part, for one effect, since `forget`. */
  readonly spent: (part: Part) => number;
  readonly forget: () => void;
  /** How long it takes to check an approval again, so many times. */
  readonly approvals: (times: number) => Promise<number[]>;
};

/** A step with an effect; one without, which checks its order as every action does; and one that does nothing whatever. */
export const sides = ['with', 'without', 'nothing'] as const;
export type Side = (typeof sides)[number];

const point = 'memory-1';

export async function inEffectLab<T>(
  sizes: { readonly steps: number; readonly short: number },
  work: (lab: EffectLab) => Promise<T>,
): Promise<T> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const directory = mkdtempSync(join(tmpdir(), 'edict-bench-effect-'));
  const stops: (() => Promise<unknown>)[] = [() => Promise.resolve(rmSync(directory, { recursive: true, force: true }))];
  try {
    const engines = await startEngines(directory, (stop) => stops.unshift(stop));
    await migrate(engines.databaseUrl);
    const store = await openStore({ databaseUrl: engines.databaseUrl, auditFile: join(directory, 'audit.jsonl'), poolSize: 12 });
    stops.unshift(() => store.close());
    await furnish(store, Object.values(sizes));
    return await withWorker({ store, engines }, work);
  } finally {
    for (const stop of stops) await stop();
  }
}

type Engines = {
  readonly databaseUrl: string;
  readonly temporal: { address: string; namespace: string };
  readonly opa: { url: string; token: string };
};

async function startEngines(directory: string, onStop: (stop: () => Promise<unknown>) => void): Promise<Engines> {
  const taken = new Set<number>();
  const password = ensureSecret(join(directory, 'secrets'), 'postgres');
  const at = { logFile: join(directory, 'postgres.log'), port: await choosePort(taken) };
  const postgres = await startPostgres({ dataDir: join(directory, 'postgres'), password, ...at });
  onStop(postgres.stop);
  await createDatabase(postgres.url('postgres'));
  const ports: { [name: string]: number } = {};
  for (const name of temporalPortNames) ports[name] = await choosePort(taken);
  const logFile = join(directory, 'temporal.log');
  const temporal = await startTemporal({ postgres, password, ports, shards: 4, settingsDir: directory, logFile });
  onStop(() => temporal.child.stop({ graceMs: 3000 }));
  const token = ensureSecret(join(directory, 'secrets'), 'opa');
  const opaAt = { port: await choosePort(taken), settingsDir: join(directory, 'opa'), logFile: join(directory, 'opa.log') };
  const opa = await startOpa({ ...opaAt, token, policies: accessPolicies() });
  onStop(() => opa.child.stop());
  return { databaseUrl: postgres.url('edict'), temporal, opa };
}

async function createDatabase(url: string): Promise<void> {
  const client = new Database({ connectionString: url });
  await client.connect();
  await client.query('create database edict');
  await client.end();
}

const actionOf: { readonly [side in Side]: (index: number) => object } = {
  with: (index) => ({
    action: 'network.isolate',
    with: { asset: `10.0.${Math.floor(index / 200)}.${(index % 200) + 1}` },
    undo: 'network.release',
  }),
  without: (index) => ({ action: 'enforcement.observe', with: { point: String(index) } }),
  nothing: (index) => ({ action: 'enforcement.probe', with: { point: String(index), policy: 'p', version: 1 } }),
};

const source = (side: Side, steps: number): string => {
  const step = (index: number): object => ({ id: `s${index}`, ...actionOf[side](index) });
  const name = `${side}-${steps}`;
  return JSON.stringify({ playbook: name, version: '1.0.0', title: name, steps: Array.from({ length: steps }, (_, index) => step(index)) });
};

async function furnish(store: Store, sizes: readonly number[]): Promise<void> {
  await store.points.put({ name: point, kind: 'nftables', target: 'nftables', settings: {} }, 'bench');
  const [isolation] = defaultGuardSettings.budgets;
  // Counted as ever: some tens of places are taken at a time, and none is refused.
  const budgets = isolation === undefined ? [] : [{ ...isolation, per: '1s', perPlaybook: 1_000, overall: 1_000 }];
  await store.guard.save({ settings: { ...defaultGuardSettings, budgets }, by: 'bench' });
  for (const steps of sizes)
    for (const side of sides) {
      const text = source(side, steps);
      await store.playbooks.publish({ source: text, plan: compilePlaybook(text, `${side}-${steps}.yaml`).plan }, 'bench');
    }
}

type Ground = { readonly store: Store; readonly engines: Engines };

async function withWorker<T>({ store, engines }: Ground, work: (lab: EffectLab) => Promise<T>): Promise<T> {
  const { address, namespace } = engines.temporal;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const guard = opaGuard(engines.opa);
  const clock = partClock();
  const ports = portsOf(store, guard.ask, clock);
  const workflowBundle = await bundleWorkflowCode({
    ...bundleOptions,
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
  });
  const real = createActivities(ports);
  const activities = {
    ...real,
    'network.isolate': timed(clock, 'whole', real['network.isolate']),
    'enforcement.observe': async (call: ActionCall) => {
      await requireRun(ports, call);
      return { drifted: false, detail: '' };
    },
    'enforcement.probe': async () => ({ probes: [], matched: 0 }),
  };
  const worker = await Worker.create({
    ...mainTuning,
    dataConverter: { payloadCodecs: [runEndCodec((view) => recordEnd(ports, view.run, view))] },
    connection: native,
    namespace,
    taskQueue: taskQueues.main,
    workflowBundle,
    activities,
  });
  const client = new Client({ connection, namespace });
  const lab: EffectLab = {
    run: (side, steps, run) => runOnce({ store, client }, `${side}-${steps}`, run),
    spent: clock.spent,
    forget: clock.forget,
    approvals: (times) => approvals(ports, times),
  };
  const result = await worker.runUntil(() => work(lab));
  guard.close();
  await native.close();
  await connection.close();
  return result;
}

async function runOnce(
  { store, client }: { readonly store: Store; readonly client: Client },
  playbook: string,
  run: string,
): Promise<void> {
  const row = await store.playbooks.get(playbook);
  if (row === undefined) throw new Error(`no playbook ${playbook}`);
  // What earlier runs left in force would make each later write larger.
  await store.points.setDesired(point, { artifact: undefined, policyVersions: [], isolations: [] }, 'bench');
  await store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs: {}, requester: 'bench' }, 'bench');
  const handle = { taskQueue: taskQueues.main, workflowId: workflowIds.playbookRun(run), args: [newRun(run)] };
  const view = (await client.workflow.execute(workflowTypes.playbookRun, handle)) as { readonly outcome?: string };
  if (view.outcome !== 'done') throw new Error(`the run ended as ${view.outcome}`);
}

type PartClock = {
  readonly add: (part: Part, ms: number) => void;
  readonly effects: () => void;
  readonly spent: (part: Part) => number;
  readonly forget: () => void;
};

function partClock(): PartClock {
  const sums = new Map<Part, number>();
  let count = 0;
  return {
    add: (part, ms) => void sums.set(part, (sums.get(part) ?? 0) + ms),
    effects: () => void (count += 1),
    spent: (part) => (sums.get(part) ?? 0) / Math.max(1, count),
    forget: () => {
      sums.clear();
      count = 0;
    },
  };
}

function timed<A extends readonly unknown[], R>(
  clock: PartClock,
  part: Part,
  call: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const began = performance.now();
    try {
      return await call(...args);
    } finally {
      clock.add(part, performance.now() - began);
    }
  };
}

/** The real store, with a clock at each door that an effect goes through. */
function portsOf(store: Store, ask: Ports['guard'], clock: PartClock): Ports {
  const { effects } = store;
  const held: Store = {
    ...store,
    effects: {
      ...effects,
      outlook: timed(clock, 'outlook', effects.outlook),
      intend: timed(clock, 'intent', async (...args) => (clock.effects(), await effects.intend(...args))),
      lockedAt: lockTimed(effects.lockedAt, clock),
      landed: timed(clock, 'confirm', effects.landed),
    },
  };
  const connector = memoryPoint(clock);
  const none = async () => ({ unavailable: 'not in this benchmark' });
  return {
    store: held,
    connector: async () => connector,
    system: async () => Promise.reject(new Error('not in this benchmark')),
    providers: [],
    engines: { rego: none, nftables: none },
    guard: timed(clock, 'guard', ask),
    caller: currentCaller,
    now: () => new Date(),
  };
}

/** From the call until the lock is had, and from the end of the work until it is given back. */
function lockTimed(lockedAt: Store['effects']['lockedAt'], clock: PartClock): Store['effects']['lockedAt'] {
  return async (key, name, work) => {
    let at = performance.now();
    const result = await lockedAt(key, name, async (now) => {
      clock.add('lock', performance.now() - at);
      const done = await work(now);
      at = performance.now();
      return done;
    });
    clock.add('lock', performance.now() - at);
    return result;
  };
}

function memoryPoint(clock: PartClock): Connector {
  let now: Desired = { artifact: undefined, isolations: [] };
  const observe: Connector['observe'] = async () => ({
    artifactDigest: undefined,
    isolationKeys: now.isolations.map(({ key }) => key),
    intact: true,
    facts: {},
  });
  const apply: Connector['apply'] = async (desired, key) => {
    const before = now;
    now = desired;
    return { key, before, after: desired, observed: await observe() };
  };
  return {
    kind: 'nftables',
    point,
    plan: async () => ({ steps: [] }),
    permissions: async () => [],
    apply: timed(clock, 'act', apply),
    observe,
    probe: async () => ({ decision: 'deny', method: 'decision', detail: '', elapsedMs: 0 }),
    undo: () => observe(),
    close: async () => {},
  };
}

async function approvals(ports: Ports, times: number): Promise<number[]> {
  const { store } = ports;
  const [run, params] = ['bench-approved', { asset: '10.0.0.1' }];
  await store.people.put({ id: 'max', name: 'Max', roles: ['manager'], disabled: false }, 'bench');
  const plan = { run, playbook: 'p', version: '1.0.0', step: 'ask', effects: [{ step: 'do', action: 'network.isolate', params }] };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const asked = { plan, digest: digestOf(plan), summary: 's', facts: {}, roles: ['manager'], quorum: 1, requester: 'bench', expiresAt };
  const { id, digest } = await store.approvals.open(asked);
  await store.approvals.vote({ approval: id, digest, decision: 'approve', by: 'max', at: new Date().toISOString() });
  await store.runs.order({ run, playbook: 'p', version: '1.0.0', planDigest: 'sha256:x', inputs: {}, requester: 'bench' }, 'bench');
  const order = await store.runs.get(run);
  if (order === undefined) throw new Error('no order');
  const step: ActionStep = { kind: 'action', id: 'do', action: 'network.isolate', params: {}, approval: 'ask' };
  const samples: number[] = [];
  for (let time = 0; time < times; time++) {
    const began = performance.now();
    await checkApproval(ports, { run, step: 'do', invocation: 1, params, approval: id }, step, order);
    samples.push(performance.now() - began);
  }
  return samples;
}
