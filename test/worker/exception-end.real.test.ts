/**
 * An exception comes to its end on real engines: what it opened is closed at the firewall and at OPA by itself, whoever is killed on the way,
 * and though nobody was there when it ended.
 */
import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { NetworkPolicy } from '../../domain/policy/model.ts';
import type { EffectRow, RunRow } from '../../store/port.ts';
import { messageNames, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { castVote, eventually, firewallPoint, opaDecision, opaPoint, person, signedVote, startRealWorld } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

const exec = promisify(execFile);

const asset = (name: string, address: string, services: string[], groups: string[]) => ({
  name,
  addresses: [address],
  zone: 'servers',
  services,
  groups,
  owner: 'it',
  criticality: 'medium' as const,
});

const inventory: Inventory = {
  assets: [
    asset('pay-1', '10.1.0.10', ['payments'], []),
    asset('db-1', '10.2.0.5', [], ['cardholder-db']),
    asset('ws-17', '10.3.0.17', [], []),
  ],
  zones: [{ name: 'servers', cidrs: ['10.0.0.0/8'] }],
};

const rule = { kind: 'network' as const, requirement: 'r1' };
const match = (from: string) => ({ from, to: 'group:cardholder-db', service: 'tcp/5432' });

/** `ws-17` may connect until then. */
const withVisitor = (untilMs: number): NetworkPolicy => ({
  policy: 'cardholder',
  title: 'Who reaches the cardholder database',
  owner: 'payments',
  controls: [],
  requirements: [{ id: 'r1', text: 'Only the payments service may connect to the cardholder database on port 5432.' }],
  rules: [
    { ...rule, id: 'payments', effect: 'allow', match: match('service:payments') },
    {
      ...rule,
      id: 'visitor',
      effect: 'allow',
      match: match('asset:ws-17'),
      exception: { owner: 'ann', reason: 'moving the old reports', until: new Date(untilMs).toISOString() },
    },
    { ...rule, id: 'nothing-else', effect: 'claim', match: { from: 'any', to: 'group:cardholder-db', service: 'any' } },
  ],
  questions: [],
  tests: [],
});

describeWith(['postgres', 'temporal', 'opa'], 'an exception in force on real engines', () => {
  let world: RealWorld;
  let worker: ChildProcess;
  let points: readonly string[];
  const folder = mkdtempSync(join(tmpdir(), 'edict-exception-'));
  const held = join(folder, 'held');
  /** How long it takes this machine, today, to bring a version in force: an exception has to last longer. */
  let enforcingMs = 15_000;

  beforeAll(async () => {
    world = await startRealWorld();
    const { store, lab } = world;
    if (lab.supported) {
      // Nothing gets to the firewall while the file is there.
      const gate = ['sh', '-c', `while [ -e '${held}' ]; do sleep 0.05; done; exec "$@"`, 'gate'];
      const settings = { exec: [...gate, ...lab.firewallExec], prober: { from: [...lab.clientExec], to: [...lab.serverExec] } };
      await store.points.put({ name: firewallPoint, kind: 'nftables', target: 'nftables', settings }, 'system:test');
    }
    points = (await store.points.list()).map(({ name }) => name);
    await store.context.saveInventory(inventory, 'system:test');
    await person(store, 'ann', 'engineer');
    await person(store, 'max', 'manager');
    worker = await world.startWorker();
  }, 120_000);

  afterEach(() => rmSync(held, { force: true }));

  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const opa = () => opaDecision(world.opa, '10.3.0.17', '10.2.0.5', 5432);
  const firewall = async (): Promise<string | undefined> => {
    const { lab } = world;
    if (!lab.supported) return undefined;
    const [command = '', ...prefix] = lab.firewallExec;
    return (await exec(command, [...prefix, 'nft', 'list', 'ruleset'])).stdout;
  };
  const openAt = async (): Promise<boolean> => (await opa()) === 'allow' && ((await firewall())?.includes('cardholder/visitor') ?? true);
  const closedAt = async (): Promise<boolean> => (await opa()) === 'deny' && !(await firewall())?.includes('cardholder/visitor');

  const runsOfEnd = async (version: number): Promise<readonly RunRow[]> => {
    const { items } = await world.store.runs.list({ policy: 'cardholder' }, { limit: 200 });
    return items.filter(({ run }) => run.startsWith(`end-exceptions-cardholder-${version}-`));
  };
  const orderedEnd = (version: number, untilMs: number): Promise<RunRow> =>
    eventually(
      'ordered by the watch',
      () => world.store.runs.get(`end-exceptions-cardholder-${version}-${untilMs}-1`),
      60_000 + enforcingMs,
    );

  /** Drafted, approved by somebody else, and in force everywhere, before it ends. */
  async function inForce(): Promise<{ readonly version: number; readonly untilMs: number; readonly shown: unknown }> {
    const { store, client } = world;
    for (;;) {
      const startedAt = Date.now();
      const untilMs = startedAt + enforcingMs;
      const { version } = await store.policies.saveDraft(withVisitor(untilMs), 'ann');
      const workflowId = workflowIds.policyLifecycle('cardholder');
      await client.workflow.signalWithStart(workflowTypes.policyLifecycle, {
        workflowId,
        taskQueue: taskQueues.main,
        args: [{ policy: 'cardholder' }],
        signal: messageNames.drafted,
      });
      // The cycle before may be on its last steps.
      await eventually('submitted', () =>
        client.workflow
          .getHandle(workflowId)
          .executeUpdate<{ run: string }, []>(messageNames.submit)
          .catch(() => undefined),
      );
      const approval = await eventually(
        'an approval',
        async () =>
          (await store.approvals.list({ status: 'open' }, { limit: 50 })).items.find((one) => one.run.includes(`v${version}-review`)),
        90_000,
      );
      await castVote(world, approval, await signedVote(store, approval, 'max'));
      const state = await eventually(
        'enforced, or too late for that',
        async () => {
          const row = await store.policies.get('cardholder');
          return row?.enforced === version ? 'enforced' : row?.state === 'revising' || row?.state === 'draft' ? 'late' : undefined;
        },
        120_000,
      );
      enforcingMs = Math.max(enforcingMs, 2 * (Date.now() - startedAt));
      if (state === 'enforced' && Date.now() < untilMs - 5000) return { version, untilMs, shown: approval.facts?.['exceptions'] };
      enforcingMs *= 2;
    }
  }

  const intendedAt = async (run: string, point: string): Promise<EffectRow | undefined> =>
    (await world.store.effects.list({ run }, { limit: 50 })).items.find(({ targets }) => targets.includes(point));

  it('ends by itself and once, though the worker is killed in the middle', async () => {
    const { store } = world;
    const { version, untilMs } = await inForce();
    expect(await openAt()).toBe(true);
    const before = new Map((await store.points.list()).map(({ name, desired }) => [name, desired.artifact]));
    if (world.lab.supported) writeFileSync(held, '');
    const run = await orderedEnd(version, untilMs);
    expect(run.requester).toBe('system:watch');
    // Under way at a point: recorded, and not done.
    await eventually('an effect under way', () => intendedAt(run.run, world.lab.supported ? firewallPoint : opaPoint), 60_000);
    worker.kill('SIGKILL');
    worker = await world.startWorker();
    rmSync(held, { force: true });
    await eventually('closed everywhere', closedAt, 180_000);
    const ended = await eventually(
      'the run has ended',
      async () => ((await store.runs.get(run.run))?.status === 'ended' ? store.runs.get(run.run) : undefined),
      90_000,
    );
    expect(ended).toMatchObject({ outcome: 'done' });
    expect(await runsOfEnd(version)).toHaveLength(1);
    expect(await opaDecision(world.opa, '10.1.0.10', '10.2.0.5', 5432)).toBe('allow');

    const { items: effects } = await store.effects.list({ run: run.run }, { limit: 50 });
    expect(effects.map(({ action, targets, status }) => `${action} at ${targets.join(', ')}: ${status}`).toSorted()).toEqual(
      points.map((point) => `enforcement.apply at ${point}: confirmed`).toSorted(),
    );
    for (const { key } of effects) {
      const events = (await store.audit.list({ subject: `effect/${key}` }, { limit: 50 })).items.map(({ event }) => event);
      expect(events.filter((event) => event === 'effect-intended')).toHaveLength(1);
      expect(events.filter((event) => event === 'effect-confirmed')).toHaveLength(1);
    }
    const proofs = await store.policies.proofs('cardholder', version);
    for (const { name, target, desired, observed, health } of await store.points.list()) {
      expect({ name, health, artifact: observed?.['artifactDigest'] }).toEqual({ name, health: 'in-force', artifact: desired.artifact });
      expect(desired.artifact).not.toBe(before.get(name));
      expect(proofs.find((proof) => proof.target === target && proof.artifact === desired.artifact)?.equal).toBe(true);
    }
    expect(await store.policies.get('cardholder')).toMatchObject({ state: 'enforced', enforced: version });
    expect(await store.audit.verify()).toMatchObject({ ok: true });
  }, 900_000);

  it('is prolonged only by another approval, and ends though nobody was there at its end', async () => {
    const { store } = world;
    // The draft alone opens nothing again.
    await store.policies.saveDraft(withVisitor(Date.now() + 3_600_000), 'ann');
    expect(await closedAt()).toBe(true);
    const { version, untilMs, shown } = await inForce();
    // Whoever approves sees it.
    expect(shown).toEqual([expect.stringContaining(`ends ${new Date(untilMs).toISOString()} instead of`)]);
    expect(await openAt()).toBe(true);
    expect(await runsOfEnd(version)).toEqual([]);
    worker.kill('SIGKILL');
    await eventually('its end has passed', async () => Date.now() > untilMs, 2 * enforcingMs);
    expect(await openAt()).toBe(true);
    worker = await world.startWorker();
    await eventually('closed everywhere', closedAt, 180_000);
    const run = `end-exceptions-cardholder-${version}-${untilMs}-1`;
    await eventually('the run has ended', async () => (await store.runs.get(run))?.outcome === 'done', 90_000);
    expect(await runsOfEnd(version)).toHaveLength(1);
    expect(await store.audit.verify()).toMatchObject({ ok: true });
  }, 900_000);
});
