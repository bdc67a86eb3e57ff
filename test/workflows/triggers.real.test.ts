/** What starts playbooks by itself, on a real Temporal server and a real store: schedules, and the ends of other playbooks. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { dropSchedule, putSchedule, scheduleIds, scheduleTimes } from '../../api/publishing/temporal-schedules.ts';
import { scheduleId, type WantedSchedule } from '../../api/publishing/schedules.ts';
import type { RunRow } from '../../store/port.ts';
import { workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, recordHistory, type ChildWorld } from './child-world.ts';

const ticking = `playbook: ticking
version: 1.0.0
title: Counts
triggers: [{ schedule: { every: 10s, inputs: { at: '\${trigger.at}' } } }]
inputs: { at: { type: string } }
steps: [{ id: a, action: control.noop, with: { value: '\${inputs.at}' } }]
outputs: { at: a.value }
`;
const first = `playbook: first
version: 1.0.0
title: The first
inputs: { n: { type: int } }
steps:
  - { id: bad, if: inputs.n > 5, fail: too many }
  - { id: a, action: control.noop, with: { value: '\${inputs.n * 2}' } }
outputs: { twice: a.value }
`;
const after = (name: string, outcome: string, inputs: string): string => `playbook: ${name}
version: 1.0.0
title: What follows
triggers: [{ playbook: { name: first, outcome: ${outcome}, inputs: ${inputs} } }]
inputs: { twice: { type: int, default: 0 }, of: { type: string } }
steps: [{ id: a, action: control.noop, with: { value: '\${inputs.twice}' } }]
outputs: { twice: a.value }
`;

describeWith(['postgres', 'temporal'], 'what starts playbooks by itself', () => {
  let world: ChildWorld;

  beforeAll(async () => {
    world = await childWorld();
    await world.publish(ticking, first, after('follows', 'done', "{ twice: '${trigger.outputs.twice}', of: '${trigger.run}' }"));
    await world.publish(after('regrets', '[failed, cancelled]', "{ of: '${trigger.run}' }"));
    await world.worker();
  }, 90_000);
  afterAll(async () => {
    await world.end();
  });

  const runsOf = async (playbook: string): Promise<readonly RunRow[]> =>
    (await world.store.runs.list({}, { limit: 500 })).items.filter((row) => row.playbook === playbook);

  it('a schedule orders a run for each of its times, on record, and follows what it is told', async () => {
    const { client, taskQueue } = world.bench;
    const wanted: WantedSchedule = {
      id: scheduleId('ticking', 0),
      playbook: 'ticking',
      trigger: 0,
      times: { everyMs: 10_000 },
      paused: true,
    };
    await putSchedule(client, wanted, taskQueue);
    await putSchedule(client, { ...wanted, paused: false }, taskQueue);
    expect(Date.parse((await scheduleTimes(client, wanted.id)).next ?? '') % 10_000).toBe(0);
    const run = await until(async () => (await runsOf('ticking')).find(({ status }) => status === 'ended'));
    expect(run).toMatchObject({ requester: 'system:schedule/ticking', outcome: 'done', view: { outputs: run.inputs } });
    expect(Date.parse(run.inputs['at'] as string) % 10_000).toBe(0);
    await until(async () => ((await scheduleIds(client, 'playbook/')).includes(wanted.id) ? true : undefined));
    const scheduled = `${workflowIds.scheduledOrder('ticking', 0)}-${(run.inputs['at'] as string).replace('.000Z', 'Z')}`;
    await recordHistory(client.workflow.getHandle(scheduled), 'scheduled-order');
    await dropSchedule(client, wanted.id);
    await dropSchedule(client, wanted.id);
  }, 60_000);

  it('no workflow orders a run for a time that is none of the schedule, of no schedule, or switched off', async () => {
    const before = (await runsOf('ticking')).length;
    const due = Math.floor(Date.now() / 10_000) * 10_000;
    const at = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
    const refused = ['order-mismatch', 'order-mismatch', 'order-mismatch', 'order-mismatch'];
    const tries = [
      start(`scheduled/ticking/0-${at(due + 3_000)}`, 'ticking', 0),
      start(`scheduled/ticking/0-${at(due - 5 * 3_600_000)}`, 'ticking', 0),
      start('scheduled/ticking/0', 'ticking', 0),
      start(`scheduled/first/0-${at(due)}`, 'first', 0),
    ];
    expect(await Promise.all(tries)).toEqual(refused);
    await world.store.triggers.set({ playbook: 'ticking', paused: true }, 'max');
    expect(await start(`scheduled/ticking/0-${at(due - 60_000)}`, 'ticking', 0)).toEqual({});
    expect(await runsOf('ticking')).toHaveLength(before);
    await world.store.triggers.set({ playbook: 'ticking', paused: false }, 'max');
  }, 60_000);

  it('the same time orders one run, however often it is asked for', async () => {
    const id = `scheduled/ticking/0-${new Date(Math.floor(Date.now() / 10_000) * 10_000 - 120_000).toISOString().replace('.000Z', 'Z')}`;
    const [one, two] = [await start(id, 'ticking', 0), await start(id, 'ticking', 0)];
    expect(one).toEqual(two);
    expect(one).toEqual({ run: expect.stringMatching(/^ticking-[0-9a-f]{16}$/u) });
  }, 60_000);

  it('the end of a run starts what follows it, once, with what it gave, and on the word of who asked for the first', async () => {
    const handle = await world.begin('first', { inputs: { n: 2 }, requester: 'kim' });
    const run = handle.workflowId.slice(4);
    await handle.result();
    const follower = await until(async () => (await world.store.runs.broughtBy(run)).find(({ status }) => status === 'ended'));
    expect(follower).toMatchObject({
      playbook: 'follows',
      requester: 'kim',
      inputs: { twice: 4, of: run },
      outcome: 'done',
      origin: { kind: 'after', run, depth: 1 },
    });
    expect(follower.run).toMatch(/^run-[0-9a-f]{16}$/u);
    expect(await world.store.runs.broughtBy(run)).toHaveLength(1);
  }, 60_000);

  it('another outcome starts what waits for that, and a switched-off playbook is not started', async () => {
    await world.store.triggers.set({ playbook: 'follows', disabled: true }, 'max');
    const good = await world.begin('first', { inputs: { n: 1 } });
    const bad = await world.begin('first', { inputs: { n: 9 } });
    await Promise.all([good.result(), bad.result()]);
    await until(async () => (await runsOf('regrets')).find(({ status }) => status === 'ended'));
    expect((await runsOf('regrets')).map(({ inputs }) => inputs['of'])).toEqual([bad.workflowId.slice(4)]);
    expect(await world.store.runs.broughtBy(good.workflowId.slice(4))).toEqual([]);
    await world.store.triggers.set({ playbook: 'follows', disabled: false }, 'max');
  }, 60_000);

  it('a follower that cannot be started says so on record', async () => {
    const inputs = "{ twice: '${trigger.outputs.twice}', of: '${trigger.run}' }";
    await world.publish(after('picky', 'done', inputs).replace('default: 0', 'max: 5'));
    await (await world.begin('first', { inputs: { n: 3 } })).result();
    const { items } = await world.store.audit.list({ subject: 'playbook/picky' }, { limit: 50 });
    expect(items).toContainEqual(
      expect.objectContaining({ event: 'trigger-failed', detail: expect.objectContaining({ code: 'input-invalid' }) }),
    );
    expect(await runsOf('picky')).toEqual([]);
  }, 60_000);

  /** As anybody could who reaches Temporal. Gives what became of it. */
  async function start(workflowId: string, playbook: string, trigger: number): Promise<unknown> {
    const { client, taskQueue } = world.bench;
    const handle = await client.workflow.start(workflowTypes.scheduledOrder, { workflowId, taskQueue, args: [{ playbook, trigger }] });
    return handle
      .result()
      .catch((error: unknown) => (error instanceof WorkflowFailedError ? (error.cause as { type?: string }).type : error));
  }
});

async function until<T>(look: () => Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined && found !== null) return found;
    await sleep(50);
  }
  throw new Error('never came');
}
