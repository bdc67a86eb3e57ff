/** Every effect at enforcement points, with every fault that a point can have: it lands once, is undone once, and nobody is told otherwise. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createActivities } from '../../../activities/index.ts';
import type { ActionCall, Activities } from '../../../activities/contract.ts';
import type { Connector } from '../../../connectors/connector.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { ActionName } from '../../../domain/playbook/actions.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { describeWith } from '../../stack/fixture.ts';
import { approvedVersion, cardholder, storeWorld, type StoreWorld } from '../store-world.ts';

type Fault = 'error' | 'timeout' | 'happened-then-timeout' | 'slow' | 'lost';
const faults: readonly Fault[] = ['error', 'timeout', 'happened-then-timeout', 'slow', 'lost'];

type Subject = { readonly action: ActionName; readonly undo?: ActionName; readonly params: ActionCall['params'] };
const subjects: readonly Subject[] = [
  { action: 'network.isolate', undo: 'network.release', params: { asset: 'ws-17' } },
  { action: 'network.block', undo: 'network.unblock', params: { indicator: '203.0.113.9' } },
  { action: 'enforcement.apply', undo: 'enforcement.rollback', params: { point: 'fw-1', policy: 'cardholder', version: 1 } },
  { action: 'enforcement.heal', params: { point: 'fw-1' } },
];

describeWith(['postgres'], 'an effect at a point that fails', () => {
  let world: StoreWorld;
  /** Of the next changes of points, one after the other. */
  let next: Fault[];
  let changes: string[];

  beforeEach(async () => {
    world = await storeWorld();
    next = [];
    changes = [];
  });
  afterEach(() => world.end());

  type Given = { readonly lastAttempt?: boolean; readonly store?: StoreWorld['store'] };

  function activities(run: string, { store = world.store, ...caller }: Given = {}): Activities {
    const { ports } = world;
    return createActivities({
      ...ports,
      store,
      caller: () => ({ ...ports.caller(), ...caller, workflowId: `run/${run}` }),
      connector: async (name) => faulty(await ports.connector(name)),
    });
  }

  function faulty(connector: Connector): Connector {
    const change = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
      const fault = next.shift();
      if (fault === 'error') throw new EdictError('enforcement-point-unreachable', 'connection reset');
      if (fault === 'timeout') throw new EdictError('timeout', 'no answer');
      if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, 100));
      const answer = await work();
      changes.push(`${connector.point} ${key}`);
      if (fault === 'happened-then-timeout') throw new EdictError('timeout', 'no answer');
      return answer;
    };
    return { ...connector, apply: (desired, key, options) => change(key, () => connector.apply(desired, key, options)) };
  }

  async function begin({ action, undo, params }: Subject, run: string): Promise<ActionCall> {
    const undoing = undo === undefined ? ', undo: none, reason: it is as approved' : `, undo: ${undo}`;
    const source = `playbook: ${run}\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: do, action: ${action}, with: ${JSON.stringify(params)}${undoing} }\n`;
    if (action === 'enforcement.apply') {
      await world.store.policies.saveDraft(cardholder(), 'ann');
      await approvedVersion(world, 'cardholder');
    }
    await world.store.playbooks.publish({ source, plan: compilePlaybook(source, 'p.yaml').plan }, 'ann');
    // Something to heal.
    if (action === 'enforcement.heal') {
      const isolation = { key: 'x/isolate/1', addresses: ['10.3.0.17'], allow: [] };
      await world.store.points.setDesired('fw-1', { artifact: undefined, policyVersions: [], isolations: [isolation] }, 'ann');
    }
    await world.ordered(run, run);
    return { run, step: 'do', invocation: 1, params };
  }

  /** As Temporal does: again, until it comes through. `lost`: the attempt was done, and its answer got lost. */
  async function untilDone(run: string, fault: Fault, work: (acts: Activities) => Promise<unknown>): Promise<number> {
    if (fault !== 'lost') next = [fault];
    for (let attempt = 1; ; attempt++) {
      try {
        await work(activities(run));
        if (fault !== 'lost' || attempt > 1) return attempt;
      } catch (error) {
        if (attempt > 2) throw error;
      }
    }
  }

  const all = subjects.flatMap((subject) => faults.map((fault) => ({ ...subject, fault, name: `${subject.action}: ${fault}` })));

  it.each(all)('$name: lands once at each point, and is confirmed', async ({ fault, ...subject }) => {
    const call = await begin(subject, 'r1');
    await untilDone('r1', fault, (acts) => acts[subject.action](call));
    const row = await world.store.effects.get('r1/do/1');
    expect(row?.status).toBe('confirmed');
    for (const point of row?.targets ?? []) {
      const done = changes.filter((change) => change === `${point} r1/do/1`);
      expect(done).toHaveLength(1);
      expect((await world.store.points.get(point))?.health).toBe('in-force');
    }
  });

  it.each(all.filter(({ undo }) => undo !== undefined))('$name: is undone once at each point', async ({ fault, action, undo, params }) => {
    const call = await begin({ action, ...(undo ? { undo } : {}), params }, 'r1');
    await activities('r1')[action](call);
    const { targets } = (await world.store.effects.get('r1/do/1'))!;
    changes = [];
    const back = { ...call, params: { ...params, receipt: 'r1/do/1' }, undoes: 'r1/do/1' };
    await untilDone('r1', fault, (acts) => acts[undo!](back));
    expect((await world.store.effects.get('r1/do/1'))?.status).toBe('undone');
    for (const point of targets) {
      expect(changes.filter((change) => change === `${point} r1/do/1/undo`)).toHaveLength(1);
      expect(world.actual.get(point)).toEqual({ artifact: undefined, isolations: [] });
    }
  });

  it.each(subjects)('$action: two attempts at once land it once', async (subject) => {
    const call = await begin(subject, 'r1');
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => activities('r1')[subject.action](call)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    for (const point of (await world.store.effects.get('r1/do/1'))?.targets ?? [])
      expect(changes.filter((change) => change === `${point} r1/do/1`)).toHaveLength(1);
  });

  it.each(subjects)('$action: an attempt that a later one overtook adds nothing, and changes nothing of the receipt', async (subject) => {
    const call = await begin(subject, 'r1');
    const { effects } = world.store;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const held: typeof effects.lockedAt = async (...asked) => gate.then(() => effects.lockedAt(...asked));
    const late = activities('r1', { store: { ...world.store, effects: { ...effects, lockedAt: held } } })[subject.action](call);
    while ((await effects.get('r1/do/1')) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    await activities('r1')[subject.action](call);
    const { receipt, targets } = (await effects.get('r1/do/1'))!;
    open();
    await late;
    for (const point of targets) expect(changes.filter((change) => change === `${point} r1/do/1`)).toHaveLength(1);
    expect((await effects.get('r1/do/1'))?.receipt).toEqual(receipt);
  });

  it('holds nowhere when it has failed for good, and the ledger says so', async () => {
    const call = await begin(subjects[0]!, 'r1');
    next = ['happened-then-timeout'];
    await expect(activities('r1', { lastAttempt: true })['network.isolate'](call)).rejects.toMatchObject({ code: 'timeout' });
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect(world.actual.get('fw-1')?.isolations).toEqual([]);
    expect((await world.store.points.get('fw-1'))?.desired.isolations).toEqual([]);
  });

  it('is uncertain when it has failed for good and cannot be taken back', async () => {
    const call = await begin(subjects[0]!, 'r1');
    next = ['happened-then-timeout', 'error', 'error'];
    await expect(activities('r1', { lastAttempt: true })['network.isolate'](call)).rejects.toMatchObject({ code: 'timeout' });
    const row = await world.store.effects.get('r1/do/1');
    expect(row).toMatchObject({ status: 'uncertain', error: { message: expect.stringContaining('may still hold at `fw-1`') } });
    expect((await world.store.effects.list({ status: 'uncertain' }, {})).items).toHaveLength(1);
  });

  it('does not fail as refused, once an attempt may have done it', async () => {
    const call = await begin(subjects[0]!, 'r1');
    next = ['happened-then-timeout'];
    await expect(activities('r1')['network.isolate'](call)).rejects.toMatchObject({ code: 'timeout' });
    await world.store.context.saveInventory({ assets: [], zones: [] }, 'ann');
    // By itself this is `policy-name-unknown`, a refusal, for which nothing would be taken back.
    await expect(activities('r1')['network.isolate'](call)).rejects.toMatchObject({
      code: 'effect-failed',
      message: expect.stringContaining('policy-name-unknown'),
    });
    await expect(activities('r1')['network.isolate']({ ...call, invocation: 2 })).rejects.toMatchObject({ code: 'policy-name-unknown' });
  });

  /** As the watch, which looks after effects; from now on, so that it does not take its time. */
  async function reconciled(): Promise<void> {
    const { ports } = world;
    const caller = () => ({ ...ports.caller(), workflowId: 'watch/default' });
    const acts = createActivities({ ...ports, caller, connector: async (name) => faulty(await ports.connector(name)) });
    await acts['monitor.watch']({ scope: 'default', forMs: 0, intervalMs: 1 });
  }

  const ended = async (run: string) =>
    world.store.runs.finish(run, { run, playbook: run, version: '1.0.0', status: 'ended', outcome: 'done', steps: [] });

  async function uncertain(): Promise<void> {
    const call = await begin(subjects[0]!, 'r1');
    next = ['happened-then-timeout', 'error', 'error'];
    const last = activities('r1', { lastAttempt: true });
    await last['network.isolate'](call).catch(() => undefined);
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({ status: 'uncertain' });
    next = [];
  }

  it('is decided by a later observation: what does not hold has failed', async () => {
    await uncertain();
    world.actual.clear();
    await reconciled();
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('holds nowhere') },
    });
    expect((await world.store.incidents.list({}, {})).items).toEqual([]);
  });

  it('is left to its run while that goes on, and is an incident where it holds after that', async () => {
    await uncertain();
    await reconciled();
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({ status: 'uncertain' });
    await ended('r1');
    // Another process looks at once; this one has looked just now.
    world.ports = { ...world.ports, store: await world.again() };
    await reconciled();
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({ status: 'diverged' });
    expect((await world.store.incidents.list({}, {})).items).toMatchObject([{ key: 'diverged:r1/do/1', status: 'open' }]);
  });

  it('is not looked after by a run', async () => {
    await uncertain();
    const call = { run: 'r1', step: 'do', invocation: 1, params: subjects[0]!.params, observe: true } as const;
    await expect(activities('r1')['network.isolate'](call)).rejects.toMatchObject({
      code: expect.stringMatching(/order-mismatch|effect-failed/u),
    });
    expect(await world.store.effects.get('r1/do/1')).toMatchObject({ status: 'uncertain' });
  });
});
