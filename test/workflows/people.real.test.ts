/** People in the loop on a real Temporal server and a real PostgreSQL: what is approved is what is done, and what comes past the doors is refused and on record. */
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { currentCaller } from '../../activities/caller.ts';
import { recordEnd } from '../../activities/control/run.ts';
import { createActivities } from '../../activities/index.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { ApprovalRecord, SignedVote, Statement } from '../../domain/playbook/approval.ts';
import { votedPlan } from '../../domain/playbook/approval/narrow.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Store } from '../../store/port.ts';
import { runEndCodec } from '../../worker/run-end-codec.ts';
import { messageNames, newRun, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { storeWorld, type StoreWorld } from '../activities/store-world.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';
import { benchOn, root, unique, type Bench, type RunningWorker } from './run-fixture.ts';

type Handle = WorkflowHandle<(input: PlaybookRunInput) => Promise<RunView>>;

const isolate = (id: string, asset: string): string =>
  `  - { id: ${id}, action: network.isolate, with: { asset: ${asset} }, undo: network.release, lease: 1h }\n`;
const playbook = (name: string, approval: string, between = ''): string => `playbook: ${name}
version: 1.0.0
title: t
steps:
  - { id: ask, approval: { of: [first, second], ${approval} } }
${between}${isolate('first', 'ws-17')}${isolate('second', 'pay-1')}`;

const plain = 'roles: [manager], expires: 1h';
const playbooks = {
  plain: playbook('plain', plain),
  two: playbook('two', `${plain}, quorum: 2`),
  glass: playbook('glass', `${plain}, quorum: 2, break_glass: { roles: [manager], review: 1h }`),
  slow: playbook('slow', `${plain}, break_glass: { roles: [manager], review: 1h }`, '  - { id: pause, wait: 4s }\n'),
  ladder: playbook(
    'ladder',
    'people: [ann2], expires: 20s, remind: [1s], escalate: [{ after: 2s, to: [analyst], remind: [1s] }, { after: 4s, to: [manager] }]',
  ),
} as const;

/** Histories are kept of the way that every action goes through the server. */
const recording = process.env['EDICT_RECORD_HISTORIES'] !== undefined;

describeWith(['postgres', 'temporal'], 'people in the loop, on Temporal', () => {
  let bench: Bench;
  let world: StoreWorld;
  let worker: RunningWorker;
  let store: Store;
  let key = '';

  beforeAll(async () => {
    world = await storeWorld();
    ({ store } = world);
    key = await store.secrets.ensure('statement-key', () => 'a key of this installation');
    for (const id of ['max', 'mia', 'moe']) await person(id, 'manager');
    for (const id of ['ann', 'ann2']) await person(id, 'analyst');
    for (const [name, source] of Object.entries(playbooks)) {
      const { plan } = compilePlaybook(source, `${name}.yaml`);
      await store.playbooks.publish({ source, plan }, 'system:test');
    }
    bench = await benchOn(testTemporal());
    // A worker whose own clock is wrong by hours: nothing that is decided here is decided by it.
    const hours = () => new Date(Date.now() + 5 * 3_600_000);
    const ports = { ...world.ports, caller: currentCaller, now: hours };
    worker = await bench.worker(
      createActivities(ports),
      runEndCodec((view) => recordEnd(ports, view.run, view)),
    );
  }, 120_000);
  afterAll(async () => {
    await worker.stop();
    await bench.close();
    await world.end();
  }, 60_000);

  const person = (id: string, role: 'manager' | 'analyst') =>
    store.people.put({ id, name: id, roles: [role], disabled: false }, 'system:test');

  async function begin(
    name: keyof typeof playbooks,
    requester = 'ann',
  ): Promise<{ handle: Handle; run: string; approval: ApprovalRecord }> {
    const run = `r-${unique()}`;
    await world.ordered(run, name, {}, requester);
    const handle: Handle = await start(run);
    const approval = await until(async () => (await store.approvals.list({ run, status: 'open' }, {})).items[0]);
    await until(async () => (await handle.query<RunView>(messageNames.state)).status === 'waiting-for-people' || undefined);
    return { handle, run, approval };
  }
  const start = (run: string, workflowId = workflowIds.playbookRun(run)) =>
    bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId,
      taskQueue: bench.taskQueue,
      args: [recording ? { run } : newRun(run)],
    });
  /** What its steps came to, by the store's record. */
  const recorded = async (run: string, handle: Handle): Promise<RunView> => {
    await handle.result();
    const row = await store.runs.get(run);
    if (row?.view === undefined) throw new Error('its view was not recorded');
    return row.view;
  };

  function statement(approval: ApprovalRecord, by: string, more: Partial<Statement> = {}): Statement {
    const digest = digestOf(votedPlan(approval.plan, more.narrow));
    return { approval: approval.id, digest, decision: 'approve', by, at: new Date().toISOString(), ...more };
  }
  const signed = (vote: Statement, secret = key): SignedVote => ({
    vote,
    signature: createHmac('sha256', secret).update(canonicalJson(vote)).digest('base64url'),
  });
  const cast = (handle: Handle, message: unknown) => handle.executeUpdate(messageNames.vote, { args: [message] });
  const ledger = async (subject: string) => (await store.audit.list({ subject }, { limit: 500 })).items;
  const refusals = async (approval: ApprovalRecord) =>
    (await ledger(`approval/${approval.id}`)).filter(({ event }) => event === 'approval-vote-refused').map(({ detail }) => detail['code']);
  const effectsOf = async (run: string) => (await store.effects.list({ run }, { limit: 100 })).items;
  const statuses = ({ steps }: RunView) => Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  const release = async (run: string, handle: Handle) => {
    await store.runs.recordCancel(run, 'ann', 'the test is over');
    await handle.signal(messageNames.cancel, { by: 'ann', reason: 'the test is over' });
    return recorded(run, handle);
  };

  it('does exactly the narrower plan that was approved, and says of the rest that it was withheld', async () => {
    const { handle, run, approval } = await begin('plain');
    const narrow = { steps: ['second'], lease: '1s' };
    expect(await cast(handle, signed(statement(approval, 'max', { narrow })))).toMatchObject({
      status: 'approved',
      grant: { by: 'quorum' },
    });
    const view = await recorded(run, handle);
    expect(statuses(view)).toMatchObject({ ask: 'done', first: 'withheld', second: 'undone' });
    expect(view.steps.find(({ step }) => step === 'ask')?.outputs).toMatchObject({ by: 'quorum', withheld: ['first'] });
    expect(await effectsOf(run)).toMatchObject([{ step: 'second', status: 'undone' }]);
    await record('approval-narrowed', handle);
  }, 60_000);

  it('counts votes for one plan only: two for the whole and the narrower one wait for a third', async () => {
    const { handle, run, approval } = await begin('two');
    const narrow = { steps: ['first'] };
    await cast(handle, signed(statement(approval, 'max')));
    expect(await cast(handle, signed(statement(approval, 'mia', { narrow })))).toMatchObject({ status: 'open', approvals: 1 });
    await cast(handle, signed(statement(approval, 'moe', { narrow })));
    await until(async () => (await effectsOf(run))[0]?.status === 'confirmed' || undefined);
    expect(statuses(await release(run, handle))).toMatchObject({ first: 'undone', second: 'withheld' });
  }, 60_000);

  it('runs at once when the glass is broken, and no further once a review rejects it', async () => {
    const now = await begin('glass');
    const glass = { decision: 'break-glass', reason: 'the file server is going' } as const;
    const reply = await cast(now.handle, signed(statement(now.approval, 'max', glass)));
    expect(reply).toMatchObject({ status: 'approved', grant: { by: 'break-glass' }, review: expect.stringMatching(/^rev-/u) });
    await until(async () => (await effectsOf(now.run)).every(({ status }) => status === 'confirmed') || undefined);
    await record('approval-glass-broken', now.handle, async () => release(now.run, now.handle));

    const later = await begin('slow');
    const { review = '' } = (await cast(later.handle, signed(statement(later.approval, 'max', glass)))) as { review?: string };
    await store.reviews.close({ id: review, verdict: 'reject', comment: 'it was not', by: 'mia' });
    expect(await later.handle.result()).toMatchObject({ outcome: 'failed', error: { code: 'approval-review-rejected' } });
    expect((await effectsOf(later.run)).filter(({ status }) => status !== 'denied')).toEqual([]);
  }, 90_000);

  it('asks for rights again at execution: a delegation that was taken back meanwhile counts no more', async () => {
    const { id } = await store.delegations.give({
      from: 'max',
      to: 'ann2',
      roles: ['manager'],
      until: new Date(Date.now() + 600_000).toISOString(),
    });
    const { handle, run, approval } = await begin('slow');
    expect(await cast(handle, signed(statement(approval, 'ann2', { onBehalfOf: 'max' })))).toMatchObject({ status: 'approved' });
    await store.delegations.revoke(id, 'max');
    expect(await handle.result()).toMatchObject({ outcome: 'failed', error: { code: 'approval-role-missing' } });
    expect((await effectsOf(run)).filter(({ status }) => status === 'confirmed')).toEqual([]);
  }, 60_000);

  it('climbs the ladder: reminds, asks more rung by rung, and counts who was asked by then', async () => {
    const { handle, run, approval } = await begin('ladder', 'max');
    expect(await codeOf(cast(handle, signed(statement(approval, 'mia'))))).toBe('approval-role-missing');
    const asked = () => store.approvals.get(approval.id);
    await until(async () => (await asked())?.roles.includes('manager') || undefined);
    expect(await cast(handle, signed(statement(approval, 'mia')))).toMatchObject({ status: 'approved' });
    expect((await asked())?.roles).toEqual(['analyst', 'manager']);
    const events = (await ledger(`approval/${approval.id}`)).map(({ event }) => event).filter((event) => /escalated|reminded/u.test(event));
    expect(events.toSorted()).toEqual(['approval-escalated', 'approval-escalated', 'approval-reminded', 'approval-reminded']);
    await release(run, handle);
  }, 60_000);

  it('refuses and records every vote that comes past the doors, and does nothing for it', async () => {
    const { handle, run, approval } = await begin('plain');
    const other = await begin('plain');
    const genuine = signed(statement(approval, 'max'));
    const bad: readonly [string, unknown][] = [
      ['a signature of nobody', { vote: genuine.vote, signature: 'A'.repeat(43) }],
      ['another key', signed(genuine.vote, 'a guess')],
      ['a signature that was borrowed from another person’s vote', { vote: { ...genuine.vote, by: 'mia' }, signature: genuine.signature }],
      ['a denial turned into an approval', { vote: genuine.vote, signature: signed({ ...genuine.vote, decision: 'deny' }).signature }],
      ['a vote on another run, replayed here', signed(statement(other.approval, 'max'))],
      ['a vote on an approval that there is not', signed({ ...genuine.vote, approval: 'apr-none' })],
      ['a vote that was kept back for an hour', signed(statement(approval, 'max', { at: new Date(Date.now() - 3_600_000).toISOString() }))],
      ['a vote of the one who asked', signed(statement(approval, 'ann'))],
      ['a vote on another plan', signed(statement(approval, 'max', { digest: digestOf('another') }))],
      ['a vote on nobody’s behalf', signed(statement(approval, 'ann2', { onBehalfOf: 'max' }))],
      ['glass that nobody may break', signed(statement(approval, 'max', { decision: 'break-glass', reason: 'because I can' }))],
      ['more than a vote says', { ...genuine, vote: { ...genuine.vote, quorum: 0 } }],
    ];
    for (const [, message] of bad) await handle.signal(messageNames.voteSignal, message);
    const codes = await until(async () => {
      const found = [...(await refusals(approval)), ...(await refusals(other.approval)), ...(await runRefusals(run))];
      return found.length >= bad.length ? found : undefined;
    });
    expect(codes.map(String).toSorted()).toEqual(
      [
        ...Array.from({ length: 4 }, () => 'statement-forged'),
        'order-mismatch',
        'not-found',
        'statement-expired',
        'approval-by-requester',
        'approval-digest-changed',
        'approval-delegation-missing',
        'break-glass-denied',
        'input-invalid',
      ].toSorted(),
    );
    // The same by update, where who sends it gets the code.
    for (const [what, message] of bad) expect([what, await codeOf(cast(handle, message))]).not.toEqual([what, 'accepted']);
    expect((await store.approvals.get(approval.id))?.votes).toEqual([]);
    expect(await effectsOf(run)).toEqual([]);
    // The genuine one still counts, once, also when it is replayed to the letter.
    await handle.signal(messageNames.voteSignal, genuine);
    await handle.signal(messageNames.voteSignal, genuine);
    await until(async () => (await effectsOf(run)).length === 2 || undefined);
    expect((await store.approvals.get(approval.id))?.votes).toHaveLength(1);
    await record('votes-refused', handle, async () => release(run, handle));
    await release(other.run, other.handle);
  }, 90_000);

  it('takes so many refused signals and ignores the rest; who votes at a door is heard all the same', async () => {
    const { handle, run, approval } = await begin('plain');
    const flood = Array.from({ length: 130 }, (_, index) =>
      handle.signal(messageNames.voteSignal, { vote: statement(approval, 'max', { reason: `${index}` }), signature: 'x' }),
    );
    await Promise.all(flood);
    expect(await cast(handle, signed(statement(approval, 'max')))).toMatchObject({ status: 'approved' });
    await until(async () => (await effectsOf(run)).length === 2 || undefined);
    expect((await refusals(approval)).length).toBeLessThanOrEqual(100);
    expect((await store.approvals.get(approval.id))?.votes).toHaveLength(1);
    await release(run, handle);
  }, 60_000);

  const runRefusals = async (run: string) =>
    (await ledger(`run/${run}`)).filter(({ event }) => event === 'approval-vote-refused').map(({ detail }) => detail['code']);

  it('does nothing for a run that nobody ordered, for an order under another id, and for a cancellation or command that nobody gave', async () => {
    const never = await start(`r-${unique()}`);
    await expect(never.result()).rejects.toMatchObject({ cause: { type: 'order-missing' } });
    const { handle, run, approval } = await begin('plain');
    const twin = await start(run, `run/${run}-twin`);
    await expect(twin.result()).rejects.toMatchObject({ cause: { type: 'order-mismatch' } });
    await handle.signal(messageNames.cancel, { by: 'max', reason: 'forged' });
    await handle.signal(messageNames.command, { command: 'cmd-forged' });
    await handle.signal(messageNames.command, { kind: 'skip', step: 'ask' });
    await sleep(1_000);
    expect((await handle.query<RunView>(messageNames.state)).status).toBe('waiting-for-people');
    expect((await store.approvals.get(approval.id))?.status).toBe('open');
    expect(await effectsOf(run)).toEqual([]);
    await release(run, handle);
  }, 60_000);

  it.each([
    ['an approval and a denial', [{}, { by: 'mia', decision: 'deny', reason: 'no' }], ['accepted', 'approval-closed']],
    ['two votes of one person', [{}, { reason: 'again' }], ['accepted', 'approval-closed']],
    ['the whole plan and a narrower one', [{}, { by: 'mia', narrow: { steps: ['first'] } }], ['accepted', 'approval-closed']],
  ] as const)(
    '%s in the same moment: one of them counts',
    async (_, [one, two], expected) => {
      const { handle, run, approval } = await begin('plain');
      const votes = [one, two].map((more) => {
        const { by = 'max', ...rest } = more as Partial<Statement>;
        return codeOf(cast(handle, signed(statement(approval, by, rest))));
      });
      expect((await Promise.all(votes)).toSorted()).toEqual(expected);
      expect((await store.approvals.get(approval.id))?.votes).toHaveLength(1);
      const { status } = (await store.approvals.get(approval.id)) ?? {};
      if (status === 'approved') await release(run, handle);
      else expect((await handle.result()).outcome).toBe('denied');
      expect((await effectsOf(run)).filter(({ status: of }) => of !== 'undone')).toEqual([]);
    },
    60_000,
  );

  it('a vote while the run is cancelled: it counts before, or not at all, and nothing stays done', async () => {
    for (let round = 0; round < 4; round++) {
      const { handle, run, approval } = await begin('plain');
      const [answer] = await Promise.all([
        codeOf(cast(handle, signed(statement(approval, 'max')))),
        store.runs
          .recordCancel(run, 'ann', 'false alarm')
          .then(() => handle.signal(messageNames.cancel, { by: 'ann', reason: 'false alarm' })),
      ]);
      expect(['accepted', 'approval-closed']).toContain(answer);
      expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
      expect((await store.approvals.get(approval.id))?.status).toBe(answer === 'accepted' ? 'approved' : 'cancelled');
      expect((await effectsOf(run)).filter(({ status }) => !['undone', 'failed', 'denied'].includes(status))).toEqual([]);
    }
  }, 90_000);
});

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'accepted';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return error.cause.type ?? '';
    return `unexpected: ${String(error)}`;
  }
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error('it never came to hold');
}

/** `EDICT_RECORD_HISTORIES=1` keeps what a run's history looks like today, for test/workflows/replay.long.test.ts, once it has `ended`. */
async function record(name: string, handle: Handle, ended?: () => Promise<unknown>): Promise<void> {
  await ended?.();
  if (!recording) return;
  const text = historyToJSON(await handle.fetchHistory()).replaceAll(/\d+@[\w.-]+/g, 'worker');
  writeFileSync(`${root}test/histories/${name}.json`, `${JSON.stringify(JSON.parse(text)).replaceAll(root, '/edict/')}\n`);
}
