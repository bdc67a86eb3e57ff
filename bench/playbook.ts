/** Steps a second of a playbook run against a workflow of the same shape written by hand: same server, same worker, in turns. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { compilePlaybook } from '../domain/playbook/compile.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import { emptyMemory, memoryActivities, type Memory } from '../test/workflows/memory-activities.ts';
import { figure, type BenchFigure } from './figure.ts';
import setUp from '../test/stack/global-setup.ts';
import tearDown from '../test/stack/global-teardown.ts';

const steps = 100;
const repetitions = 9;

type Lab = { readonly client: Client; readonly memory: Memory; readonly taskQueue: string };

export async function bench(): Promise<BenchFigure[]> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  process.env['EDICT_TEST_ENGINES'] = 'postgres,temporal';
  await setUp();
  try {
    return await measured();
  } finally {
    await tearDown();
  }
}

async function measured(): Promise<BenchFigure[]> {
  const { address, namespace } = JSON.parse(process.env['EDICT_TEST_TEMPORAL'] ?? 'null') as { address: string; namespace: string };
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const taskQueue = `bench-${randomBytes(4).toString('hex')}`;
  const memory = emptyMemory();
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./limit/workflows.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const noop = async (call: { readonly params: object }) => ({ value: call.params });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle,
    activities: { ...memoryActivities(memory), noop },
  });
  const lab: Lab = { client: new Client({ connection, namespace }), memory, taskQueue };
  const figures = await worker.runUntil(async () => [
    await compare(lab, `playbook run, ${steps} steps in sequence`, sequence(), 'sequentialByHand'),
    await compare(lab, `playbook run, ${steps} steps in parallel`, parallel(), 'parallelByHand'),
  ]);
  await native.close();
  await connection.close();
  return figures;
}

async function compare(lab: Lab, name: string, plan: Plan, byHand: string): Promise<BenchFigure> {
  const ours: number[] = [];
  const limit: number[] = [];
  // The first round warms both up.
  for (let round = 0; round <= repetitions; round++) {
    const mine = await rate(() => runPlaybook(lab, plan));
    const theirs = await rate(() =>
      lab.client.workflow.execute(byHand, {
        taskQueue: lab.taskQueue,
        workflowId: `limit/${randomBytes(6).toString('hex')}`,
        args: [steps],
      }),
    );
    if (round > 0) {
      ours.push(mine);
      limit.push(theirs);
    }
  }
  return figure(name, 'steps/s', ours, limit);
}

async function runPlaybook({ client, memory, taskQueue }: Lab, plan: Plan): Promise<unknown> {
  const run = randomBytes(6).toString('hex');
  memory.runs.set(run, { plan, inputs: {}, requester: 'bench' });
  return client.workflow.execute('playbookRun', { taskQueue, workflowId: `run/${run}`, args: [{ run }] });
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return steps / ((performance.now() - begun) / 1000);
}

const step = (index: number): string => `{ id: s${index}, action: control.noop, with: { value: ${index} } }`;
const list = (indent: string): string => Array.from({ length: steps }, (_, index) => `${indent}- ${step(index)}`).join('\n');
const head = (name: string): string => `playbook: ${name}\nversion: 1.0.0\ntitle: ${name}\nsteps:\n`;

function sequence(): Plan {
  return compilePlaybook(`${head('sequence')}${list('  ')}\n`, 'sequence.yaml').plan;
}

function parallel(): Plan {
  return compilePlaybook(`${head('parallel')}  - id: all\n    parallel:\n      steps:\n${list('        ')}\n`, 'parallel.yaml').plan;
}
