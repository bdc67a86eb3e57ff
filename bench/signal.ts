/**
 * From a signal at the door of the API (token, schema, ledger, triage, order, run) to the answer of the first action of its playbook,
 * against a bare signal-with-start, a child workflow and its activity, with as many commits to the same database.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Pool } from 'pg';
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

/** Looks only when it is over: whoever asks meanwhile is in the way. */
async function signalToFirstAction(analyst: ApiClient): Promise<number> {
  const id = `bench-${randomUUID()}`;
  const body = { id, key: id, kind: 'beacon', severity: 'high' as const, title: 'bench', source: 'ws-17', destination: '203.0.113.9' };
  const began = Date.now();
  await analyst.call('signals.send', { body });
  for (;;) {
    await sleep(400);
    const { incident } = await analyst.call('signals.get', { params: { id } });
    const run = incident === undefined ? undefined : (await analyst.call('runs.list', { query: { incident } })).items[0]?.run;
    const detail = run === undefined ? undefined : await analyst.call('runs.get', { params: { run } });
    // When it has answered: of a quick action, when it began is not told apart from when its run did.
    const first = detail?.view?.steps.find((step) => step.kind === 'action' && step.endedAtMs !== undefined);
    if (first?.endedAtMs !== undefined) return first.endedAtMs - began;
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
  const pool = new Pool({ connectionString: stack.addresses.database, max: 4 });
  await pool.query('create table if not exists bench_commits (id bigserial primary key, note text not null)');
  const commit = async (times: number): Promise<number> => {
    for (let count = 0; count < times; count++) await pool.query(`insert into bench_commits (note) values ('as much as a row of ours')`);
    return Date.now();
  };
  const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowBundle, activities: { commit } });
  const client = new Client({ connection, namespace });
  const samples = await worker.runUntil(async () => {
    const times: number[] = [];
    for (let round = 0; round < warmUps + repetitions; round += 1) {
      const began = Date.now();
      await commit(1);
      const handle = await client.workflow.signalWithStart('signalToChild', { taskQueue, workflowId: randomUUID(), signal: 'poke' });
      const at = (await handle.result()) as number;
      if (round >= warmUps) times.push(at - began);
      await sleep(100);
    }
    return times;
  });
  await pool.query('drop table bench_commits');
  await pool.end();
  await native.close();
  await connection.close();
  return samples;
}
