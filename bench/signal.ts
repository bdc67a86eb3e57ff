/**
 * From a signal at the door of the API (token, schema, ledger, triage, order, run) to the first action of its playbook, against a
 * bare signal-with-start to an activity on the same Temporal server.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createClient } from '../cli/client.ts';
import type { Client as ApiClient } from '../cli/client.ts';
import { startStack } from '../stack/supervisor.ts';
import type { Stack } from '../stack/supervisor.ts';
import { figure } from './figure.ts';
import type { BenchFigure } from './figure.ts';

const repetitions = 30;
const warmUps = 5;
const data = join(import.meta.dirname, '..', 'demo', 'data');

export async function bench(): Promise<BenchFigure[]> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-bench-signal-'));
  const stack = await startStack({ dataDir });
  try {
    const ours = await measureOurs(stack, dataDir);
    const limit = await measureLimit(stack);
    return [figure('signal at the API to the first action', 'ms', ours, limit)];
  } finally {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureOurs(stack: Stack, dataDir: string): Promise<readonly number[]> {
  const { tokens } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as { readonly tokens: Record<string, string> };
  const as = (person: string): ApiClient => createClient({ url: stack.addresses.api, token: tokens[person] ?? '' });
  const text = (name: string): string => readFileSync(join(data, name), 'utf8');
  await as('analyst').call('context.inventory', { body: { assets_csv: text('inventory.csv'), zones_csv: text('zones.csv') } });
  const samples: number[] = [];
  for (let round = 0; round < warmUps + repetitions; round += 1) {
    const elapsed = await signalToFirstAction(as('analyst'));
    if (round >= warmUps) samples.push(elapsed);
  }
  return samples;
}

async function signalToFirstAction(analyst: ApiClient): Promise<number> {
  const id = `bench-${randomUUID()}`;
  const began = Date.now();
  const body = { id, key: id, kind: 'beacon', severity: 'high' as const, title: 'bench', source: 'ws-17', destination: '203.0.113.9' };
  await analyst.call('signals.send', { body });
  for (;;) {
    const { incident } = await analyst.call('signals.get', { params: { id } });
    const run = incident === undefined ? undefined : (await analyst.call('runs.list', { query: { incident } })).items[0]?.run;
    const detail = run === undefined ? undefined : await analyst.call('runs.get', { params: { run } });
    const first = detail?.view?.steps.find((step) => step.kind === 'action' && step.startedAtMs !== undefined);
    if (first?.startedAtMs !== undefined) return first.startedAtMs - began;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measureLimit(stack: Stack): Promise<readonly number[]> {
  const { temporal: address, temporalNamespace: namespace } = stack.addresses;
  const [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  const taskQueue = `bench-${randomUUID()}`;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'limit', 'signal-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const activities = { stamp: () => Promise.resolve(Date.now()) };
  const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowBundle, activities });
  const client = new Client({ connection, namespace });
  const samples = await worker.runUntil(async () => {
    const times: number[] = [];
    for (let round = 0; round < warmUps + repetitions; round += 1) {
      const began = Date.now();
      const handle = await client.workflow.signalWithStart('signalToActivity', { taskQueue, workflowId: randomUUID(), signal: 'poke' });
      const at = (await handle.result()) as number;
      if (round >= warmUps) times.push(at - began);
    }
    return times;
  });
  await native.close();
  await connection.close();
  return samples;
}
