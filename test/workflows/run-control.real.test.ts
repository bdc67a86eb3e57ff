/** What people tell a run under way, on a real Temporal server and a real store: each taken once, whoever dies meanwhile. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { forkOf } from '../../domain/playbook/control/fork-plan.ts';
import type { CancelPreview } from '../../domain/playbook/control/cancel-preview.ts';
import type { MigrationPreview } from '../../domain/playbook/control/migration.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { CommandRow } from '../../store/port.ts';
import { messageNames, type PlaybookRunInput } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, recordHistory, type ChildWorld } from './child-world.ts';
import { unique } from './run-fixture.ts';

const isolate = (id: string, more = ''): string =>
  `{ id: ${id}, action: network.isolate, with: { asset: ws-17 }, undo: network.release${more} }`;
const noop = (id: string): string => `{ id: ${id}, action: control.noop }`;
const playbook = (name: string, steps: readonly string[], version = '1.0.0'): string =>
  `playbook: ${name}\nversion: ${version}\ntitle: t\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;
const turns = (count: number): string =>
  `{ id: l, while: { from: { at: 0 }, if: last.at < ${count}, max: 400, steps: [{ id: p, action: control.noop }, { id: up, set: { at: last.at + 1 } }] } }`;

/** Each step through the server, as a run that began before there was a quick way. */
const slow = { driver: undefined } as unknown as Partial<PlaybookRunInput>;

describeWith(['postgres', 'temporal'], 'run control', () => {
  let world: ChildWorld;

  beforeAll(async () => {
    world = await childWorld();
    for (const [id, roles] of [
      ['max', ['manager']],
      ['eve', ['engineer']],
      ['rex', []],
    ] as const)
      await world.store.people.put({ id, name: id, roles, disabled: false }, 'ann');
    await world.worker();
  }, 90_000);
  afterAll(async () => {
    await world.end();
  });

  const runOf = ({ workflowId }: WorkflowHandle): string => workflowId.slice('run/'.length);
  const statuses = ({ steps }: RunView): object => Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  const view = (handle: WorkflowHandle): Promise<RunView> => handle.query<RunView>(messageNames.state);
  /** As it is stored: the workflow itself answers in few words. */
  async function ended(handle: WorkflowHandle, store = world.store): Promise<RunView> {
    await handle.result();
    return (await store.runs.get(runOf(handle)))!.view!;
  }
  const effectsOf = async (run: string) => (await world.store.effects.list({ run }, { limit: 500 })).items;

  async function record(handle: WorkflowHandle, kind: string, params: JsonObject = {}, by = 'max'): Promise<CommandRow> {
    return world.store.commands.order({ id: `cmd-${unique()}`, run: runOf(handle), kind, by, reason: 'because', params });
  }
  async function tell(handle: WorkflowHandle, kind: string, params: JsonObject = {}, by = 'max'): Promise<CommandRow> {
    const { id } = await record(handle, kind, params, by);
    await handle.signal(messageNames.command, { command: id });
    return answered(id);
  }
  async function answered(id: string): Promise<CommandRow> {
    return until(
      async () => (await world.store.commands.get(id))!,
      ({ status }) => status !== 'ordered',
    );
  }
  async function until<T>(get: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      const value = await get();
      if (holds(value)) return value;
      if (tries > 300) throw new Error(`it did not come to it: ${JSON.stringify(value)}`);
      await sleep(50);
    }
  }
  const comesTo = (handle: WorkflowHandle, step: string, status: string): Promise<RunView> =>
    until(
      () => view(handle),
      ({ steps }) => steps.some((each) => each.step === step && each.status === status),
    );

  it('a paused run begins nothing until it is resumed', async () => {
    await world.publish(playbook('pausing', [isolate('cut'), '{ id: w, wait: 500ms }', noop('after')]));
    const handle = await world.begin('pausing');
    await comesTo(handle, 'w', 'waiting');
    expect(await tell(handle, 'pause')).toMatchObject({ status: 'taken' });
    expect(await tell(handle, 'pause')).toMatchObject({ status: 'refused', error: { code: 'run-state-wrong' } });
    await comesTo(handle, 'w', 'done');
    expect(await view(handle)).toMatchObject({ status: 'paused', paused: { by: 'max', reason: 'because' }, steps: [{}, {}] });
    expect(await tell(handle, 'resume')).toMatchObject({ status: 'taken' });
    expect(await ended(handle)).toMatchObject({ outcome: 'done' });
    expect(await effectsOf(runOf(handle))).toMatchObject([{ status: 'confirmed', attempts: 1 }]);
    await recordHistory(handle, 'paused-and-resumed');
  }, 60_000);

  it('a command that was given before the run began is taken before its first step', async () => {
    await world.publish(playbook('early', [noop('first')]));
    const run = `r-${unique()}`;
    const row = (await world.store.playbooks.get('early'))!;
    const order = { run, playbook: 'early', version: row.version, planDigest: row.digest, inputs: {}, requester: 'ann' };
    await world.store.runs.order(order, 'ann');
    const { id } = await world.store.commands.order({ id: `cmd-${unique()}`, run, kind: 'pause', by: 'max', reason: 'wait', params: {} });
    const handle = await world.begin('early', { run });
    expect(await answered(id)).toMatchObject({ status: 'taken' });
    expect(await view(handle)).toMatchObject({ status: 'paused', steps: [] });
    await tell(handle, 'resume');
    expect(await ended(handle)).toMatchObject({ outcome: 'done' });
  }, 60_000);

  it('what was recorded while every worker was dead is taken once when one is back', async () => {
    await world.publish(playbook('killed', ['{ id: w, wait: 1h }', noop('after')]));
    const other = await childWorld();
    try {
      await other.publish(playbook('killed', ['{ id: w, wait: 1h }', noop('after')]));
      await other.store.people.put({ id: 'max', name: 'max', roles: ['manager'], disabled: false }, 'ann');
      const first = await other.worker();
      const handle = await other.begin('killed');
      await comesTo(handle, 'w', 'waiting');
      await first.stop();
      const { id } = await other.store.commands.order({
        id: `cmd-${unique()}`,
        run: runOf(handle),
        kind: 'pause',
        by: 'max',
        reason: 'x',
        params: {},
      });
      // Delivered three times, as by two servers and an outbox.
      for (let times = 0; times < 3; times++) await handle.signal(messageNames.command, { command: id });
      await other.worker();
      const row = await until(
        async () => (await other.store.commands.get(id))!,
        ({ status }) => status !== 'ordered',
      );
      expect(row.status).toBe('taken');
      expect(
        await until(
          () => view(handle),
          ({ status }) => status === 'paused',
        ),
      ).toMatchObject({ paused: { by: 'max' } });
      const audited = (await other.store.audit.list({ subject: `run/${runOf(handle)}` }, { limit: 100 })).items;
      expect(audited.filter(({ event }) => event === 'run-command-taken')).toHaveLength(1);
    } finally {
      await other.end();
    }
  }, 90_000);

  it('of two resumes at once one is taken; what is recorded first is taken first, whichever arrives first', async () => {
    await world.publish(playbook('raced', ['{ id: w, wait: 10ms }', noop('after')]));
    const handle = await world.begin('raced', {}, {});
    await tell(handle, 'pause').catch(() => undefined);
    if ((await view(handle)).status !== 'paused') return;
    const [one, two] = [await record(handle, 'resume'), await record(handle, 'resume')];
    await Promise.all([two, one].map(({ id }) => handle.signal(messageNames.command, { command: id })));
    expect([(await answered(one.id)).status, (await answered(two.id)).status]).toEqual(['taken', 'refused']);
    expect(await ended(handle)).toMatchObject({ outcome: 'done' });
  }, 60_000);

  it('a pause outlives the run’s executions, and each turn is gone through once', async () => {
    await world.publish(playbook('long', [turns(60)]));
    const handle = await world.begin('long', {}, { ...slow, continueAfterEvents: 60 });
    await until(
      () => view(handle),
      ({ steps }) => steps.length > 20,
    );
    expect(await tell(handle, 'pause')).toMatchObject({ status: 'taken' });
    const held = (await view(handle)).steps.length;
    await sleep(500);
    expect((await view(handle)).steps.length).toBe(held);
    expect((await view(handle)).status).toBe('paused');
    expect(await tell(handle, 'resume')).toMatchObject({ status: 'taken' });
    expect(await ended(handle)).toMatchObject({
      outcome: 'done',
      steps: expect.arrayContaining([expect.objectContaining({ step: 'l', outputs: { result: { at: 60 }, turns: 60 } })]),
    });
  }, 90_000);

  it('a skipped action that keeps failing is stopped, taken back, and the run goes on behind it', async () => {
    let fails = true;
    await world.publish(playbook('skipping', [isolate('cut'), noop('after')]));
    const other = await childWorld();
    try {
      await other.publish(playbook('skipping', [isolate('cut'), noop('after')]));
      await other.store.people.put({ id: 'max', name: 'max', roles: ['manager'], disabled: false }, 'ann');
      await other.worker({
        'network.isolate': async () => {
          if (fails) throw new EdictError('enforcement-point-unreachable', 'away');
          return {};
        },
      });
      const handle = await other.begin('skipping');
      await comesTo(handle, 'cut', 'running');
      const { id } = await other.store.commands.order({
        id: `cmd-${unique()}`,
        run: runOf(handle),
        kind: 'skip',
        by: 'max',
        reason: 'not needed',
        params: { step: 'cut' },
      });
      await handle.signal(messageNames.command, { command: id });
      const result = await ended(handle, other.store);
      fails = false;
      expect([result.outcome, statuses(result)]).toEqual(['done', { cut: 'skipped', after: 'done' }]);
      expect(result.steps[0]).toMatchObject({ skipped: { by: 'max', reason: 'not needed' } });
      expect(await other.store.commands.get(id)).toMatchObject({ status: 'taken' });
      await recordHistory(handle, 'skipped-while-failing');
    } finally {
      await other.end();
    }
  }, 90_000);

  it('a skipped call is cancelled on record, takes back its own, and the run goes on behind it', async () => {
    await world.publish(playbook('inner', [isolate('cut'), '{ id: w, wait: 1h }']));
    await world.publish(playbook('outer', ['{ id: call, playbook: { name: inner } }', noop('after')]));
    const handle = await world.begin('outer');
    const [child] = await until(
      () => world.store.runs.broughtBy(runOf(handle)),
      (rows) => rows.length === 1,
    );
    await until(
      () => effectsOf(child?.run ?? ''),
      (rows) => rows[0]?.status === 'confirmed',
    );
    expect(await tell(handle, 'skip', { step: 'call' })).toMatchObject({ status: 'taken' });
    const result = await ended(handle);
    expect([result.outcome, statuses(result)]).toEqual(['done', { call: 'skipped', after: 'done' }]);
    expect(await world.store.runs.get(child?.run ?? '')).toMatchObject({ status: 'ended', outcome: 'cancelled' });
    expect(await effectsOf(child?.run ?? '')).toMatchObject([{ status: 'undone' }]);
  }, 60_000);

  it('a skip races the step’s end: whichever was first holds, and the other is said to be too late', async () => {
    await world.publish(playbook('skip-race', ['{ id: w, wait: 60ms }', '{ id: v, wait: 200ms }', noop('after')]));
    for (let round = 0; round < 4; round++) {
      const handle = await world.begin('skip-race');
      await sleep(round * 30);
      const row = await tell(handle, 'skip', { step: 'w' });
      const result = await ended(handle);
      expect(result.outcome).toBe('done');
      const status = result.steps.find(({ step }) => step === 'w')?.status;
      expect([row.status, status]).toEqual(row.status === 'taken' ? ['taken', 'skipped'] : ['refused', 'done']);
      expect(result.steps.at(-1)).toMatchObject({ step: 'after', status: 'done' });
    }
  }, 60_000);

  it('a run goes on with another version; its effect of before is taken back as that version said', async () => {
    const before = playbook('moving', [isolate('cut'), '{ id: w, wait: { signal: go, for: 1h } }', noop('old')]);
    const after = playbook(
      'moving',
      [isolate('cut'), '{ id: w, wait: { signal: go, for: 2h } }', noop('new'), '{ id: stop, fail: enough }'],
      '2.0.0',
    );
    await world.publish(before);
    const handle = await world.begin('moving');
    await comesTo(handle, 'w', 'waiting');
    await world.publish(after);
    const { plan } = (await world.store.playbooks.get('moving', '2.0.0'))!;
    const preview = await handle.query<MigrationPreview, [typeof plan]>(messageNames.migrationPreview, plan);
    expect(preview).toMatchObject({ blocks: [], added: ['new', 'stop'], removed: ['old'], standsAt: ['w'] });
    const params = { version: '2.0.0', planDigest: plan.digest };
    expect(await tell(handle, 'migrate', params)).toMatchObject({ status: 'refused', error: { code: 'access-denied' } });
    expect(await tell(handle, 'migrate', params, 'eve')).toMatchObject({ status: 'taken' });
    expect(await world.store.runs.get(runOf(handle))).toMatchObject({
      version: '2.0.0',
      planDigest: plan.digest,
      orderedWith: { version: '1.0.0' },
    });
    expect(await tell(handle, 'skip', { step: 'w' })).toMatchObject({ status: 'taken' });
    const result = await ended(handle);
    expect(result).toMatchObject({ outcome: 'failed', version: '2.0.0' });
    expect(statuses(result)).toEqual({ cut: 'undone', w: 'skipped', new: 'done', stop: 'failed' });
    expect(await effectsOf(runOf(handle))).toMatchObject([{ status: 'undone' }]);
    await recordHistory(handle, 'migrated');
  }, 60_000);

  it('a run that goes on in new executions is migrated in the middle of it', async () => {
    await world.publish(playbook('growing', [turns(60), noop('old')]));
    const handle = await world.begin('growing', {}, { ...slow, continueAfterEvents: 40 });
    await world.publish(playbook('growing', [turns(60), noop('new')], '2.0.0'));
    const { plan } = (await world.store.playbooks.get('growing', '2.0.0'))!;
    await until(
      () => view(handle),
      ({ steps }) => steps.length > 10,
    );
    const answers: string[] = [];
    for (let tries = 0; tries < 20 && answers.at(-1) !== 'taken'; tries++)
      answers.push((await tell(handle, 'migrate', { version: '2.0.0', planDigest: plan.digest }, 'eve')).status);
    expect(answers.at(-1)).toBe('taken');
    const result = await ended(handle);
    expect(result).toMatchObject({ outcome: 'done', version: '2.0.0' });
    expect(result.steps.find(({ step }) => step === 'l')).toMatchObject({ outputs: { turns: 60 } });
    expect(result.steps.at(-1)).toMatchObject({ step: 'new' });
  }, 90_000);

  it('a run begins in the middle of another, with what that one recorded, and owns none of its effects', async () => {
    const steps = [
      isolate('cut'),
      '{ id: seen, set: { points: cut.points } }',
      '{ id: told, set: { n: size(seen.points) } }',
      '{ id: stop, fail: no }',
    ];
    await world.publish(playbook('forking', steps.slice(0, 3)), playbook('forking-more', [noop('z')]));
    const first = await world.begin('forking');
    const done = await ended(first);
    await world.publish(playbook('forking', steps, '2.0.0'));
    const [one, two] = [(await world.store.playbooks.get('forking', '1.0.0'))!, (await world.store.playbooks.get('forking', '2.0.0'))!];
    const fork = forkOf({ plan: one.plan, view: done, onto: two.plan, from: 'told' });
    const handle = await world.begin('forking', { fork });
    const result = await ended(handle);
    expect(result).toMatchObject({ outcome: 'failed', forkOf: { run: runOf(first), from: 'told' } });
    expect(result.steps).toMatchObject([
      { step: 'cut', recordedIn: runOf(first) },
      { step: 'seen' },
      { step: 'told', outputs: { n: 2 } },
      { step: 'stop' },
    ]);
    expect(await effectsOf(runOf(handle))).toEqual([]);
    expect(await effectsOf(runOf(first))).toMatchObject([{ status: 'confirmed' }]);
    expect(await world.store.runs.forks(runOf(first))).toEqual([runOf(handle)]);
    await recordHistory(handle, 'forked');
  }, 60_000);

  it('the preview of a cancellation is what the cancellation then does', async () => {
    await world.publish(playbook('previewed', [isolate('one'), isolate('two'), '{ id: w, wait: 1h }']));
    const handle = await world.begin('previewed');
    await comesTo(handle, 'w', 'waiting');
    const preview = await handle.query<CancelPreview>(messageNames.cancelPreview);
    expect(preview).toMatchObject({ undone: [{ step: 'two', effect: 'done' }, { step: 'one' }], stopped: [{ step: 'w' }] });
    await world.store.runs.recordCancel(runOf(handle), 'max', 'x');
    await handle.signal(messageNames.cancel, { by: 'max', reason: 'x' });
    expect(statuses(await ended(handle))).toEqual({ one: 'undone', two: 'undone', w: 'cancelled' });
    const undone = (await effectsOf(runOf(handle))).toSorted((a, b) => (a.undoneAt ?? '').localeCompare(b.undoneAt ?? ''));
    expect(undone.map(({ step }) => step)).toEqual(preview.undone.map(({ step }) => step));
  }, 60_000);

  it('a raw message counts for nothing but the id: forged, borrowed and senseless ones change nothing', async () => {
    await world.publish(playbook('raw', ['{ id: w, wait: 2s }', noop('after')]));
    const [handle, stranger] = [await world.begin('raw'), await world.begin('raw')];
    await Promise.all([comesTo(handle, 'w', 'waiting'), comesTo(stranger, 'w', 'waiting')]);
    const borrowed = await record(stranger, 'pause');
    const unknown = await record(handle, 'explode');
    const rightless = await record(handle, 'pause', {}, 'rex');
    const wrong = await record(handle, 'skip', { nothing: true });
    for (const message of [
      undefined,
      7,
      {},
      { command: 5 },
      { command: 'cmd-none' },
      { command: borrowed.id },
      { kind: 'pause', by: 'max' },
    ])
      await handle.signal(messageNames.command, message as never);
    for (const { id } of [unknown, rightless, wrong]) await handle.signal(messageNames.command, { command: id });
    expect(await ended(handle)).toMatchObject({ outcome: 'done' });
    expect((await view(handle)).paused).toBeUndefined();
    expect(await world.store.commands.get(unknown.id)).toMatchObject({ status: 'refused', error: { code: 'input-invalid' } });
    expect(await world.store.commands.get(rightless.id)).toMatchObject({ status: 'refused', error: { code: 'access-denied' } });
    expect(await world.store.commands.get(wrong.id)).toMatchObject({ status: 'refused', error: { code: 'input-invalid' } });
    await ended(stranger);
    expect(await world.store.commands.get(borrowed.id)).toMatchObject({ status: 'refused', error: { code: 'run-state-wrong' } });
  }, 60_000);
});
