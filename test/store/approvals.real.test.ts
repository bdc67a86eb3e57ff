/** Votes on a real PostgreSQL: every refusal, and every race between two of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalRecord, Vote } from '../../domain/playbook/approval.ts';
import type { Role, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

describeWith(['postgres'], 'approvals', () => {
  let test: TestStore;
  let store: Store;
  let ticks = 0;

  beforeEach(async () => {
    test = await testStore();
    store = test.store;
    for (const id of ['ada', 'bea', 'cyd']) await person(id, ['manager']);
  });
  afterEach(() => test.end());

  const person = (id: string, roles: readonly Role[], disabled = false) =>
    store.people.put({ id, name: id, roles, disabled }, 'system:test');

  function open(changes: { readonly step?: string; readonly quorum?: number; readonly expiresAt?: string; readonly target?: string } = {}) {
    const { step = 'contain', quorum = 1, expiresAt = soon(60_000), target = 'h1' } = changes;
    const plan = {
      run: 'r1',
      playbook: 'p',
      version: '1',
      step,
      effects: [{ step, action: 'network.isolate', params: { asset: target } }],
    };
    return store.approvals.open({
      plan,
      digest: digestOf(plan),
      summary: 's',
      facts: { a: 1 },
      roles: ['manager'],
      quorum,
      requester: 'rae',
      expiresAt,
    });
  }

  function vote(approval: ApprovalRecord, by: string, decision: Vote['decision'] = 'approve', changes: Partial<Vote> = {}) {
    ticks += 1;
    return store.approvals.vote({
      approval: approval.id,
      digest: approval.digest,
      decision,
      by,
      at: new Date(Date.now() + ticks).toISOString(),
      ...changes,
    });
  }

  it('close on the quorum, and hold the votes in their order', async () => {
    const approval = await open({ quorum: 2 });
    expect(approval).toMatchObject({ status: 'open', votes: [], roles: ['manager'], requester: 'rae' });
    expect(await vote(approval, 'ada')).toMatchObject({ status: 'open', votes: [{ by: 'ada' }] });
    const closed = await vote(approval, 'bea');
    expect(closed).toMatchObject({ status: 'approved', votes: [{ by: 'ada' }, { by: 'bea' }], closedAt: expect.any(String) });
    expect(await store.approvals.get(approval.id)).toEqual(closed);
    expect(await codeOf(vote(approval, 'cyd'))).toBe('approval-closed');
  });

  it('close at once on a denial', async () => {
    const approval = await open({ quorum: 3 });
    await vote(approval, 'ada');
    expect(await vote(approval, 'bea', 'deny', { reason: 'not now' })).toMatchObject({
      status: 'denied',
      votes: [{ by: 'ada' }, { by: 'bea', reason: 'not now' }],
    });
  });

  it('refuse another digest, the requester, a stranger, a missing role, a disabled voter and a second vote, and change nothing', async () => {
    await person('rae', ['manager']);
    await person('ana', ['analyst', 'admin']);
    await person('dis', ['manager'], true);
    const approval = await open({ quorum: 2 });
    expect(await codeOf(vote(approval, 'ada', 'approve', { digest: digestOf('other') }))).toBe('approval-digest-changed');
    expect(await codeOf(vote(approval, 'rae'))).toBe('approval-by-requester');
    expect(await codeOf(vote(approval, 'nobody'))).toBe('approval-role-missing');
    expect(await codeOf(vote(approval, 'ana'))).toBe('approval-role-missing');
    expect(await codeOf(vote(approval, 'dis'))).toBe('approval-role-missing');
    await vote(approval, 'ada');
    expect(await codeOf(vote(approval, 'ada', 'deny'))).toBe('approval-vote-repeated');
    expect(
      await codeOf(store.approvals.vote({ approval: 'apr-none', digest: approval.digest, decision: 'approve', by: 'ada', at: soon(0) })),
    ).toBe('not-found');
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'open', votes: [{ by: 'ada' }] });
    const { items } = await store.audit.list({ subject: `approval/${approval.id}` }, {});
    expect(items.filter((row) => row.event === 'approval-vote-refused').map((row) => row.detail['code'])).toHaveLength(6);
  });

  it('ask for the roles that the voter has now', async () => {
    const approval = await open();
    await person('ada', ['analyst']);
    expect(await codeOf(vote(approval, 'ada'))).toBe('approval-role-missing');
    await person('ada', ['manager']);
    expect(await vote(approval, 'ada')).toMatchObject({ status: 'approved' });
  });

  it('refuse a vote after the expiry by the clock of the database, and close as expired', async () => {
    const approval = await open({ expiresAt: soon(-1) });
    expect(await codeOf(vote(approval, 'ada'))).toBe('approval-expired');
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'expired', votes: [] });
    expect(await codeOf(vote(approval, 'ada'))).toBe('approval-expired');
  });

  it('count a vote once when the answer was lost and the call is repeated to the letter', async () => {
    const approval = await open();
    const lost = { approval: approval.id, digest: approval.digest, decision: 'approve', by: 'ada', at: soon(0) } as const;
    const first = await store.approvals.vote(lost);
    expect(await store.approvals.vote(lost)).toEqual(first);
    expect(first).toMatchObject({ status: 'approved', votes: [{ by: 'ada' }] });
  });

  it('let exactly one of an approval and a denial win that come at the same moment', async () => {
    const ends = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const approval = await open({ step: `s${round}` });
      const answers = await Promise.all([codeOf(vote(approval, 'ada', 'approve')), codeOf(vote(approval, 'bea', 'deny'))]);
      expect(answers.toSorted()).toEqual(['approval-closed', 'no error']);
      const after = await store.approvals.get(approval.id);
      expect(after?.votes).toHaveLength(1);
      expect(after?.status).toBe(answers[0] === 'no error' ? 'approved' : 'denied');
      ends.add(after?.status ?? '');
    }
    expect([...ends].every((end) => end === 'approved' || end === 'denied')).toBe(true);
  });

  it('count one of two votes of one person at the same moment', async () => {
    const approval = await open({ quorum: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => codeOf(vote(approval, 'ada'))));
    expect(answers.filter((answer) => answer === 'no error')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'approval-vote-repeated')).toHaveLength(7);
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'open', votes: [{ by: 'ada' }] });
  });

  it('count two people at the same moment as two', async () => {
    const approval = await open({ quorum: 2 });
    await Promise.all([vote(approval, 'ada'), vote(approval, 'bea')]);
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'approved' });
  });

  it('end in one way when a vote and the expiry meet', async () => {
    for (let round = 0; round < 12; round++) {
      const approval = await open({ step: `s${round}` });
      const [answer, closed] = await Promise.all([
        codeOf(vote(approval, 'ada')),
        store.approvals.close(approval.id, 'expired', 'system:timer'),
      ]);
      expect(closed.status).toBe(answer === 'no error' ? 'approved' : 'expired');
      expect(await store.approvals.get(approval.id)).toMatchObject({
        status: closed.status,
        votes: answer === 'no error' ? [{ by: 'ada' }] : [],
      });
    }
  });

  it('wait for a vote under way before the clock is read: one that gets the lock too late has expired', async () => {
    const approval = await open({ expiresAt: soon(1500) });
    const holder = new Client({ connectionString: test.url });
    await holder.connect();
    await holder.query('begin; select 1 from approvals for update');
    const answer = codeOf(vote(approval, 'ada'));
    await sleep(Date.parse(approval.expiresAt) - Date.now() + 100);
    await holder.query('commit');
    expect(await answer).toBe('approval-expired');
    await holder.end();
  });

  it('are opened once for a run, step and digest, also at the same moment', async () => {
    const opened = await Promise.all(Array.from({ length: 6 }, () => open({ expiresAt: '2099-01-01T00:00:00Z' })));
    expect(new Set(opened.map((approval) => approval.id)).size).toBe(1);
    expect((await store.approvals.list({ run: 'r1' }, {})).items).toHaveLength(1);
  });

  it('are superseded by another plan of the same step, and of that step only', async () => {
    const [old, other] = [await open(), await open({ step: 'elsewhere' })];
    const fresh = await open({ target: 'h2' });
    expect(await store.approvals.get(old.id)).toMatchObject({ status: 'cancelled' });
    expect(await codeOf(vote(old, 'ada'))).toBe('approval-closed');
    expect((await store.approvals.list({ status: 'open' }, {})).items.map(({ id }) => id).toSorted()).toEqual(
      [fresh.id, other.id].toSorted(),
    );
  });

  it('refuse a digest that is not the one of the plan', async () => {
    const plan = { run: 'r1', playbook: 'p', version: '1', step: 's', effects: [] };
    const input = {
      plan,
      digest: digestOf('x'),
      summary: '',
      facts: {},
      roles: ['manager'],
      quorum: 1,
      requester: 'rae',
      expiresAt: soon(1000),
    };
    expect(await codeOf(store.approvals.open(input))).toBe('approval-digest-changed');
    expect(await codeOf(store.approvals.open({ ...input, digest: digestOf(plan), quorum: 0 }))).toBe('input-invalid');
    expect(await codeOf(store.approvals.open({ ...input, digest: digestOf(plan), expiresAt: 'tomorrow' }))).toBe('input-invalid');
  });

  it('ask more roles when they are escalated, and only record a reminder', async () => {
    await person('eng', ['engineer']);
    const approval = await open();
    await store.approvals.escalate({ id: approval.id, to: ['engineer'], kind: 'remind' });
    expect(await codeOf(vote(approval, 'eng'))).toBe('approval-role-missing');
    await store.approvals.escalate({ id: approval.id, to: ['engineer'], kind: 'escalate' });
    expect(await vote(approval, 'eng')).toMatchObject({ status: 'approved', roles: ['manager', 'engineer'] });
    expect(await codeOf(store.approvals.escalate({ id: approval.id, to: [], kind: 'remind' }))).toBe('approval-closed');
  });
});
