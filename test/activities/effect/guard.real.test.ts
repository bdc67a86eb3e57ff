/** The decision point before effects, on a real store and the real OPA with the guard's Rego. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createActivities } from '../../../activities/index.ts';
import type { Activities } from '../../../activities/contract.ts';
import { defaultGuardSettings, type GuardSettings } from '../../../domain/guard/settings.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { opaGuard, type OpaGuard } from '../../../worker/opa-guard.ts';
import { describeWith, testOpa } from '../../stack/fixture.ts';
import { storeWorld, type StoreWorld } from '../store-world.ts';

const source = (name: string): string => `
playbook: ${name}
version: 1.0.0
title: Isolates at once
inputs: { host: { type: asset } }
steps:
  - { id: isolate, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release }
`;

describeWith(['postgres', 'opa'], 'the guard', () => {
  let world: StoreWorld;
  let guard: OpaGuard;
  let activities: Activities;

  beforeEach(async () => {
    world = await storeWorld();
    guard = opaGuard(testOpa());
    activities = createActivities({ ...world.ports, guard: guard.ask });
    for (const name of ['quick', 'other'])
      await world.store.playbooks.publish({ source: source(name), plan: compilePlaybook(source(name), 'p.yaml').plan }, 'ann');
  });

  afterEach(async () => {
    guard.close();
    await world.end();
  });

  const settings = async (changes: Partial<GuardSettings>) =>
    world.store.guard.save({ settings: { ...defaultGuardSettings, ...changes }, by: 'ann' });

  async function isolate(run: string, asset: string, playbook = 'quick'): Promise<JsonObject> {
    await world.ordered(run, playbook, { host: asset });
    return activities['network.isolate']({ run, step: 'isolate', invocation: 1, params: { asset } });
  }

  it('lets an ordinary effect happen, and keeps the decision with the intent and in the chain', async () => {
    await isolate('r1', 'ws-17');
    const row = await world.store.effects.get('r1/isolate/1');
    expect(row).toMatchObject({
      status: 'confirmed',
      playbook: 'quick',
      subjects: ['ws-17'],
      decision: { allow: true, reasons: [], policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), settings: { version: 0 } },
    });
    const [intended] = (await world.store.audit.list({ subject: 'effect/r1/isolate/1' }, {})).items.filter(
      ({ event }) => event === 'effect-intended',
    );
    expect(intended?.detail).toMatchObject({ guard: { decision: row?.decision?.id, policy: row?.decision?.policy } });
  });

  it('refuses an effect on a critical asset that no approval covers: a denial with reasons, and nothing done', async () => {
    await expect(isolate('r1', 'db-1')).rejects.toMatchObject({
      code: 'guard-denied',
      message: expect.stringContaining('`db-1` is of criticality critical'),
    });
    expect(await world.store.effects.get('r1/isolate/1')).toMatchObject({
      status: 'denied',
      error: { code: 'guard-denied' },
      decision: { allow: false, reasons: [expect.stringContaining('needs an approval')] },
    });
    expect(world.actual.size).toBe(0);
    const events = (await world.store.audit.list({ subject: 'effect/r1/isolate/1' }, {})).items.map(({ event }) => event);
    expect(events).toEqual(['effect-denied']);
  });

  it('stays with a denial, whatever is set later, and undoes nothing', async () => {
    await expect(isolate('r1', 'db-1')).rejects.toMatchObject({ code: 'guard-denied' });
    await settings({ criticality: { approvalFrom: 'critical', unknownAs: 'low' }, budgets: [] });
    const call = { run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'db-1' } };
    world.as('run/r1');
    await expect(activities['network.isolate'](call)).rejects.toMatchObject({ code: 'guard-denied' });
    await activities['network.release']({ ...call, params: { ...call.params, receipt: 'r1/isolate/1' }, undoes: 'r1/isolate/1' });
    expect(await world.store.effects.get('r1/isolate/1')).toMatchObject({ status: 'denied' });
    expect(world.actual.size).toBe(0);
  });

  it('counts hosts, for the playbook and overall; the same host again takes no further place', async () => {
    await settings({ budgets: [{ name: 'isolation', actions: ['network.*'], per: '1h', perPlaybook: 1, overall: 2 }] });
    await isolate('r1', 'ws-17');
    await isolate('r2', 'ws-17');
    await expect(isolate('r3', 'pay-1')).rejects.toMatchObject({
      code: 'guard-denied',
      message: 'the budget `isolation` is spent: playbook quick may touch 1 within 1h',
    });
    await isolate('r4', 'pay-1', 'other');
    await expect(isolate('r5', '10.3.0.99', 'other')).rejects.toMatchObject({
      message: expect.stringContaining('playbook other may touch 1'),
    });
  });

  it('gives the last place of a budget to exactly one of many that want it at once', async () => {
    await settings({ budgets: [{ name: 'isolation', actions: ['network.isolate'], per: '1h', overall: 3 }] });
    const runs = Array.from({ length: 12 }, (_, index) => `r${index}`);
    for (const run of runs) await world.ordered(run, 'quick', { host: 'ws-17' });
    // Each call by the workflow of its own run.
    const outcomes = await Promise.all(
      runs.map(async (run, index) => {
        const own = createActivities({
          ...world.ports,
          guard: guard.ask,
          caller: () => ({ ...world.ports.caller(), workflowId: `run/${run}` }),
        });
        try {
          await own['network.isolate']({ run, step: 'isolate', invocation: 1, params: { asset: `10.3.0.${index + 100}` } });
          return 'done';
        } catch (error) {
          return (error as { code: string }).code;
        }
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'guard-denied')).toHaveLength(9);
    expect((await world.store.points.get('fw-1'))?.desired.isolations).toHaveLength(3);
    expect((await world.store.effects.list({ status: 'denied' }, {})).items).toHaveLength(9);
    expect(await world.store.audit.verify()).toMatchObject({ ok: true });
  });

  it('forgets what is older than the budget’s time, by the clock of the database', async () => {
    await settings({ budgets: [{ name: 'isolation', actions: ['network.isolate'], per: '500ms', overall: 1 }] });
    await isolate('r1', 'ws-17');
    await new Promise((resolve) => setTimeout(resolve, 600));
    await isolate('r2', 'pay-1');
  });

  it('keeps to maintenance windows, but never holds an undo up', async () => {
    await isolate('r1', 'ws-17');
    const closed = {
      name: 'freeze',
      effects: 'never',
      actions: ['*'],
      during: ['Mon-Sun 00:00-23:59 Europe/Zurich', 'daily 23:59-00:00 Europe/Zurich'],
    } as const;
    await settings({ windows: [closed], budgets: [{ name: 'none', actions: ['*'], per: '1h', overall: 0 }] });
    await expect(isolate('r2', 'pay-1')).rejects.toMatchObject({ code: 'guard-denied', message: expect.stringContaining('`freeze`') });
    world.as('run/r1');
    await activities['network.release']({
      run: 'r1',
      step: 'isolate',
      invocation: 1,
      params: { asset: 'ws-17', receipt: 'r1/isolate/1' },
      undoes: 'r1/isolate/1',
    });
    expect(world.actual.get('fw-1')?.isolations).toEqual([]);
  });

  it('lets nothing happen while OPA is away, and no intent is written', async () => {
    for (const at of [
      { url: 'http://127.0.0.1:1', token: 'x' },
      { ...testOpa(), token: 'wrong' },
      { url: undefined, token: undefined },
    ]) {
      const away = opaGuard(at);
      activities = createActivities({ ...world.ports, guard: away.ask });
      const attempt = isolate(`r-${String(at.url)}-${String(at.token)}`.replaceAll(/[^a-z0-9-]/gu, ''), 'ws-17');
      await expect(attempt).rejects.toMatchObject({
        code: 'dependency-unavailable',
        message: expect.not.stringContaining(at.token ?? 'token'),
      });
      away.close();
    }
    expect((await world.store.effects.list({}, {})).items).toEqual([]);
    expect(world.actual.size).toBe(0);
  });

  it('keeps versions of its settings, and tells who comes too late', async () => {
    expect(await world.store.guard.settings()).toMatchObject({ version: 0, by: 'system:defaults' });
    const first = await world.store.guard.save({
      settings: { ...defaultGuardSettings, budgets: [] },
      replaces: 0,
      reason: 'a drill',
      by: 'ann',
    });
    expect(first).toMatchObject({ version: 1, by: 'ann', reason: 'a drill' });
    expect(await world.store.guard.save({ settings: { ...defaultGuardSettings, budgets: [] }, by: 'bea' })).toMatchObject({
      version: 1,
      by: 'ann',
    });
    await expect(world.store.guard.save({ settings: defaultGuardSettings, replaces: 0, by: 'bea' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await world.store.guard.history()).map(({ version }) => version)).toEqual([1, 0]);
    const [entry] = (await world.store.audit.list({ subject: 'guard/settings' }, {})).items;
    expect(entry).toMatchObject({
      actor: 'ann',
      event: 'guard-settings-saved',
      detail: { version: 1, digest: first.digest, reason: 'a drill' },
    });
  });
});
