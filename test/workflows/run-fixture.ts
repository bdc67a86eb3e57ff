/** Workers of a test's own on the suite's Temporal server, and the containment playbook to run on them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/contract.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { PayloadCodec } from '../../store/payload-codec.ts';
import { workflowBundle as bundleInto } from '../../worker/bundle.ts';
import { activityInterceptor } from '../../worker/errors.ts';
import { endsAs } from './memory-activities.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const containHost = (): Plan =>
  compilePlaybook(readFileSync(`${root}playbooks/contain-host.yaml`, 'utf8'), 'playbooks/contain-host.yaml').plan;
export const unique = (): string => randomBytes(5).toString('hex');

// What is tried here fails on purpose: only errors of the worker itself are worth a line.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Made once for all test files and rounds, until a source changes. */
export const workflowBundle = (): Promise<{ readonly codePath: string }> => bundleInto(join(tmpdir(), 'edict-test-bundles'));

export type RunningWorker = { readonly stop: () => Promise<void> };
export type Bench = {
  readonly client: Client;
  readonly taskQueue: string;
  /** `ends`: what records the end of a run that leaves its workflow with it. */
  readonly worker: (activities: Partial<Activities>, ends?: PayloadCodec) => Promise<RunningWorker>;
  readonly close: () => Promise<void>;
};

export async function benchOn(
  { address, namespace }: { readonly address: string; readonly namespace: string },
  payloadCodecs: readonly PayloadCodec[] = [],
): Promise<Bench> {
  const taskQueue = `test-${unique()}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const running = new Set<RunningWorker>();
  return {
    client: new Client({ connection, namespace, dataConverter: { payloadCodecs: [...payloadCodecs] } }),
    taskQueue,
    worker: async (activities, ends = endsAs(activities)) => {
      const worker = await Worker.create({
        connection: native,
        namespace,
        dataConverter: { payloadCodecs: [ends, ...payloadCodecs] },
        taskQueue,
        workflowBundle: await workflowBundle(),
        activities,
        interceptors: { activity: [activityInterceptor] },
        shutdownGraceTime: 200,
        shutdownForceTime: 2_000,
        maxCachedWorkflows: 100,
      });
      const done = worker.run();
      const stopping: RunningWorker = {
        stop: async () => {
          if (running.delete(stopping)) worker.shutdown();
          await done.catch(() => undefined);
        },
      };
      running.add(stopping);
      return stopping;
    },
    close: async () => {
      await Promise.all([...running].map(({ stop }) => stop()));
      await native.close();
      await connection.close();
    },
  };
}
