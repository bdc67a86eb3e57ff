/** A Temporal server and one worker, set as in production, that runs playbooks and their peers written by hand: both in turns, on the same ground. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { ActionCall } from '../../activities/contract.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { emptyMemory, endsAs, memoryActivities, type Fakes, type Memory } from '../../test/workflows/memory-activities.ts';
import { payloadCodec } from '../../store/payload-codec.ts';
import { memoryValues } from '../../test/store/memory-values.ts';
import { bundleOptions } from '../../worker/bundle.ts';
import { mainTuning } from '../../worker/tuning.ts';
import { newRun, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import setUp from '../../test/stack/global-setup.ts';
import tearDown from '../../test/stack/global-teardown.ts';

export type Lab = {
  readonly client: Client;
  readonly memory: Memory;
  /** Starts a run of the plan and gives its end. */
  readonly run: (plan: Plan, inputs?: JsonObject) => Started;
  /** Starts the workflow of that name in limit/hand-written.ts. */
  readonly byHand: (name: string, ...args: readonly unknown[]) => Started;
};
export type Started = { readonly workflowId: string; readonly ended: Promise<unknown> };

/** What both sides do in a step: an answer of the same size. Ordinary for Temporal; `control.noop` is the quick one. */
const answer = async ({ params }: ActionCall): Promise<{ readonly [name: string]: number | string }> => {
  const { point } = params;
  const asked = typeof point === 'string' ? point : '0';
  // Digits of no order, so that nothing is gained by packing them.
  if (asked === 'time') return { detail: String(Date.now()) };
  return { value: asked.startsWith('long:') ? randomBytes(Number(asked.slice(5)) / 2).toString('hex') : Number(asked) };
};
const signal = { id: 'signal-1', kind: 'bench', severity: 'low', at: '2026-01-01T00:00:00Z', title: 't', key: 'k', attributes: {} };
const fakes: Fakes = { 'enforcement.observe': answer };

/** `inThread`: workflows run in the main thread, where their heap can be measured. */
type LabOptions = { readonly inThread?: boolean };

export async function inLab<T>(work: (lab: Lab) => Promise<T>, options: LabOptions = {}): Promise<T> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  process.env['EDICT_TEST_ENGINES'] = 'postgres,temporal';
  await setUp();
  try {
    return await withWorker(work, options);
  } finally {
    await tearDown();
  }
}

async function withWorker<T>(work: (lab: Lab) => Promise<T>, { inThread = false }: LabOptions): Promise<T> {
  const { address, namespace } = JSON.parse(process.env['EDICT_TEST_TEMPORAL'] ?? 'null') as { address: string; namespace: string };
  const connection = await Connection.connect({ address, channelArgs: { 'grpc.max_receive_message_length': 128 * 1024 * 1024 } });
  const native = await NativeConnection.connect({ address });
  const memory = emptyMemory();
  const activities = memoryActivities(memory, fakes);
  const dataConverter = { payloadCodecs: [endsAs(activities), payloadCodec(memoryValues())] };
  const workflowBundle = await bundleWorkflowCode({
    ...bundleOptions,
    workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  });
  const worker = await Worker.create({
    ...mainTuning,
    debugMode: inThread,
    dataConverter,
    connection: native,
    namespace,
    taskQueue: taskQueues.main,
    workflowBundle,
    activities: { ...activities, 'signal.read': async () => ({ signal }) },
  });
  const result = await worker.runUntil(() => work(labOf(new Client({ connection, namespace, dataConverter }), memory)));
  await native.close();
  await connection.close();
  return result;
}

function labOf(client: Client, memory: Memory): Lab {
  const taskQueue = taskQueues.main;
  const begin = (type: string, workflowId: string, args: unknown[]): Started => ({
    workflowId,
    ended: client.workflow.execute(type, { taskQueue, workflowId, args }),
  });
  return {
    client,
    memory,
    run: (plan, inputs = {}) => {
      const run = randomBytes(6).toString('hex');
      memory.runs.set(run, { plan, inputs, requester: 'bench' });
      return begin(workflowTypes.playbookRun, workflowIds.playbookRun(run), [newRun(run)]);
    },
    byHand: (name, ...args) => begin(name, `hand/${randomBytes(6).toString('hex')}`, [...args]),
  };
}

export type Timed = { readonly each: readonly number[]; readonly ms: number };

/** Milliseconds that each of `count` takes, and all together; at most `together` at once. */
export async function timed(
  count: number,
  together: number,
  begin: () => Started,
): Promise<{ readonly each: number[]; readonly ms: number }> {
  const each: number[] = [];
  const began = performance.now();
  const lane = async (): Promise<void> => {
    for (; started < count;) {
      started++;
      const at = performance.now();
      await begin().ended;
      each.push(performance.now() - at);
    }
  };
  let started = 0;
  await Promise.all(Array.from({ length: together }, lane));
  return { each, ms: performance.now() - began };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
