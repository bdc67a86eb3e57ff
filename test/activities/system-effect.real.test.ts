/** Effects on outside systems on a real ledger: what is recorded, what a kill leaves, what two at once do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { identityDisableUser } from '../../activities/identity/disable-user.ts';
import { identityEnableUser } from '../../activities/identity/enable-user.ts';
import type { Caller, Ports } from '../../activities/ports.ts';
import { systemCache, type SystemCache } from '../../worker/system-cache.ts';
import type { Store } from '../../store/port.ts';
import { startFakeGraph, type FakeGraph } from '../fakes/fake-graph.ts';
import { registration } from '../fakes/odata.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from '../store/stores.ts';
import { actionStep, planOf } from './fake-world.ts';
import type { DoomedArguments } from './doomed-system-effect.ts';
import { allowAll } from './guard-fixture.ts';

const plan = planOf([actionStep('disable', 'identity.disable-user', { undo: 'identity.enable-user' })]);
const user = 'ann@example.com';

describeWith(['postgres'], 'an effect on an outside system', () => {
  let test: TestStore;
  let store: Store;
  let graph: FakeGraph;
  let systems: SystemCache;
  const caches: SystemCache[] = [];

  beforeEach(async () => {
    test = await testStore();
    store = test.store;
    graph = await startFakeGraph();
    await store.secrets.put('system/entra/clientSecret', registration.clientSecret, 'ada');
    const settings = { ...graph.settings, timeoutMs: 3000, settleTimeoutMs: 3000 };
    await store.systems.put(
      { name: 'entra', kind: 'microsoft-graph', settings, secrets: { clientSecret: 'system/entra/clientSecret' } },
      'ada',
    );
    await store.playbooks.publish({ source: 'p', plan }, 'ada');
    for (const run of ['r1', 'r2'])
      await store.runs.order({ run, playbook: 'p', version: '1.0.0', planDigest: plan.digest, inputs: {}, requester: 'ann' }, 'ann');
    systems = systemCache(store);
    caches.push(systems);
  });
  afterEach(async () => {
    await Promise.all(caches.splice(0).map((cache) => cache.close()));
    await graph.stop();
    await test.end();
  });

  const portsFor = (run: string, over: Store = store, more: Partial<Caller> = {}): Ports => {
    const caller: Caller = {
      workflowId: `run/${run}`,
      lastAttempt: false,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      ...more,
    };
    const cache = over === store ? systems : systemCache(over);
    if (over !== store) caches.push(cache);
    return { store: over, system: cache.open, guard: allowAll, caller: () => caller, now: () => new Date() } as unknown as Ports;
  };
  const call = (run: string): ActionCall => ({ run, step: 'disable', invocation: 1, params: { user } });
  const disable = (run = 'r1', ports = portsFor(run)) => identityDisableUser(ports)(call(run));
  const enable = (run = 'r1', ports = portsFor(run)) => {
    const receipt = `${run}/disable/1`;
    return identityEnableUser(ports)({ ...call(run), params: { user, receipt }, undoes: receipt });
  };
  const enabled = () => graph.users[0]!.accountEnabled;

  it('is recorded before it acts: intent, what was there, what was done, what was seen', async () => {
    await disable();
    await enable();
    const { items } = await store.audit.list({ subject: 'effect/r1/disable/1' }, {});
    expect(items.map(({ event }) => event)).toEqual([
      'effect-intended',
      'effect-prepared',
      'effect-applied',
      'effect-confirmed',
      'effect-undone',
    ]);
    expect(JSON.stringify(items)).not.toContain(registration.clientSecret);
    expect(await store.systems.prepared('r1/disable/1')).toMatchObject({
      change: 'disable-user',
      before: { enabled: true },
      already: false,
    });
    expect((await store.effects.get('r1/disable/1'))?.targets).toEqual(['entra/user/ann@example.com']);
    expect((await store.audit.verify()).ok).toBe(true);
  });

  it.each(['before its answer', 'while it asks'] as const)(
    'is done once and taken back whole when its process is killed %s',
    async (when) => {
      graph.setFault(when === 'before its answer' ? 'answer-lost' : 'silent');
      const given: DoomedArguments = [test.url, test.auditFile, 'r1', user];
      const child = spawn(process.execPath, [resolve('test/activities/doomed-system-effect.ts'), ...given], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const isThere = () => (when === 'before its answer' ? graph.writes() > 0 : graph.asked.some(({ path }) => path.includes('/users/')));
      for (let waited = 0; !isThere() && waited < 200; waited += 1) await new Promise((resume) => setTimeout(resume, 50));
      expect(isThere()).toBe(true);
      child.kill('SIGKILL');
      await once(child, 'exit');
      graph.setFault('none');
      expect((await store.effects.get('r1/disable/1'))?.status).not.toBe('confirmed');
      await disable();
      expect([graph.writes(), enabled()]).toEqual([1, false]);
      expect((await store.effects.get('r1/disable/1'))?.status).toBe('confirmed');
      await enable();
      expect([graph.writes(), enabled()]).toEqual([2, true]);
    },
  );

  it('of two runs at once, in two processes, is done once, and holds until both have given it back', async () => {
    const other = await test.again();
    await Promise.all([disable('r1'), disable('r2', portsFor('r2', other))]);
    expect([graph.writes(), enabled()]).toEqual([1, false]);
    const first = await enable('r2', portsFor('r2', other));
    expect([first.restored, enabled()]).toEqual([false, false]);
    const second = await enable('r1');
    expect([second.restored, enabled()]).toEqual([true, true]);
  });

  it('given back by both at once is given back once', async () => {
    await disable('r1');
    await disable('r2');
    const other = await test.again();
    await Promise.all([enable('r1'), enable('r2', portsFor('r2', other))]);
    expect([graph.writes(), enabled()]).toEqual([2, true]);
  });

  it('uses a new secret at once, and a system that was removed not at all', async () => {
    await store.secrets.rotate({ name: 'system/entra/clientSecret', value: 'wrong', keepMs: 0, by: 'ada' });
    expect(await codeOf(disable())).toBe('system-refused');
    await store.systems.remove('entra', 'ada');
    expect(await codeOf(disable('r2'))).toBe('system-missing');
    expect(graph.writes()).toBe(0);
  });
});
