import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ActionCall, Activities } from '../../activities/contract.ts';
import type { Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { approvedVersion, cardholder, inventory, storeWorld } from './store-world.ts';
import type { StoreWorld } from './store-world.ts';

const untilMs = Date.now() + 3_600_000;

describeWith(['postgres'], 'an exception with an end', () => {
  let world: StoreWorld;
  const params = { policy: 'cardholder', version: 1 };
  const call = (run: string, step: string, more: Partial<ActionCall['params']> = {}): ActionCall => ({
    run,
    step,
    invocation: 1,
    params: { ...params, ...more },
  });
  const at = (ms: number) => Object.assign(world.ports, { now: () => new Date(ms) });
  const look = (watch: Activities) => watch['monitor.watch']({ scope: 'default', forMs: 0, intervalMs: 1 });
  const inForceAt = (point: string) => Object.values(world.actual.get(point)?.artifact?.files ?? {}).join('\n');

  beforeEach(async () => {
    world = await storeWorld();
    const [payments, rest] = cardholder().rules;
    const visitor = {
      ...payments!,
      id: 'visitor',
      match: { from: 'asset:ws-17', to: 'group:cardholder-db', service: 'tcp/5432' },
      exception: { owner: 'ann', reason: 'moving the old reports', until: new Date(untilMs).toISOString() },
    };
    await world.store.policies.saveDraft(cardholder({ rules: [payments!, visitor, rest!], budget: { ipv4: 1 } }), 'ann');
    await approvedVersion(world, 'cardholder');
    const run = await world.ordered('d1', 'distribute', params);
    for (const [index, point] of ['fw-1', 'opa-1'].entries()) await run['enforcement.apply'](call('d1', `each[${index}].apply`, { point }));
    await world.store.policies.enforce({ ...params, by: 'ann' });
  });

  afterEach(async () => {
    await world.end();
  });

  it('is in force until then, and the watch has nothing to do', async () => {
    expect(inForceAt('fw-1')).toContain('cardholder/visitor');
    expect(await look(world.as('watch/default'))).toMatchObject({ ended: [] });
  });

  it('is taken out of force by a run that the watch orders once', async () => {
    at(untilMs);
    const watch = world.as('watch/default');
    const { ended = [] } = await look(watch);
    expect(ended).toEqual([{ ...params, run: `end-exceptions-cardholder-1-${untilMs}-1` }]);
    const { run } = await watch['monitor.end'](ended[0]!);
    expect(await look(watch)).toMatchObject({ ended: [] });
    const acts = world.as(`run/${run}`);
    await acts['policy.compile'](call(run, 'compile'));
    await acts['policy.prove'](call(run, 'prove'));
    for (const [index, point] of ['fw-1', 'opa-1'].entries()) await acts['enforcement.apply'](call(run, `each[${index}].apply`, { point }));
    for (const point of ['fw-1', 'opa-1']) {
      expect(inForceAt(point)).toContain('cardholder/payments');
      expect(inForceAt(point)).not.toContain('cardholder/visitor');
    }
  });

  it('ends though the inventory has grown beyond the budget that was approved', async () => {
    const more = ['pay-2', 'pay-3', 'pay-4'].map((name, at) => ({ ...inventory.assets[0]!, name, addresses: [`10.1.0.${at + 11}`] }));
    await world.store.context.saveInventory({ ...inventory, assets: [...inventory.assets, ...more] }, 'ann');
    at(untilMs);
    const { ended = [] } = await look(world.as('watch/default'));
    const { run } = await world.as('watch/default')['monitor.end'](ended[0]!);
    const acts = world.as(`run/${run}`);
    await acts['policy.compile'](call(run, 'compile'));
    await acts['policy.prove'](call(run, 'prove'));
    await acts['enforcement.apply'](call(run, 'each[0].apply', { point: 'fw-1' }));
    expect(inForceAt('fw-1')).not.toContain('cardholder/visitor');
    // A version of its own, with the same budget, is refused.
    await world.store.policies.saveDraft(cardholder({ budget: { ipv4: 1 } }), 'ann');
    const draft = await world.ordered('g2', 'generate', { policy: 'cardholder', version: 2 });
    await draft['policy.compile'](call('g2', 'compile', { version: 2 }));
    await expect(draft['policy.prove'](call('g2', 'prove', { version: 2 }))).rejects.toMatchObject({ code: 'policy-budget-exceeded' });
  });

  it('does not go out again once it has ended, whatever was compiled before', async () => {
    at(untilMs);
    const run = await world.ordered('d2', 'distribute', params);
    await expect(run['enforcement.apply'](call('d2', 'each[0].apply', { point: 'fw-1' }))).rejects.toMatchObject({ code: 'conflict' });
  });

  describe('that cannot be taken out', () => {
    let endedAtMs: number;

    beforeEach(() => {
      endedAtMs = untilMs;
      const { runs } = world.store;
      const get: Store['runs']['get'] = async (run) => {
        const row = await runs.get(run);
        return row?.status === 'ended' ? { ...row, endedAt: new Date(endedAtMs).toISOString() } : row;
      };
      Object.assign(world.ports, { store: { ...world.store, runs: { ...runs, get } } });
    });

    /** Each attempt fails when the one before it has rested long enough. */
    const failAttempts = async (count: number): Promise<void> => {
      for (let attempt = 1; attempt <= count; attempt += 1) {
        const { ended = [] } = await look(world.as('watch/default'));
        expect(ended).toEqual([{ ...params, run: `end-exceptions-cardholder-1-${untilMs}-${attempt}` }]);
        const { run } = await world.as('watch/default')['monitor.end'](ended[0]!);
        expect(await look(world.as('watch/default'))).toMatchObject({ ended: [] });
        const error = { code: 'dependency-unavailable' as const, message: 'fw-1 is away' };
        await world.store.runs.finish(run, {
          run,
          playbook: 'end-exceptions',
          version: '1',
          status: 'ended',
          outcome: 'failed',
          steps: [],
          error,
        });
        endedAtMs += 3_600_000;
        at(endedAtMs + 3_600_000);
      }
    };

    it('is tried again for ever, after a rest that grows up to ten minutes', async () => {
      at(untilMs);
      await failAttempts(25);
      for (const [restMs, tried] of [
        [599_000, 0],
        [600_000, 1],
      ] as const) {
        at(endedAtMs + restMs);
        expect((await look(world.as('watch/default'))).ended).toHaveLength(tried);
      }
    });

    it('is told to people once, by a signal that says why', async () => {
      at(untilMs);
      const id = `exception-overdue-cardholder-1-${untilMs}`;
      await failAttempts(3);
      expect(await world.store.signals.get(id)).toBeUndefined();
      await look(world.as('watch/default'));
      expect(await world.store.signals.get(id)).toMatchObject({
        kind: 'exception-overdue',
        severity: 'high',
        attributes: { policy: 'cardholder', version: 1, reason: 'fw-1 is away' },
      });
      await look(world.as('watch/default'));
      expect(await world.store.signals.counts()).toMatchObject({ in: 1, duplicate: 0 });
    });
  });

  it('takes back no newer version that went out to a point meanwhile', async () => {
    at(untilMs);
    const { ended = [] } = await look(world.as('watch/default'));
    const { run } = await world.as('watch/default')['monitor.end'](ended[0]!);
    const acts = world.as(`run/${run}`);
    await acts['policy.compile'](call(run, 'compile'));
    await acts['policy.prove'](call(run, 'prove'));
    const held = (await world.store.points.get('fw-1'))!.desired;
    await world.store.points.setDesired('fw-1', { ...held, policyVersions: [{ policy: 'cardholder', version: 2 }] }, 'ann');
    await expect(acts['enforcement.apply'](call(run, 'each[0].apply', { point: 'fw-1' }))).rejects.toMatchObject({ code: 'conflict' });
    expect((await world.store.points.get('fw-1'))?.desired.artifact).toBe(held.artifact);
    await acts['enforcement.apply'](call(run, 'each[1].apply', { point: 'opa-1' }));
    expect(inForceAt('opa-1')).not.toContain('cardholder/visitor');
  });

  it('is ended by nobody but the watch', async () => {
    at(untilMs);
    const { ended = [] } = await look(world.as('watch/default'));
    await expect(world.as('run/x')['monitor.end'](ended[0]!)).rejects.toMatchObject({ code: 'order-mismatch' });
  });
});
