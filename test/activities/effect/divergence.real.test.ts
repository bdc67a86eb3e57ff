/** A failed undo on a real store: the ledger, the account of signals, the incident, and the undo that is tried again. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createActivities } from '../../../activities/index.ts';
import type { ActionCall, Activities } from '../../../activities/contract.ts';
import { EdictError } from '../../../domain/errors.ts';
import { start, advance } from '../../../domain/playbook/engine/engine.ts';
import { viewOf } from '../../../domain/playbook/engine/view.ts';
import { describeWith } from '../../stack/fixture.ts';
import { storeWorld, type StoreWorld } from '../store-world.ts';

const key = 'r1/isolate/1';
const fault = { code: 'enforcement-point-unreachable', message: '`fw-1` is away' } as const;

describeWith(['postgres'], 'an undo that has failed for good', () => {
  let world: StoreWorld;
  let away = false;

  beforeEach(async () => {
    world = await storeWorld();
    away = false;
    await isolated();
  });
  afterEach(() => world.end());

  /** Activities as the workflow of a run, at a firewall that can go away. */
  function as(run: string): Activities {
    const { ports } = world;
    return createActivities({
      ...ports,
      caller: () => ({ ...ports.caller(), workflowId: `run/${run}` }),
      connector: async (name) => {
        if (away) throw new EdictError('enforcement-point-unreachable', `\`${name}\` is away`);
        return ports.connector(name);
      },
    });
  }

  const call: ActionCall = { run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17' } };
  const undo: ActionCall = { ...call, params: { ...call.params, receipt: key }, undoes: key };

  async function isolated(): Promise<void> {
    const source =
      'playbook: quick\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: isolate, action: network.isolate, with: { asset: ws-17 }, undo: network.release }\n';
    const { compilePlaybook } = await import('../../../domain/playbook/compile.ts');
    await world.store.playbooks.publish({ source, plan: compilePlaybook(source, 'p.yaml').plan }, 'ann');
    await world.ordered('r1', 'quick');
    await as('r1')['network.isolate'](call);
  }

  const report = () => as('r1')['effect.diverged']({ run: 'r1', effect: key, error: fault });
  const incidents = async () => (await world.store.incidents.list({}, {})).items;

  it('is an incident of its own, with the receipt, and its signal is accounted for', async () => {
    expect(await report()).toMatchObject({ status: 'diverged', incident: expect.any(String) });
    expect(await world.store.effects.get(key)).toMatchObject({ status: 'diverged', error: fault });
    const [incident] = await incidents();
    expect(incident).toMatchObject({
      key: `diverged:${key}`,
      severity: 'high',
      status: 'open',
      title: 'network.isolate on ws-17 may hold, and was not undone',
    });
    expect(incident?.notes.map(({ text }) => text)).toEqual([
      expect.stringMatching(/may still hold at fw-1, opa-1[^]*Receipt: \{[^]*retry-undo/u),
    ]);
    expect(await world.store.signals.counts()).toMatchObject({ in: 1, handled: 1, open: 0 });
  });

  it('is reported once, however often it is told', async () => {
    const first = await report();
    expect(await report()).toEqual(first);
    expect(await incidents()).toHaveLength(1);
    expect((await incidents())[0]?.notes).toHaveLength(1);
    expect(await world.store.signals.counts()).toMatchObject({ in: 1, handled: 1, duplicate: 0 });
  });

  it('is critical where the asset is', async () => {
    await world.store.context.saveInventory(
      { assets: [{ ...(await world.store.context.inventory()).assets[2]!, criticality: 'critical' }], zones: [] },
      'ann',
    );
    await report();
    expect(await incidents()).toMatchObject([{ severity: 'critical' }]);
  });

  it('is none where the undo was done after all, and only its answer was lost', async () => {
    await as('r1')['network.release'](undo);
    expect(await report()).toEqual({ status: 'undone' });
    expect(await incidents()).toEqual([]);
  });

  it('cannot be told by another run', async () => {
    await world.ordered('r2', 'quick');
    await expect(as('r2')['effect.diverged']({ run: 'r2', effect: key, error: fault })).rejects.toMatchObject({ code: 'order-mismatch' });
    await expect(as('r2')['effect.diverged']({ run: 'r1', effect: key, error: fault })).rejects.toMatchObject({ code: 'order-mismatch' });
  });

  /** Drives a run that takes back, as the workflow does, and records its end. */
  async function drive(run: string): Promise<string | undefined> {
    const activities = as(run);
    const loaded = await activities['run.load']({ run });
    let turn = start(loaded.plan, { ...loaded, run, nowMs: 0 });
    for (let queue = [...turn.commands]; queue.length > 0;) {
      const command = queue.shift()!;
      if (command.type === 'perform') {
        const performed = { run, step: command.step, invocation: command.invocation, params: command.params, undoes: command.undoes };
        const event = await activities[command.action](performed).then(
          (outputs) => ({ type: 'action-completed' as const, outputs }),
          (error: EdictError) => ({ type: 'action-failed' as const, error: { code: error.code, message: error.message } }),
        );
        turn = advance(loaded.plan, turn.state, { ...event, step: command.step, undo: command.undoes !== undefined, nowMs: 1 });
      } else if (command.type === 'report-divergence') {
        const { status } = await activities['effect.diverged']({ run, effect: command.effect, error: command.error });
        turn = advance(loaded.plan, turn.state, { type: 'divergence-reported', step: command.step, undone: status === 'undone', nowMs: 1 });
      } else continue;
      queue = [...queue, ...turn.commands];
    }
    const view = viewOf(loaded.plan, turn.state);
    await activities['run.finish']({ run, view });
    return view.outcome;
  }

  async function orderRetry(run: string): Promise<void> {
    await world.store.effects.orderRetry({ key, by: 'max', reason: 'the firewall is back' });
    const { playbook, version, planDigest, inputs } = (await world.store.runs.get('r1'))!;
    await world.store.runs.order(
      { run, playbook, version, planDigest, inputs, requester: 'max', origin: { kind: 'undo', run: 'r1', only: 'diverged', depth: 0 } },
      'max',
    );
  }

  it('is tried again when a person orders it, and its incident is closed once it is undone', async () => {
    await report();
    await orderRetry('again-1');
    away = true;
    expect(await drive('again-1')).toBe('failed');
    expect(await world.store.effects.get(key)).toMatchObject({ status: 'diverged', retryBy: undefined });
    expect(await incidents()).toMatchObject([{ status: 'open' }]);
    expect(await world.store.signals.counts()).toMatchObject({ in: 2, handled: 2 });
    away = false;
    await orderRetry('again-2');
    expect(await drive('again-2')).toBe('done');
    expect(await world.store.effects.get(key)).toMatchObject({ status: 'undone' });
    expect(world.actual.get('fw-1')?.isolations).toEqual([]);
    const [incident] = await incidents();
    expect(incident).toMatchObject({ status: 'closed' });
    expect(incident?.notes.at(-1)?.text).toContain('is undone by now: run again-2');
    expect(await world.store.audit.verify()).toMatchObject({ ok: true });
  });

  it('is tried again on a recorded word only, and only where there is something to undo', async () => {
    await expect(world.store.effects.orderRetry({ key, by: 'max', reason: 'r' })).rejects.toMatchObject({ code: 'effect-state-wrong' });
    await report();
    const { playbook, version, planDigest, inputs } = (await world.store.runs.get('r1'))!;
    const origin = { kind: 'undo', run: 'r1', only: 'diverged', depth: 0 } as const;
    await world.store.runs.order({ run: 'again', playbook, version, planDigest, inputs, requester: 'max', origin }, 'max');
    await drive('again');
    expect(await world.store.effects.get(key)).toMatchObject({ status: 'diverged' });
    expect(world.actual.get('fw-1')?.isolations).toHaveLength(1);
  });
});
