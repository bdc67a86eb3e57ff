/**
 * The worker's process: migrates, publishes the shipped playbooks, and works on the queues `edict` and `edict-analysis` until it is told
 * to stop. It waits for PostgreSQL and Temporal while they are away, and says `{"ready":true}` on a line of its own once it takes work.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../activities/contract.ts';
import { recordEnd } from '../activities/control/run.ts';
import { createActivities } from '../activities/index.ts';
import { EdictError, errorTable } from '../domain/errors.ts';
import { payloadCodec } from '../store/payload-codec.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/messages.ts';
import type { WatchInput } from '../workflows/messages.ts';
import { workflowBundle } from './bundle.ts';
import { compose } from './compose.ts';
import type { Composed } from './compose.ts';
import { readEnvironment } from './environment.ts';
import type { WorkerEnvironment } from './environment.ts';
import { activityInterceptor } from './errors.ts';
import { publishPlaybooks } from './publish-playbooks.ts';
import { runEndCodec } from './run-end-codec.ts';
import { mainTuning } from './tuning.ts';

const firstWaitMs = 100;
const longestWaitMs = 3000;

async function main(stop: AbortSignal): Promise<void> {
  const environment = readEnvironment(process.env);
  const bundle = workflowBundle(environment.bundleDir);
  // It is awaited later; what goes wrong is thrown there.
  bundle.catch(() => undefined);
  const composed = await patiently('PostgreSQL', stop, () => compose(environment));
  try {
    const refused = await patiently('PostgreSQL', stop, () => publishPlaybooks(composed.ports.store));
    for (const reason of refused) log('ERROR', reason);
    await work(environment, composed, bundle, stop);
  } finally {
    await composed.close();
  }
}

type Bundle = ReturnType<typeof workflowBundle>;

async function work(environment: WorkerEnvironment, composed: Composed, bundle: Bundle, stop: AbortSignal): Promise<void> {
  const { temporalAddress: address, temporalNamespace: namespace } = environment;
  const connection = await patiently('Temporal', stop, () => NativeConnection.connect({ address }));
  const leaving = runEndCodec((view) => recordEnd(composed.ports, view.run, view));
  const dataConverter = { payloadCodecs: [leaving, payloadCodec(composed.ports.store.values)] };
  // Before the workers: a namespace that is not there yet is waited for, too.
  await patiently('Temporal', stop, () => startWatch(new Client({ connection, namespace, dataConverter })));
  const workers = await patiently('Temporal', stop, async () =>
    createWorkers({ connection, namespace, dataConverter, activities: createActivities(composed.ports), bundle: await bundle }),
  );
  const running = workers.map((worker) => worker.run());
  const shutDown = (): void => workers.forEach((worker) => worker.getState() === 'RUNNING' && worker.shutdown());
  stop.addEventListener('abort', shutDown, { once: true });
  if (stop.aborted) shutDown();
  try {
    say();
    await Promise.all(running);
  } finally {
    shutDown();
    await Promise.allSettled(running);
    await connection.close();
  }
}

type Workers = {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  readonly activities: Activities;
  readonly bundle: { readonly codePath: string };
};

/** Eager dispatch needs workflows and ordinary activities in one worker; analysis is apart, so that it cannot starve them. */
async function createWorkers({ connection, namespace, dataConverter, activities, bundle }: Workers): Promise<readonly Worker[]> {
  const shared = {
    connection,
    namespace,
    dataConverter,
    activities,
    interceptors: { activity: [activityInterceptor] },
    shutdownGraceTime: 1000,
    shutdownForceTime: 10_000,
    maxHeartbeatThrottleInterval: mainTuning.maxHeartbeatThrottleInterval,
  };
  const main = await Worker.create({
    ...shared,
    taskQueue: taskQueues.main,
    workflowBundle: bundle,
    ...mainTuning,
  });
  const analysis = await Worker.create({
    ...shared,
    taskQueue: taskQueues.analysis,
    maxConcurrentActivityTaskExecutions: 2,
    maxConcurrentActivityTaskPolls: 2,
  });
  return [main, analysis];
}

async function startWatch(client: Client): Promise<void> {
  const scope = 'default';
  try {
    await client.workflow.start(workflowTypes.watch, {
      workflowId: workflowIds.watch(scope),
      taskQueue: taskQueues.main,
      args: [{ scope } satisfies WatchInput],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Waits with backoff while a dependency is away; what would never come right by waiting is thrown. */
async function patiently<T>(what: string, stop: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (stop.aborted || isFinal(error)) throw error;
      log('WARN', `waiting for ${what}`, { reason: error instanceof Error ? error.message : String(error) });
      await sleep(waitMs, undefined, { signal: stop });
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof EdictError && !errorTable[error.code].retryable);
}

/** To whoever started the process: by the channel where there is one, and as a line for everyone else. */
function say(): void {
  process.stdout.write('{"ready":true}\n');
  process.send?.({ ready: true });
}

function log(level: string, message: string, meta?: object): void {
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), level, message, ...(meta === undefined ? {} : { meta: printed(meta) }) })}\n`,
  );
}

function printed(meta: object): unknown {
  return Object.fromEntries(Object.entries(meta).map(([name, value]) => [name, value instanceof Error ? value.message : value]));
}

// Temporal's runtime must not take the signals: the workers are drained here, and then the process ends.
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN', ({ level, message, meta }) => log(level, message, meta)) });
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
main(stopping.signal).then(
  () => process.exit(0),
  (error: unknown) => {
    // Whatever was under way when it was told to stop goes on in another worker.
    if (stopping.signal.aborted) process.exit(0);
    const detail = error instanceof EdictError ? { code: error.code, help: error.help } : undefined;
    log('ERROR', error instanceof Error ? error.message : String(error), detail);
    process.exit(1);
  },
);
