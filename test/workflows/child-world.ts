/** Workers on a real Temporal server whose activities are the real ones, on a real store; enforcement points are in memory. */
import { writeFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { currentCaller } from '../../activities/caller.ts';
import { recordEnd } from '../../activities/control/run.ts';
import { createActivities } from '../../activities/index.ts';
import type { Activities } from '../../activities/contract.ts';
import { catalogueOf } from '../../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Order } from '../../store/port.ts';
import { runEndCodec } from '../../worker/run-end-codec.ts';
import { newRun, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { storeWorld, type StoreWorld } from '../activities/store-world.ts';
import { testTemporal } from '../stack/fixture.ts';
import { benchOn, root, unique, type Bench, type RunningWorker } from './run-fixture.ts';

export type ChildWorld = StoreWorld & {
  readonly bench: Bench;
  /** `record`: the end of a run on its way out; as the product does where not given. */
  readonly worker: (fakes?: Partial<Activities>, record?: (view: RunView) => Promise<unknown>) => Promise<RunningWorker>;
  readonly recordEnd: (view: RunView) => Promise<unknown>;
  readonly publish: (...texts: readonly string[]) => Promise<void>;
  /** Orders a run and starts it. */
  readonly begin: (playbook: string, order?: Partial<Order>, input?: Partial<PlaybookRunInput>) => ReturnType<typeof start>;
};

export async function childWorld(): Promise<ChildWorld> {
  const world = await storeWorld();
  const bench = await benchOn(testTemporal());
  const ports = { ...world.ports, caller: currentCaller };
  const activities = createActivities(ports);
  const record = (view: RunView) => recordEnd(ports, view.run, view);
  const publish = async (...texts: readonly string[]): Promise<void> => {
    for (const source of texts) {
      const playbooks = catalogueOf((await world.store.playbooks.list()).map(({ plan }) => plan));
      const { plan } = compilePlaybook(source, 'p.yaml', { playbooks });
      await world.store.playbooks.publish({ source, plan }, 'ann');
    }
  };
  return {
    ...world,
    bench,
    publish,
    recordEnd: record,
    worker: (fakes = {}, ends = record) => bench.worker({ ...activities, ...fakes }, runEndCodec(ends)),
    begin: async (playbook, order = {}, input = {}) => {
      const run = order.run ?? `r-${unique()}`;
      const row = await world.store.playbooks.get(playbook);
      if (row === undefined) throw new Error(`no playbook ${playbook}`);
      const { version, digest: planDigest } = row;
      const inputs: JsonObject = {};
      await world.store.runs.order({ run, playbook, version, planDigest, inputs, requester: 'ann', ...order }, 'ann');
      return start(bench, run, input);
    },
    end: async () => {
      await bench.close();
      await world.end();
    },
  };
}

async function start(bench: Bench, run: string, input: Partial<PlaybookRunInput>) {
  return bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
    workflowId: workflowIds.playbookRun(run),
    taskQueue: bench.taskQueue,
    args: [{ ...newRun(run), ...input }],
  });
}

/** With EDICT_RECORD_HISTORIES set, what ran becomes a history that later code has to replay. Names of machines and paths stay out. */
export async function recordHistory(handle: WorkflowHandle, name: string): Promise<void> {
  if (!process.env['EDICT_RECORD_HISTORIES']) return;
  const text = historyToJSON(await handle.fetchHistory()).replaceAll(/\d+@[\w.-]+/g, 'worker');
  writeFileSync(`${root}test/histories/${name}.json`, `${JSON.stringify(JSON.parse(text)).replaceAll(root, '/edict/')}\n`);
}
