/** Playbooks that call playbooks, on a real Temporal server and a real store: typed results, cancellation by recorded word, taking back. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { RunRow } from '../../store/port.ts';
import { messageNames } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, recordHistory, type ChildWorld } from './child-world.ts';

const isolate = (id: string, more = ''): string =>
  `{ id: ${id}, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release${more} }`;
const contain = `playbook: contain
version: 1.0.0
title: Contain one host
inputs: { host: { type: asset } }
steps:
  - ${isolate('cut')}
outputs: { points: cut.points, host: inputs.host.name }
`;

describeWith(['postgres', 'temporal'], 'playbooks that call playbooks', () => {
  let world: ChildWorld;

  beforeAll(async () => {
    world = await childWorld();
    await world.publish(contain, leased, slow, noop);
    await world.worker();
  }, 90_000);
  afterAll(async () => {
    await world.end();
  });

  const children = (handle: WorkflowHandle): Promise<readonly RunRow[]> => world.store.runs.broughtBy(runOf(handle));
  const effectsOf = async (run: string) => (await world.store.effects.list({ run }, { limit: 500 })).items;
  /** The whole of it is in the store. */
  const endOf = async (handle: WorkflowHandle): Promise<RunView> => {
    await handle.result();
    const view = (await world.store.runs.get(runOf(handle)))?.view;
    if (view === undefined) throw new Error('no end was recorded');
    return view;
  };
  const isolations = (): readonly string[] => (world.actual.get('fw-1')?.isolations ?? []).map(({ key }) => key);
  const statuses = ({ steps }: RunView): object => Object.fromEntries(steps.map(({ step, status }) => [step, status]));

  it('a call is a run of its own, by whoever asked for the first; its outputs and outcome are the step’s', async () => {
    await world.publish(
      caller(
        'typed',
        `  - { id: one, playbook: { name: contain, version: 1.x, with: { host: ws-17 } } }\n`,
        '{ points: one.points, host: one.host }',
      ),
    );
    const handle = await world.begin('typed');
    const view = await endOf(handle);
    expect(view).toMatchObject({ outcome: 'done', outputs: { points: ['fw-1', 'opa-1'], host: 'ws-17' } });
    const [child] = await children(handle);
    expect(child).toMatchObject({ playbook: 'contain', version: '1.0.0', requester: 'ann', status: 'ended', outcome: 'done' });
    expect(child?.origin).toEqual({ kind: 'child', run: runOf(handle), step: 'one', depth: 1 });
    expect(view.steps[0]).toMatchObject({ child: child?.run, outputs: { outcome: 'done', version: '1.0.0', run: child?.run } });
    expect(await effectsOf(child?.run ?? '')).toMatchObject([{ status: 'confirmed', attempts: 1 }]);
    await recordHistory(handle, 'called-one');
  }, 60_000);

  it('takes back what its calls did when it fails, newest first, each once, by runs of their own', async () => {
    await world.publish(
      caller(
        'fails',
        `  - { id: one, playbook: { name: contain, with: { host: ws-17 } } }\n  - { id: two, playbook: { name: contain, with: { host: pay-1 } } }\n  - { id: bad, fail: no good }\n`,
      ),
    );
    const handle = await world.begin('fails');
    const view = await endOf(handle);
    expect(view.outcome).toBe('failed');
    expect(statuses(view)).toEqual({ one: 'undone', two: 'undone', bad: 'failed' });
    const [one = '', two = ''] = (await children(handle)).map(({ run }) => run);
    const undoneAt = (await Promise.all([one, two].map(effectsOf))).map(([effect]) => Date.parse(effect?.undoneAt ?? ''));
    expect(undoneAt[0]).toBeGreaterThan(undoneAt[1] ?? Number.NaN);
    expect(isolations().filter((key) => key.startsWith(one) || key.startsWith(two))).toEqual([]);
    const [undo] = await world.store.runs.broughtBy(one);
    expect(undo).toMatchObject({ run: `${one}.undo`, outcome: 'done', requester: 'ann', origin: { kind: 'undo', run: one } });
    expect(undo?.view?.steps).toMatchObject([{ step: 'cut', status: 'undone' }]);
    await recordHistory(handle, 'called-and-taken-back');
  }, 60_000);

  it('goes on once the outcome of a call stands, though its lease holds; going back ends the lease', async () => {
    await world.publish(
      caller('leases', `  - { id: one, playbook: { name: leased, with: { host: ws-17 } } }\n  - { id: hold, wait: 1h }\n`),
    );
    const handle = await world.begin('leases');
    await until(async () => statuses(await viewOf(handle)), { one: 'done', hold: 'waiting' });
    const [child] = await children(handle);
    expect(child).toMatchObject({ status: 'running', view: { status: 'leased', outcome: 'done' } });
    expect(await effectsOf(child?.run ?? '')).toMatchObject([{ status: 'confirmed' }]);
    await cancel(handle);
    expect(statuses(await endOf(handle))).toEqual({ one: 'undone', hold: 'cancelled' });
    expect(await world.store.runs.get(child?.run ?? '')).toMatchObject({ outcome: 'cancelled', cancelledBy: `run:${runOf(handle)}` });
    expect(await effectsOf(child?.run ?? '')).toMatchObject([{ status: 'undone' }]);
  }, 60_000);

  it('a cancelled run cancels its call on record and waits until that has taken back its own', async () => {
    await world.publish(caller('cancels', `  - { id: one, playbook: { name: slow, with: { host: ws-17 } } }\n`));
    const handle = await world.begin('cancels');
    const child = await until(async () => {
      const [found] = await children(handle);
      return found && (await effectsOf(found.run))[0]?.status === 'confirmed' ? found.run : undefined;
    });
    await cancel(handle);
    expect(statuses(await endOf(handle))).toEqual({ one: 'cancelled' });
    expect(await world.store.runs.get(child)).toMatchObject({ status: 'ended', outcome: 'cancelled', cancelledBy: `run:${runOf(handle)}` });
    expect(await effectsOf(child)).toMatchObject([{ status: 'undone' }]);
    await recordHistory(handle, 'cancelled-with-call');
  }, 60_000);

  it('a call that is not waited for goes on alone, whatever becomes of the caller', async () => {
    await world.publish(
      caller(
        'detaches',
        `  - { id: one, playbook: { name: contain, wait: false, with: { host: ws-17 } } }\n  - { id: bad, fail: no good }\n`,
      ),
    );
    const handle = await world.begin('detaches');
    expect(statuses(await endOf(handle))).toEqual({ one: 'done', bad: 'failed' });
    const ended = await until(async () => (await children(handle)).find(({ status }) => status === 'ended'));
    expect(ended).toMatchObject({ outcome: 'done' });
    expect(await effectsOf(ended.run)).toMatchObject([{ status: 'confirmed' }]);
  }, 60_000);

  it('what a person did in a called run, a person takes back, asked by the run that does it', async () => {
    await world.store.people.put({ id: 'kim', name: 'Kim', roles: ['analyst'], disabled: false }, 'ann');
    const asked = 'roles: [analyst], expires: 1h, instructions';
    await world.publish(
      `playbook: unplugs\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: pull, manual: { ${asked}: pull the plug }, undo: { manual: { ${asked}: plug it in again } } }\n`,
      caller('unplugs-and-fails', `  - { id: one, playbook: { name: unplugs } }\n  - { id: bad, fail: no good }\n`),
    );
    const handle = await world.begin('unplugs-and-fails');
    const child = await until(async () => (await children(handle))[0]?.run);
    await answered(child);
    const undo = await answered(`${child}.undo`);
    expect(undo).toMatchObject({ undo: true, title: 'take back: pull', instructions: 'plug it in again', roles: ['analyst'] });
    expect(statuses(await endOf(handle))).toEqual({ one: 'undone', bad: 'failed' });
    expect(await world.store.runs.get(`${child}.undo`)).toMatchObject({ outcome: 'done', origin: { kind: 'undo', run: child } });
  }, 60_000);

  /** Kim does what the run asks for. */
  async function answered(run: string) {
    const task = await until(async () => (await world.store.tasks.list({ run, status: 'open' }, {})).items[0]);
    await world.store.tasks.answer({ id: task.id, by: 'kim', outputs: {} });
    await world.bench.client.workflow.getHandle(`run/${run}`).signal(messageNames.taskAnswered, { task: task.id });
    return task;
  }

  it('fails the step with the reason where the call is refused or ends badly', async () => {
    await world.publish(
      `playbook: wants\nversion: 1.0.0\ntitle: t\ninputs: { n: { type: int, max: 3 } }\nsteps:\n  - { id: bad, fail: it went wrong }\n`,
      caller(
        'refused',
        `  - { id: far, set: { n: 4 } }\n  - { id: one, playbook: { name: wants, with: { n: '\${far.n}' } }, on_failure: continue }\n  - { id: two, playbook: { name: wants, with: { n: 1 } }, on_failure: continue }\n`,
        '{ one: one.error.code, two: two.error.message }',
      ),
    );
    const view = await endOf(await world.begin('refused'));
    expect(view.outputs?.['one']).toBe('input-invalid');
    expect(view.outputs?.['two']).toMatch(/playbook `wants` \(run `wants-[0-9a-f]{16}`\) ended: failed: it went wrong/u);
  }, 60_000);

  it('fifty calls while the history goes on in new executions: none is lost, none is ordered twice', async () => {
    await world.publish(
      caller(
        'many',
        `  - id: each\n    foreach:\n      in: \${inputs.hosts}\n      as: n\n      concurrency: 20\n      collect: one.value\n      steps: [{ id: one, playbook: { name: noop, with: { n: '\${n}' } } }]\n`,
        '{ all: each.results }',
        'inputs: { hosts: { type: list } }\n',
      ),
    );
    const hosts = Array.from({ length: 50 }, (_, index) => index);
    const handle = await world.begin('many', { inputs: { hosts } }, { continueAfterEvents: 60 });
    expect((await handle.result()).outputs).toEqual({ all: hosts });
    const rows = await children(handle);
    expect(rows.map(({ outcome }) => outcome)).toEqual(hosts.map(() => 'done'));
    expect(new Set(rows.map(({ origin }) => origin?.step)).size).toBe(50);
    const executions = [];
    for await (const { runId } of world.bench.client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` }))
      executions.push(runId);
    expect(executions.length).toBeGreaterThan(2);
    await recordHistory(world.bench.client.workflow.getHandle(handle.workflowId, executions.at(-2)), 'many-called');
  }, 120_000);

  it('takes news of a call from the store alone: a made-up message changes nothing', async () => {
    await world.publish(caller('deaf', `  - { id: one, playbook: { name: slow, with: { host: ws-17 } } }\n`));
    const handle = await world.begin('deaf');
    const child = await until(async () => (await children(handle))[0]?.run);
    for (const rubbish of [undefined, null, 7, {}, { child: 8 }, { child }, { child: 'other' }, { child: '__proto__' }])
      await handle.signal(messageNames.childNews, rubbish);
    await sleep(500);
    expect(statuses(await viewOf(handle))).toEqual({ one: 'running' });
    await cancel(handle);
    await handle.result();
  }, 60_000);

  it('runs that call runs that call runs are refused when they get too deep', async () => {
    // A chain that the compiler would not let pass: versions that call each other.
    const chain = (version: string, steps: string): string =>
      `playbook: deep\nversion: ${version}\ntitle: t\ninputs: { n: { type: int } }\nsteps:\n${steps}`;
    await world.publish(chain('1.0.0', '  - { id: end, end: done }\n'));
    await world.publish(
      `playbook: between\nversion: 1.0.0\ntitle: t\ninputs: { n: { type: int } }\nsteps:\n  - { id: one, playbook: { name: deep, with: { n: '\${inputs.n + 1}' } } }\n`,
    );
    const { plan } = compilePlaybook(
      chain('2.0.0', `  - { id: one, playbook: { name: between, with: { n: '\${inputs.n + 1}' } } }\n`),
      'deep.yaml',
    );
    await world.store.playbooks.publish({ source: 'deep', plan }, 'ann');
    const view = await (await world.begin('deep', { inputs: { n: 0 } })).result();
    expect(view).toMatchObject({ outcome: 'failed', error: { code: 'child-failed' } });
    expect(view.error?.message).toContain('would run 9 playbooks deep');
  }, 60_000);

  async function cancel(handle: WorkflowHandle): Promise<void> {
    await world.store.runs.recordCancel(runOf(handle), 'max', 'false alarm');
    await handle.signal(messageNames.cancel, { by: 'max', reason: 'false alarm' });
  }
});

const runOf = ({ workflowId }: WorkflowHandle): string => workflowId.slice('run/'.length);
const viewOf = (handle: WorkflowHandle): Promise<RunView> => handle.query<RunView>(messageNames.state);

function caller(name: string, steps: string, outputs = '{}', more = ''): string {
  return `playbook: ${name}\nversion: 1.0.0\ntitle: t\n${more}outputs: ${outputs}\nsteps:\n${steps}`;
}

const leased = `playbook: leased
version: 1.0.0
title: Contain one host for some time
inputs: { host: { type: asset } }
steps:
  - ${isolate('cut', ', lease: 1h')}
`;
const slow = `playbook: slow
version: 1.0.0
title: Contain one host and wait
inputs: { host: { type: asset } }
steps:
  - ${isolate('cut')}
  - { id: hold, wait: 1h }
`;
const noop = `playbook: noop
version: 1.0.0
title: Answers
inputs: { n: { type: int } }
steps:
  - { id: n, action: control.noop, with: { value: '\${inputs.n}' } }
outputs: { value: n.value }
`;

async function until<T>(look: () => Promise<T>, expected?: object): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (expected === undefined ? found !== undefined && found !== null : JSON.stringify(found) === JSON.stringify(expected))
      return found as NonNullable<T>;
    await sleep(50);
  }
  throw new Error(`never came: ${JSON.stringify(await look())}`);
}
