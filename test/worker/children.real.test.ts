/** Twenty playbooks that one run calls, and a worker that is killed with -9 while they run and again while they are taken back. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Inventory } from '../../domain/context/inventory.ts';
import { defaultGuardSettings } from '../../domain/guard/settings.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunRow } from '../../store/port.ts';
import { newRun, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { eventually, opaPoint, startRealWorld } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

const hosts = Array.from({ length: 20 }, (_, index) => `ws-${index + 1}`);
const inventory: Inventory = {
  assets: hosts.map((name, index) => ({
    name,
    addresses: [`10.3.0.${index + 1}`],
    zone: 'servers',
    services: [],
    groups: [],
    owner: 'it',
    criticality: 'medium' as const,
  })),
  zones: [{ name: 'servers', cidrs: ['10.0.0.0/8'] }],
};

const contain = `playbook: contain-one
version: 1.0.0
title: Contain one host
inputs: { host: { type: asset } }
steps:
  - { id: cut, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release }
`;
const all = `playbook: contain-all
version: 1.0.0
title: Contain many hosts, and fail in the end
inputs: { hosts: { type: list } }
steps:
  - id: each
    foreach:
      in: \${inputs.hosts}
      as: host
      concurrency: 20
      steps: [{ id: one, playbook: { name: contain-one, with: { host: '\${host}' } } }]
  - { id: bad, fail: no good }
`;

describeWith(['postgres', 'temporal', 'opa'], 'a worker that dies while a run calls many others', () => {
  let world: RealWorld;
  let worker: ChildProcess;

  beforeAll(async () => {
    world = await startRealWorld();
    await world.store.context.saveInventory(inventory, 'system:test');
    await world.store.guard.save({ settings: { ...defaultGuardSettings, budgets: [] }, by: 'system:test' });
    for (const source of [contain, all]) {
      const { plan } = compilePlaybook(source, 'p.yaml');
      await world.store.playbooks.publish({ source, plan }, 'system:test');
    }
    worker = await world.startWorker();
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
  }, 60_000);

  const children = async (): Promise<readonly RunRow[]> =>
    (await world.store.runs.broughtBy('all-1')).filter(({ origin }) => origin?.kind === 'child');
  const effects = async () =>
    (await world.store.effects.list({}, { limit: 500 })).items.filter(({ action }) => action === 'network.isolate');
  const killed = async (): Promise<void> => {
    worker.kill('SIGKILL');
    worker = await world.startWorker();
  };

  it('loses none of them and does nothing twice, neither forth nor back', async () => {
    const row = await world.store.playbooks.get('contain-all');
    await world.store.runs.order(
      { run: 'all-1', playbook: 'contain-all', version: '1.0.0', planDigest: row?.digest ?? '', inputs: { hosts }, requester: 'ann' },
      'ann',
    );
    const handle = await world.client.workflow.start(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun('all-1'),
      taskQueue: taskQueues.main,
      args: [newRun('all-1')],
    });
    await eventually(
      'some are contained',
      async () => (await effects()).filter(({ status }) => status === 'confirmed').length >= 4,
      60_000,
    );
    await killed();
    await eventually('some are given back', async () => (await effects()).filter(({ status }) => status === 'undone').length >= 4, 120_000);
    await killed();
    expect(await handle.result()).toMatchObject({ outcome: 'failed', error: { code: 'playbook-failed', message: 'no good' } });

    const rows = await children();
    expect(rows.map(({ outcome }) => outcome)).toEqual(hosts.map(() => 'done'));
    expect(new Set(rows.map(({ origin }) => origin?.step))).toEqual(new Set(hosts.map((_, index) => `each[${index}].one`)));
    const done = await effects();
    expect(done.map(({ status }) => status)).toEqual(hosts.map(() => 'undone'));
    expect(new Set(done.map(({ run }) => run))).toEqual(new Set(rows.map(({ run }) => run)));
    expect((await world.store.points.get(opaPoint))?.desired.isolations).toEqual([]);
    for (const { key } of done) expect(await eventsOf(key)).toEqual({ confirmed: 1, undone: 1 });
  }, 300_000);

  async function eventsOf(key: string): Promise<object> {
    const { items } = await world.store.audit.list({ subject: `effect/${key}` }, { limit: 100 });
    const count = (name: string): number => items.filter(({ event }) => event === `effect-${name}`).length;
    return { confirmed: count('confirmed'), undone: count('undone') };
  }
});
