/** Rights passed on, narrower plans, glass that is broken and named people, on a real PostgreSQL, and every race between them. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalPlan } from '../../domain/playbook/approval.ts';
import { narrowPlan } from '../../domain/playbook/approval/narrow.ts';
import type { Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { inMs, openApproval, person, planOf, stated } from './ballot-box.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

let test: TestStore;
let store: Store;

async function openStore(): Promise<void> {
  test = await testStore();
  store = test.store;
  for (const id of ['ada', 'bea', 'cyd']) await person(store, id, ['manager']);
  for (const id of ['ann', 'abe']) await person(store, id, ['analyst']);
}

const vote = (statement: Parameters<Store['approvals']['vote']>[0]) => store.approvals.vote(statement);
const delegate = (from: string, to: string, more: object = {}) =>
  store.delegations.give({ from, to, roles: ['manager'], until: inMs(3_600_000), ...more });
const refusals = async (id: string) =>
  (await store.audit.list({ subject: `approval/${id}` }, { limit: 200 })).items
    .filter(({ event }) => event === 'approval-vote-refused')
    .map(({ detail }) => detail['code']);

describeWith(['postgres'], 'named people', () => {
  beforeEach(openStore);
  afterEach(() => test.end());

  it('vote by their name, whatever their roles, and nobody else of their roles does', async () => {
    const approval = await openApproval(store, { roles: [], people: ['ann'] });
    expect(await codeOf(vote(stated(approval, 'abe')))).toBe('approval-role-missing');
    expect(await codeOf(vote(stated(approval, 'ada')))).toBe('approval-role-missing');
    expect(await vote(stated(approval, 'ann'))).toMatchObject({ status: 'approved', people: ['ann'] });
  });

  it('are no more asked once they are disabled', async () => {
    const approval = await openApproval(store, { roles: [], people: ['ann'] });
    await person(store, 'ann', ['analyst'], true);
    expect(await codeOf(vote(stated(approval, 'ann')))).toBe('approval-role-missing');
  });

  it('do not pass their name on with their roles', async () => {
    const approval = await openApproval(store, { roles: [], people: ['ada'] });
    await delegate('ada', 'ann');
    expect(await codeOf(vote(stated(approval, 'ann', { onBehalfOf: 'ada' })))).toBe('approval-delegation-missing');
  });

  it('are asked by a rung of the ladder, which only widens who may vote', async () => {
    const approval = await openApproval(store);
    await store.approvals.escalate({ id: approval.id, to: [], people: ['ann'], kind: 'remind' });
    expect(await codeOf(vote(stated(approval, 'ann')))).toBe('approval-role-missing');
    await store.approvals.escalate({ id: approval.id, to: ['engineer'], people: ['ann'], kind: 'escalate' });
    expect(await vote(stated(approval, 'ann'))).toMatchObject({ status: 'approved', roles: ['manager', 'engineer'], people: ['ann'] });
  });
});

describeWith(['postgres'], 'a delegation', () => {
  beforeEach(openStore);
  afterEach(() => test.end());

  it('lets somebody vote on another’s behalf, and the vote says so', async () => {
    const approval = await openApproval(store);
    expect(await codeOf(vote(stated(approval, 'ann', { onBehalfOf: 'ada' })))).toBe('approval-delegation-missing');
    await delegate('ada', 'ann');
    expect(await codeOf(vote(stated(approval, 'ann')))).toBe('approval-role-missing');
    const approved = await vote(stated(approval, 'ann', { onBehalfOf: 'ada' }));
    expect(approved).toMatchObject({ status: 'approved', votes: [{ by: 'ann', onBehalfOf: 'ada' }] });
    const { items } = await store.audit.list({ subject: `approval/${approval.id}` }, {});
    expect(items.find(({ event }) => event === 'approval-voted')).toMatchObject({ actor: 'ann', detail: { onBehalfOf: 'ada' } });
  });

  it('counts one person once: neither twice for themself, nor beside the one they vote for', async () => {
    await delegate('ada', 'bea');
    const own = await openApproval(store, { step: 's1', quorum: 3 });
    await vote(stated(own, 'bea'));
    expect(await codeOf(vote(stated(own, 'bea', { onBehalfOf: 'ada' })))).toBe('approval-vote-repeated');
    const other = await openApproval(store, { step: 's2', quorum: 3 });
    await vote(stated(other, 'bea', { onBehalfOf: 'ada' }));
    expect(await codeOf(vote(stated(other, 'bea')))).toBe('approval-vote-repeated');
    expect(await codeOf(vote(stated(other, 'ada')))).toBe('approval-vote-repeated');
    await vote(stated(other, 'cyd'));
    expect((await store.approvals.get(other.id))?.status).toBe('open');
  });

  it('gives the requester’s vote to nobody, and nobody’s to the requester', async () => {
    await person(store, 'rae', ['manager']);
    await delegate('rae', 'ann');
    await delegate('ada', 'rae');
    const approval = await openApproval(store);
    expect(await codeOf(vote(stated(approval, 'ann', { onBehalfOf: 'rae' })))).toBe('approval-by-requester');
    expect(await codeOf(vote(stated(approval, 'rae', { onBehalfOf: 'ada' })))).toBe('approval-by-requester');
  });

  it('is not passed on further', async () => {
    await delegate('ada', 'ann');
    const approval = await openApproval(store);
    expect(await codeOf(delegate('ann', 'abe'))).toBe('access-denied');
    // Also where it was given while the role was there.
    await person(store, 'ann', ['analyst', 'manager']);
    await delegate('ann', 'abe');
    await person(store, 'ann', ['analyst']);
    expect(await codeOf(vote(stated(approval, 'abe', { onBehalfOf: 'ann' })))).toBe('approval-delegation-missing');
    expect(await codeOf(vote(stated(approval, 'abe', { onBehalfOf: 'ada' })))).toBe('approval-delegation-missing');
  });

  it('holds from its begin to its end, by the database’s clock, and while the giver has the role', async () => {
    const approval = await openApproval(store, { quorum: 2 });
    const behalf = { onBehalfOf: 'ada' };
    const { id } = await delegate('ada', 'ann', { since: inMs(1_800_000) });
    expect(await codeOf(vote(stated(approval, 'ann', behalf)))).toBe('approval-delegation-missing');
    await test.query(
      `update delegations set since = clock_timestamp() - interval '2 hours', until = clock_timestamp() - interval '1 second'`,
    );
    expect(await codeOf(vote(stated(approval, 'ann', behalf)))).toBe('approval-delegation-missing');
    await test.query(`update delegations set until = clock_timestamp() + interval '1 hour'`);
    await person(store, 'ada', ['analyst']);
    expect(await codeOf(vote(stated(approval, 'ann', behalf)))).toBe('approval-delegation-missing');
    await person(store, 'ada', ['manager']);
    await store.delegations.revoke(id, 'ada');
    expect(await codeOf(vote(stated(approval, 'ann', behalf)))).toBe('approval-delegation-missing');
    expect(await refusals(approval.id)).toEqual(Array.from({ length: 4 }, () => 'approval-delegation-missing'));
  });

  it('is refused where it could never count, and is on record where it is given and taken back', async () => {
    expect(await codeOf(delegate('ada', 'ada'))).toBe('input-invalid');
    expect(await codeOf(delegate('ada', 'nobody'))).toBe('not-found');
    expect(await codeOf(delegate('ada', 'ann', { roles: ['admin'] }))).toBe('access-denied');
    expect(await codeOf(delegate('ada', 'ann', { until: inMs(-1000) }))).toBe('input-invalid');
    expect(await codeOf(delegate('ada', 'ann', { until: inMs(400 * 86_400_000) }))).toBe('input-invalid');
    expect(await codeOf(delegate('ada', 'ann', { until: 'tomorrow' }))).toBe('input-invalid');
    expect(await codeOf(store.delegations.revoke('dlg-none', 'ada'))).toBe('not-found');
    const { id } = await delegate('ada', 'ann', { reason: 'on leave' });
    expect(await store.delegations.list({ person: 'ann', inForce: true }, {})).toMatchObject({ items: [{ id, from: 'ada', to: 'ann' }] });
    const revoked = await store.delegations.revoke(id, 'ada');
    expect(await store.delegations.revoke(id, 'ada')).toEqual(revoked);
    expect((await store.delegations.list({ inForce: true }, {})).items).toEqual([]);
    const { items } = await store.audit.list({ subject: `delegation/${id}` }, {});
    expect(items.map(({ event, actor }) => `${event} ${actor}`).toSorted()).toEqual(['delegation-given ada', 'delegation-revoked ada']);
  });

  it('that is taken back while it is voted with: the vote counted before, or not at all', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await delegate('ada', 'ann');
      const approval = await openApproval(store, { step: `s${round}` });
      const [answer] = await Promise.all([
        codeOf(vote(stated(approval, 'ann', { onBehalfOf: 'ada' }))),
        store.delegations.revoke(id, 'ada'),
      ]);
      expect(['no error', 'approval-delegation-missing']).toContain(answer);
      expect((await store.approvals.get(approval.id))?.status).toBe(answer === 'no error' ? 'approved' : 'open');
      // Counted or not: at execution it gives nothing any more.
      expect((await store.approvals.rights([{ by: 'ann', onBehalfOf: 'ada' }])).delegated('ada', 'ann')).toEqual([]);
    }
  });
});

describeWith(['postgres'], 'a narrower plan', () => {
  beforeEach(openStore);
  afterEach(() => test.end());

  it('is approved as one of its own, with its own digest', async () => {
    const approval = await openApproval(store);
    const narrow = { steps: ['second'], lease: '1h' };
    const approved = await vote(stated(approval, 'ada', { narrow }));
    const plan = narrowPlan(approval.plan, narrow);
    expect(plan.effects).toMatchObject([{ step: 'second', lease: '1h' }]);
    expect(approved).toMatchObject({ status: 'approved', granted: { digest: digestOf(plan), plan, by: 'quorum' } });
    expect(approved.digest).toBe(approval.digest);
  });

  it('needs its own quorum: votes for the whole do not count for it, nor its for the whole', async () => {
    const approval = await openApproval(store, { quorum: 2 });
    const narrow = { steps: ['first'] };
    await vote(stated(approval, 'ada'));
    expect(await vote(stated(approval, 'bea', { narrow }))).toMatchObject({ status: 'open' });
    expect(await codeOf(vote(stated(approval, 'ada', { narrow })))).toBe('approval-vote-repeated');
    const joined = await vote(stated(approval, 'cyd', { narrow }));
    expect(joined).toMatchObject({ status: 'approved', granted: { digest: digestOf(narrowPlan(approval.plan, narrow)) } });
  });

  it.each([
    ['a step that is not covered', { steps: ['third'] }],
    ['no step', { steps: [] }],
    ['a longer lease', { lease: '5h' }],
    ['all of it', { steps: ['first', 'second'] }],
    ['no lease', { lease: '0s' }],
  ])('is none with %s', async (_, narrow) => {
    const approval = await openApproval(store);
    const digest = approval.digest;
    expect(await codeOf(vote({ ...stated(approval, 'ada'), narrow, digest }))).toBe('approval-not-narrower');
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'open', votes: [] });
  });

  it('is voted for by its digest: a vote that says one thing and signs another counts for nothing', async () => {
    const approval = await openApproval(store);
    const lie = { ...stated(approval, 'ada'), narrow: { steps: ['first'] }, digest: approval.digest };
    expect(await codeOf(vote(lie))).toBe('approval-digest-changed');
  });

  it('or the whole: of two that come at the same moment one is approved', async () => {
    for (let round = 0; round < 10; round++) {
      const approval = await openApproval(store, { step: `s${round}` });
      const narrow = { lease: '30m' };
      const answers = await Promise.all([codeOf(vote(stated(approval, 'ada'))), codeOf(vote(stated(approval, 'bea', { narrow })))]);
      expect(answers.toSorted()).toEqual(['approval-closed', 'no error']);
      const after = await store.approvals.get(approval.id);
      expect(after?.granted?.digest).toBe(answers[0] === 'no error' ? approval.digest : digestOf(narrowPlan(approval.plan, narrow)));
      expect(after?.votes).toHaveLength(1);
    }
  });
});

describeWith(['postgres'], 'a vote', () => {
  beforeEach(openStore);
  afterEach(() => test.end());

  it('for what is of high risk needs a reason, a denial at this door none', async () => {
    const shown = { expiresAtMs: Date.now() + 60_000, risk: 'high' as const, irreversible: [], blastRadius: [] };
    const plan: ApprovalPlan = { ...planOf('ask'), shown };
    const approval = await openApproval(store, { plan, quorum: 2 });
    expect(await codeOf(vote(stated(approval, 'ada')))).toBe('approval-reason-missing');
    expect(await codeOf(vote(stated(approval, 'ada', { reason: '  ' })))).toBe('approval-reason-missing');
    expect(await vote(stated(approval, 'ada', { reason: 'it encrypts' }))).toMatchObject({ votes: [{ reason: 'it encrypts' }] });
    expect(await vote(stated(approval, 'bea', { decision: 'deny' }))).toMatchObject({ status: 'denied' });
  });

  it('was stated just now by the database’s clock, whatever the clocks of doors and workers say', async () => {
    const approval = await openApproval(store, { quorum: 3 });
    for (const at of [inMs(-16 * 60_000), inMs(-86_400_000), inMs(5 * 60_000), '2001-01-01T00:00:00Z'])
      expect(await codeOf(vote(stated(approval, 'ada', { at })))).toBe('statement-expired');
    expect(await codeOf(vote(stated(approval, 'ada', { at: inMs(-14 * 60_000) })))).toBe('no error');
    expect(await codeOf(vote(stated(approval, 'bea', { at: await store.approvals.clock() })))).toBe('no error');
  });

  it('after the expiry counts for nothing, with whatever time it is dated', async () => {
    const approval = await openApproval(store, { expiresAt: inMs(-1) });
    for (const at of [inMs(-60_000), inMs(0), inMs(30_000)])
      expect(await codeOf(vote(stated(approval, 'ada', { at })))).toBe('approval-expired');
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'expired', votes: [] });
  });

  it('fills the quorum with those who still have the right: one who lost it is not counted', async () => {
    const approval = await openApproval(store, { quorum: 2 });
    await vote(stated(approval, 'ada'));
    await person(store, 'ada', ['analyst']);
    expect(await vote(stated(approval, 'bea'))).toMatchObject({ status: 'open' });
    expect(await vote(stated(approval, 'cyd'))).toMatchObject({ status: 'approved' });
  });

  it('comes before the run’s cancellation, or not at all', async () => {
    for (let round = 0; round < 10; round++) {
      const run = `c${round}`;
      await store.runs.order({ run, playbook: 'p', version: '1.0.0', planDigest: 'd', inputs: {}, requester: 'rae' }, 'rae');
      const approval = await openApproval(store, { plan: planOf('ask', run) });
      const [answer] = await Promise.all([codeOf(vote(stated(approval, 'ada'))), store.runs.recordCancel(run, 'rae', 'false alarm')]);
      expect(['no error', 'approval-closed']).toContain(answer);
      const { votes } = (await store.approvals.get(approval.id)) ?? {};
      expect(votes).toHaveLength(answer === 'no error' ? 1 : 0);
      const late = await openApproval(store, { plan: planOf('later', run) });
      expect(await codeOf(vote(stated(late, 'ada')))).toBe('approval-closed');
    }
  });

  it('of a role that is asked at this moment counts, or is refused for its role: never both', async () => {
    await person(store, 'eng', ['engineer']);
    for (let round = 0; round < 10; round++) {
      const approval = await openApproval(store, { step: `s${round}` });
      const [answer] = await Promise.all([
        codeOf(vote(stated(approval, 'eng'))),
        store.approvals.escalate({ id: approval.id, to: ['engineer'], kind: 'escalate' }),
      ]);
      expect(['no error', 'approval-role-missing']).toContain(answer);
      expect((await store.approvals.get(approval.id))?.votes).toHaveLength(answer === 'no error' ? 1 : 0);
    }
  });

  it('of who asked for a run above this one does not count, however far above', async () => {
    for (const id of ['top', 'mid']) await person(store, id, ['manager']);
    const order = { playbook: 'p', version: '1.0.0', planDigest: 'd', inputs: {} };
    const child = (run: string, depth: number) => ({ kind: 'child' as const, run, step: 's', depth });
    await store.runs.order({ ...order, run: 'r-top', requester: 'top' }, 'top');
    await store.runs.order({ ...order, run: 'r-mid', requester: 'mid', origin: child('r-top', 1) }, 'run:r-top');
    await store.runs.order({ ...order, run: 'r1', requester: 'rae', origin: child('r-mid', 2) }, 'run:r-mid');
    const approval = await openApproval(store);
    expect(approval.excluded).toEqual(['mid', 'rae', 'top']);
    for (const by of ['top', 'mid']) expect(await codeOf(vote(stated(approval, by)))).toBe('approval-by-requester');
  });

  it('of who asked for the run that this one is a fork of does not count', async () => {
    await person(store, 'old', ['manager']);
    const order = { playbook: 'p', version: '1.0.0', planDigest: 'd', inputs: {} };
    await store.runs.order({ ...order, run: 'r0', requester: 'old' }, 'old');
    await store.runs.order({ ...order, run: 'r1', requester: 'rae' }, 'rae');
    await test.query(`update runs set fork_of = 'r0' where run = 'r1'`);
    const approval = await openApproval(store);
    expect(await codeOf(vote(stated(approval, 'old')))).toBe('approval-by-requester');
  });
});

describeWith(['postgres'], 'breaking the glass', () => {
  beforeEach(openStore);
  afterEach(() => test.end());

  const breakGlass = { roles: ['manager'], reviewMs: 86_400_000 };
  const glass = { decision: 'break-glass', reason: 'it encrypts the file server' } as const;

  it('lets the plan run without the votes, loudly, and opens a review that others close', async () => {
    const approval = await openApproval(store, { quorum: 2, breakGlass });
    const broken = await vote(stated(approval, 'ada', glass));
    expect(broken).toMatchObject({
      status: 'approved',
      votes: [],
      granted: { by: 'break-glass', digest: approval.digest },
      review: { by: 'ada', reason: glass.reason, status: 'open', overdue: false },
    });
    const { items } = await store.audit.list({ subject: `approval/${approval.id}` }, {});
    expect(items.find(({ event }) => event === 'approval-glass-broken')).toMatchObject({
      actor: 'ada',
      detail: { reason: glass.reason, targets: ['h1', 'h2'], quorum: 2 },
    });
    const id = broken.review?.id ?? '';
    const close = (by: string, verdict: 'accept' | 'reject' = 'accept') => store.reviews.close({ id, verdict, comment: 'seen', by });
    expect(await codeOf(close('ada'))).toBe('access-denied');
    expect(await codeOf(close('rae'))).toBe('access-denied');
    expect(await close('bea')).toMatchObject({ status: 'accepted', closedBy: 'bea', comment: 'seen' });
    expect(await codeOf(close('cyd', 'reject'))).toBe('review-closed');
  });

  it('is for those whom the playbook names, on their own right, with a reason, and never for who asked', async () => {
    await person(store, 'rae', ['manager']);
    await delegate('ada', 'ann');
    expect(await codeOf(vote(stated(await openApproval(store, { step: 'plain' }), 'ada', glass)))).toBe('break-glass-denied');
    const approval = await openApproval(store, { breakGlass });
    expect(await codeOf(vote(stated(approval, 'ann', glass)))).toBe('break-glass-denied');
    expect(await codeOf(vote(stated(approval, 'ann', { ...glass, onBehalfOf: 'ada' })))).toBe('break-glass-denied');
    expect(await codeOf(vote(stated(approval, 'rae', glass)))).toBe('approval-by-requester');
    expect(await codeOf(vote(stated(approval, 'ada', { ...glass, reason: ' ' })))).toBe('approval-reason-missing');
    expect(await codeOf(vote(stated(approval, 'ada', { ...glass, at: inMs(-3_600_000) })))).toBe('statement-expired');
    expect(await store.approvals.get(approval.id)).toMatchObject({ status: 'open' });
    expect(await refusals(approval.id)).toHaveLength(5);
  });

  it('is done once: the same statement again is the same deed, another one comes too late', async () => {
    const approval = await openApproval(store, { quorum: 2, breakGlass });
    // Who has voted and finds no second one may still do it.
    await vote(stated(approval, 'ada'));
    const statement = stated(approval, 'ada', glass);
    const first = await vote(statement);
    expect(await vote(statement)).toEqual(first);
    expect(await codeOf(vote(stated(approval, 'bea', glass)))).toBe('approval-closed');
    expect((await store.reviews.list({}, {})).items).toHaveLength(1);
  });

  it('and a denial at the same moment: one of them holds', async () => {
    for (let round = 0; round < 8; round++) {
      const approval = await openApproval(store, { step: `s${round}`, breakGlass });
      const answers = await Promise.all([
        codeOf(vote(stated(approval, 'ada', glass))),
        codeOf(vote(stated(approval, 'bea', { decision: 'deny', reason: 'no' }))),
      ]);
      expect(answers.toSorted()).toEqual(['approval-closed', 'no error']);
      const after = await store.approvals.get(approval.id);
      expect([after?.status, after?.review === undefined]).toEqual(answers[0] === 'no error' ? ['approved', false] : ['denied', true]);
    }
  });

  it('is told in the run’s incident, and one of two verdicts at the same moment holds', async () => {
    const { id: incident } = await store.incidents.upsert({ key: 'k', title: 't', severity: 'high', signals: [] });
    await store.runs.order({ run: 'r1', playbook: 'p', version: '1.0.0', planDigest: 'd', inputs: {}, requester: 'rae', incident }, 'rae');
    const { review } = await vote(stated(await openApproval(store, { breakGlass }), 'ada', glass));
    expect((await store.incidents.get(incident))?.notes).toMatchObject([{ by: 'ada', text: expect.stringContaining(glass.reason) }]);
    const close = (by: string, verdict: 'accept' | 'reject') =>
      codeOf(store.reviews.close({ id: review?.id ?? '', verdict, comment: 'c', by }));
    expect((await Promise.all([close('bea', 'accept'), close('cyd', 'reject')])).toSorted()).toEqual(['no error', 'review-closed']);
  });

  it('that nobody reviews in time is listed as overdue and to be raised, once', async () => {
    const { review } = await vote(stated(await openApproval(store, { breakGlass }), 'ada', glass));
    const id = review?.id ?? '';
    expect(await store.reviews.unraised()).toEqual([]);
    await test.query(`update approval_reviews set due_at = clock_timestamp() - interval '1 second'`);
    expect((await store.reviews.list({ overdue: true }, {})).items).toMatchObject([{ id, overdue: true }]);
    expect(await store.reviews.unraised()).toMatchObject([{ id }]);
    await store.reviews.raised(id, 'inc-1');
    await store.reviews.raised(id, 'inc-1');
    expect(await store.reviews.unraised()).toEqual([]);
    const { items } = await store.audit.list({ subject: `review/${id}` }, {});
    expect(items.filter(({ event }) => event === 'review-overdue')).toHaveLength(1);
    expect(await store.reviews.close({ id, verdict: 'reject', comment: 'late, and wrong', by: 'bea' })).toMatchObject({
      status: 'rejected',
      overdue: false,
    });
  });
});
