/** What keeps effects safe, on a real Temporal server and a real store: denials, leases that are extended, and undos that fail. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { defaultGuardSettings } from '../../domain/guard/settings.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { messageNames } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, recordHistory, type ChildWorld } from './child-world.ts';
import { unique, type RunningWorker } from './run-fixture.ts';

const playbook = (name: string, steps: readonly string[]): string =>
  `playbook: ${name}\nversion: 1.0.0\ntitle: t\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;
const isolate = (more: string, asset = 'ws-17'): string =>
  `{ id: isolate, action: network.isolate, with: { asset: ${asset} }, undo: network.release${more} }`;

describeWith(['postgres', 'temporal'], 'safety, on Temporal', () => {
  let world: ChildWorld;
  let worker: RunningWorker;
  let key = '';

  beforeAll(async () => {
    world = await childWorld();
    key = await world.store.secrets.ensure('statement-key', () => 'a key of this installation');
    for (const [id, role] of [
      ['max', 'manager'],
      ['al', 'analyst'],
    ] as const)
      await world.store.people.put({ id, name: id, roles: [role], disabled: false }, 'ann');
    worker = await world.worker();
  }, 90_000);
  afterAll(async () => {
    await world.end();
  });

  const runOf = ({ workflowId }: WorkflowHandle): string => workflowId.slice('run/'.length);
  const effectOf = async (handle: WorkflowHandle) => (await world.store.effects.list({ run: runOf(handle) }, {})).items[0];
  const events = async (subject: string) => (await world.store.audit.list({ subject }, { limit: 100 })).items.map(({ event }) => event);

  async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
    for (let tries = 0; tries < 600; tries++) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await sleep(50);
    }
    throw new Error('it never came to hold');
  }
  const leased = (handle: WorkflowHandle) => until(async () => (await handle.query<RunView>(messageNames.state)).status === 'leased');

  async function extend(handle: WorkflowHandle, params: { readonly step: string; readonly for?: string }): Promise<ApprovalRecord> {
    const run = runOf(handle);
    const { id } = await world.store.commands.order({
      id: `cmd-${unique()}`,
      run,
      kind: 'extend-lease',
      by: 'al',
      reason: 'not done',
      params,
    });
    await handle.signal(messageNames.command, { command: id });
    return until(async () => (await world.store.approvals.list({ run, status: 'open' }, {})).items[0]);
  }

  async function vote(handle: WorkflowHandle, { id, digest }: ApprovalRecord, by = 'max'): Promise<unknown> {
    const statement = { approval: id, digest, decision: 'approve', by, at: new Date().toISOString(), reason: 'it is needed' };
    const signature = createHmac('sha256', key).update(canonicalJson(statement)).digest('base64url');
    return handle.executeUpdate(messageNames.vote, { args: [{ vote: statement, signature }] });
  }

  it('extends a lease by what a manager approves, though every worker dies meanwhile, and then gives back', async () => {
    await world.publish(playbook('extended', [isolate(', lease: 3s')]));
    const handle = await world.begin('extended');
    await leased(handle);
    const approval = await extend(handle, { step: 'isolate', for: '3s' });
    await vote(handle, approval);
    await worker.stop();
    await sleep(3_000);
    worker = await world.worker();
    expect((await effectOf(handle))?.status).toBe('confirmed');
    expect((await handle.result()).outcome).toBe('done');
    const { confirmedAt, undoneAt, key: effect } = (await effectOf(handle))!;
    expect(Date.parse(undoneAt!) - Date.parse(confirmedAt!)).toBeGreaterThanOrEqual(5_500);
    expect((await events(`effect/${effect}`)).filter((event) => event === 'effect-undone')).toHaveLength(1);
    await recordHistory(handle, 'lease-extended');
  }, 60_000);

  it('gives back on time where nobody agrees, and closes what was asked', async () => {
    await world.publish(playbook('unanswered', [isolate(', lease: 2s')]));
    const handle = await world.begin('unanswered');
    await leased(handle);
    const { id } = await extend(handle, { step: 'isolate' });
    expect((await handle.result()).outcome).toBe('done');
    expect(await world.store.approvals.get(id)).toMatchObject({ status: 'expired' });
    expect(await effectOf(handle)).toMatchObject({ status: 'undone' });
    await recordHistory(handle, 'lease-not-extended');
  }, 60_000);

  it('lets an effect hold for good where that is approved', async () => {
    await world.publish(playbook('for-good', [isolate(', lease: 30s')]));
    const handle = await world.begin('for-good');
    await leased(handle);
    await vote(handle, await extend(handle, { step: 'isolate' }));
    expect((await handle.result()).outcome).toBe('done');
    expect(await effectOf(handle)).toMatchObject({ status: 'confirmed' });
  }, 60_000);

  it('extends nothing on the word of a raw signal', async () => {
    await world.publish(playbook('raw', [isolate(', lease: 2s')]));
    const handle = await world.begin('raw');
    await leased(handle);
    await handle.signal(messageNames.command, { kind: 'extend-lease', step: 'isolate', by: 'max', reason: 'x', command: 'cmd-made-up' });
    expect((await handle.result()).outcome).toBe('done');
    expect(await effectOf(handle)).toMatchObject({ status: 'undone' });
    expect((await world.store.approvals.list({ run: runOf(handle) }, {})).items).toEqual([]);
  }, 60_000);

  it('an undo that fails for good ends the run as failed, with an incident of its own', async () => {
    await world.publish(playbook('diverging', [isolate(', lease: 1s')]));
    await worker.stop();
    const refusing = await world.worker({
      'network.release': async () => {
        throw new EdictError('enforcement-point-refused', 'the firewall says no');
      },
    });
    const handle = await world.begin('diverging');
    const view = await handle.result();
    expect(view).toMatchObject({ outcome: 'failed', steps: [{ status: 'undo-failed' }] });
    const effect = (await effectOf(handle))!;
    expect(effect).toMatchObject({ status: 'diverged', error: { code: 'enforcement-point-refused' } });
    const incident = await world.store.incidents.byKey(`diverged:${effect.key}`);
    expect(incident).toMatchObject({ status: 'open', severity: 'high' });
    expect(incident?.notes[0]?.text).toContain('the firewall says no');
    await recordHistory(handle, 'undo-failed');
    await refusing.stop();
    worker = await world.worker();
    // People have it tried again, as the door does.
    await world.store.effects.orderRetry({ key: effect.key, by: 'al', reason: 'it listens again' });
    const again = await world.begin('diverging', {
      origin: { kind: 'undo', run: runOf(handle), only: 'diverged', depth: 0 },
      requester: 'al',
    });
    expect((await again.result()).outcome).toBe('done');
    expect(await effectOf(handle)).toMatchObject({ status: 'undone' });
    expect(await world.store.incidents.byKey(`diverged:${effect.key}`)).toMatchObject({ status: 'closed' });
    await recordHistory(again, 'undo-retried');
  }, 90_000);

  it('a denial of the guard is a failure that the playbook handles, and nothing is undone for it', async () => {
    await world.store.guard.save({
      settings: { ...defaultGuardSettings, budgets: [{ name: 'none', actions: ['network.isolate'], per: '1h', overall: 0 }] },
      by: 'ann',
    });
    await world.publish(
      playbook('handled', [
        isolate(', on_failure: continue'),
        '{ id: told, set: { why: isolate.error.code }, if: \'isolate.error.code == "guard-denied"\' }',
        '{ id: note, action: control.noop, with: { value: "${told.why}" } }',
      ]),
    );
    const handle = await world.begin('handled');
    await handle.result();
    const view = (await world.store.runs.get(runOf(handle)))?.view;
    expect(view).toMatchObject({
      outcome: 'done',
      steps: [
        { step: 'isolate', status: 'failed', error: { code: 'guard-denied' } },
        { step: 'told', status: 'done' },
        { outputs: { value: 'guard-denied' } },
      ],
    });
    const effect = (await effectOf(handle))!;
    expect(effect).toMatchObject({ status: 'denied', attempts: 1 });
    expect(await events(`effect/${effect.key}`)).toEqual(['effect-denied']);
    await recordHistory(handle, 'guard-denied');
    await world.store.guard.save({ settings: defaultGuardSettings, by: 'ann' });
  }, 60_000);
});
