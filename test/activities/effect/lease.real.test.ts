/** What people are asked when a lease is to hold longer: made of the recorded command, the ledger and the ordered plan, on a real store. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Activities, AskExtension } from '../../../activities/contract.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { describeWith } from '../../stack/fixture.ts';
import { codeOf } from '../../store/stores.ts';
import { storeWorld, type StoreWorld } from '../store-world.ts';

const fromMs = Date.now() + 3_600_000;
const asked: AskExtension = {
  run: 'r1',
  command: 'cmd-1',
  step: 'isolate',
  effect: 'r1/isolate/1',
  fromMs,
  untilMs: fromMs + 4 * 3_600_000,
};

describeWith(['postgres'], 'the approval of a lease’s extension', () => {
  let world: StoreWorld;
  beforeEach(async () => {
    world = await storeWorld();
    for (const [id, role] of [
      ['max', 'manager'],
      ['mia', 'manager'],
      ['al', 'analyst'],
    ] as const)
      await world.store.people.put({ id, name: id, roles: [role], disabled: false }, 'ann');
  });
  afterEach(() => world.end());

  async function isolated(lease = '1h'): Promise<Activities> {
    const source = `playbook: hold\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: isolate, action: network.isolate, with: { asset: ws-17 }, undo: network.release, lease: ${lease} }\n`;
    await world.store.playbooks.publish({ source, plan: compilePlaybook(source, 'h.yaml').plan }, 'ann');
    const run = await world.ordered('r1', 'hold');
    await run['network.isolate']({ run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17' } });
    return run;
  }

  const order = (params: { readonly step: string; readonly for?: string }, by = 'al') =>
    world.store.commands.order({ id: 'cmd-1', run: 'r1', kind: 'extend-lease', by, reason: 'the disk is being imaged', params });

  it('is of exactly this effect until exactly then, and expires when the lease ends', async () => {
    const run = await isolated();
    await order({ step: 'isolate', for: '4h' });
    const { approval } = await run['lease.ask'](asked);
    expect(await world.store.approvals.get(approval)).toMatchObject({
      roles: ['manager'],
      quorum: 1,
      requester: 'al',
      expiresAt: expect.stringContaining(new Date(fromMs).toISOString().slice(0, 19)),
      summary: expect.stringContaining('Asked by al: the disk is being imaged'),
      plan: {
        step: 'isolate/lease',
        effects: [
          { step: 'isolate', action: 'lease.extend', params: { effect: 'r1/isolate/1', until: new Date(asked.untilMs!).toISOString() } },
        ],
      },
    });
    expect(await run['lease.ask'](asked)).toEqual({ approval });
  });

  it('cannot be approved by who asks for it', async () => {
    const run = await isolated();
    await order({ step: 'isolate' }, 'max');
    const { approval } = await run['lease.ask']({ ...asked, untilMs: undefined });
    const record = await world.store.approvals.get(approval);
    const vote = (by: string) =>
      world.store.approvals.vote({
        approval,
        digest: record!.digest,
        decision: 'approve',
        by,
        at: new Date().toISOString(),
        reason: 'it is needed for good',
      });
    expect(record?.plan.effects[0]?.params).toMatchObject({ until: 'for good' });
    expect(await codeOf(vote('max'))).toBe('approval-by-requester');
    expect(await vote('mia')).toMatchObject({ status: 'approved' });
  });

  it('asks the roles that the playbook names', async () => {
    const run = await isolated('{ for: 1h, extend: [analyst] }');
    await order({ step: 'isolate', for: '4h' }, 'max');
    const { approval } = await run['lease.ask'](asked);
    expect(await world.store.approvals.get(approval)).toMatchObject({ roles: ['analyst'] });
  });

  it('is opened on a recorded word only, and for what that says', async () => {
    const run = await isolated();
    expect(await codeOf(run['lease.ask'](asked))).toBe('order-mismatch');
    await order({ step: 'isolate', for: '4h' });
    for (const other of [{ untilMs: undefined }, { untilMs: fromMs + 1 }, { step: 'other' }, { run: 'r2' }, { command: 'cmd-2' }])
      expect(await codeOf(run['lease.ask']({ ...asked, ...other }))).toMatch(/order-m|effect-state-wrong/u);
    expect((await world.store.approvals.list({}, {})).items).toEqual([]);
  });

  it('is not opened for an effect that is not in force', async () => {
    const run = await isolated();
    await order({ step: 'isolate', for: '4h' });
    await run['network.release']({
      run: 'r1',
      step: 'isolate',
      invocation: 1,
      params: { asset: 'ws-17', receipt: 'r1/isolate/1' },
      undoes: 'r1/isolate/1',
    });
    expect(await codeOf(run['lease.ask'](asked))).toBe('effect-state-wrong');
  });
});
