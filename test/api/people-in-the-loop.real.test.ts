/** Votes on someone's behalf and for less, glass that is broken, reviews and delegations, through the API; the run is stood for by the store. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { deliverAll } from '../../api/outbox.ts';
import type { Approval } from '../../api/contract/approvals.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalPlan, SignedVote } from '../../domain/playbook/approval.ts';
import { narrowPlan } from '../../domain/playbook/approval/narrow.ts';
import { describeWith } from '../stack/fixture.ts';
import { inMs, openApproval, planOf } from '../store/ballot-box.ts';
import { openHarness, type Harness } from './harness.ts';

let harness: Harness;
let step = 0;

/** What the run would answer: the store decides, and its refusal comes back. */
async function throughTheRun(): Promise<void> {
  harness.orchestrator.does.vote = async (_run, { vote }) => {
    const { status, votes, quorum, review } = await harness.store.approvals.vote(vote);
    const approvals = votes.filter(({ decision, digest }) => decision === 'approve' && digest === vote.digest).length;
    return { status, approvals, quorum, ...(review === undefined ? {} : { review: review.id }) };
  };
}

const post = (who: string, path: string, payload: object) => harness.ask(who, 'POST', path, { payload });
const answer = async (who: string, path: string, payload: object) => {
  const reply = await post(who, path, payload);
  return [reply.statusCode, reply.json()] as const;
};
const code = async (who: string, path: string, payload: object) =>
  (await post(who, path, payload)).json<{ code?: string }>().code ?? 'fine';
const open = (more: Parameters<typeof openApproval>[1] = {}) =>
  openApproval(harness.store, { step: `s${(step += 1)}`, requester: 'analyst', ...more });
const show = async (id: string) => (await harness.ask('auditor', 'GET', `/v1/approvals/${id}`)).json<Approval>();
const lastStatement = () => harness.orchestrator.asked.findLast(({ what }) => what === 'vote')?.with as SignedVote;

describeWith(['postgres', 'opa'], 'people in the loop, through the API', () => {
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());
  beforeEach(throughTheRun);

  it('shows the exact plan: targets, risk, what cannot be undone, who would feel it, and until when', async () => {
    const shown = {
      expiresAtMs: 1,
      risk: 'high' as const,
      irreversible: [{ step: 'second', reason: 'it is wiped' }],
      blastRadius: [{ step: 'look', critical: 1, peers: 4, hosts: ['db-1'] }],
    };
    const plan: ApprovalPlan = { ...planOf('shown'), shown };
    const { id } = await open({ plan, people: ['engineer'], breakGlass: { roles: ['admin'], reviewMs: 1000 } });
    expect(await show(id)).toMatchObject({
      targets: ['h1', 'h2'],
      risk: 'high',
      reversible: false,
      irreversible: shown.irreversible,
      blastRadius: shown.blastRadius,
      people: ['engineer'],
      excluded: ['analyst'],
      breakGlass: { roles: ['admin'] },
      expiresAt: expect.any(String),
      proposals: [],
    });
    const vote = { decision: 'approve', digest: digestOf(plan) };
    expect(await code('manager', `/v1/approvals/${id}/votes`, vote)).toBe('approval-reason-missing');
    expect((await answer('manager', `/v1/approvals/${id}/votes`, { ...vote, reason: 'it is lost' }))[1]).toMatchObject({
      status: 'approved',
    });
  });

  it('dates a statement by the database’s clock, however wrong its own is', async () => {
    for (const offsetMs of [-7 * 3_600_000, 26 * 3_600_000]) {
      harness.clock.offsetMs = offsetMs;
      const { id, digest } = await open();
      expect((await answer('manager', `/v1/approvals/${id}/votes`, { decision: 'approve', digest }))[1]).toMatchObject({
        status: 'approved',
      });
      const { vote, signature } = lastStatement();
      expect(Math.abs(Date.parse(vote.at) - Date.now())).toBeLessThan(60_000);
      const key = (await harness.store.secrets.get('statement-key')) ?? '';
      expect(signature).toBe(createHmac('sha256', key).update(canonicalJson(vote)).digest('base64url'));
      const late = await open({ expiresAt: inMs(-1) });
      expect(await code('manager', `/v1/approvals/${late.id}/votes`, { decision: 'approve', digest: late.digest })).toBe(
        'approval-expired',
      );
    }
    harness.clock.offsetMs = 0;
  });

  it('lets people vote for less, and others join them by the digest that is shown', async () => {
    const { id, digest, plan } = await open({ quorum: 2 });
    const path = `/v1/approvals/${id}/votes`;
    const narrow = { steps: ['second'], lease: '1h' };
    expect(await code('manager', path, { decision: 'approve', digest: digestOf('old'), narrow })).toBe('approval-digest-changed');
    expect(await code('manager', path, { decision: 'approve', digest, narrow: { steps: ['third'] } })).toBe('approval-not-narrower');
    expect(await code('manager', path, { decision: 'approve', digest, narrow: { lease: 'soon' } })).toBe('input-invalid');
    expect(await code('manager', path, { decision: 'deny', digest, narrow, reason: 'no' })).toBe('input-invalid');
    expect((await answer('manager', path, { decision: 'approve', digest, narrow }))[1]).toMatchObject({ status: 'open', approvals: 1 });
    const narrower = digestOf(narrowPlan(plan, narrow));
    expect((await show(id)).proposals).toMatchObject([{ digest: narrower, leftOut: ['first'], approvals: 1, effects: [{ lease: '1h' }] }]);
    expect((await answer('manager-2', path, { decision: 'approve', digest: narrower }))[1]).toMatchObject({
      status: 'approved',
      approvals: 2,
    });
    expect(await show(id)).toMatchObject({ granted: { by: 'quorum', digest: narrower } });
  });

  it('passes rights on, for a time, and takes them back: by either side or an administrator', async () => {
    const delegation = { to: 'engineer', roles: ['manager'], until: inMs(3_600_000), reason: 'on leave' };
    expect(await code('engineer', '/v1/delegations', { ...delegation, to: 'analyst' })).toBe('access-denied');
    expect(await code('auditor', '/v1/delegations', delegation)).toBe('access-denied');
    expect(await code('manager', '/v1/delegations', { ...delegation, roles: ['king'] })).toBe('input-invalid');
    const [status, given] = await answer('manager', '/v1/delegations', delegation);
    expect([status, given]).toMatchObject([201, { from: 'manager', to: 'engineer', reason: 'on leave' }]);
    const { id, digest } = await open({ quorum: 2 });
    const vote = { decision: 'approve', digest, onBehalfOf: 'manager' };
    expect((await answer('engineer', `/v1/approvals/${id}/votes`, vote))[1]).toMatchObject({ approvals: 1 });
    expect((await show(id)).votes).toMatchObject([{ by: 'engineer', onBehalfOf: 'manager' }]);
    expect(await code('manager', `/v1/approvals/${id}/votes`, { decision: 'approve', digest })).toBe('approval-vote-repeated');
    const mine = await harness.ask('engineer', 'GET', '/v1/delegations?person=engineer&active=true');
    expect(mine.json()).toMatchObject({ items: [{ id: given.id }] });
    expect((await harness.ask('analyst', 'DELETE', `/v1/delegations/${given.id}`)).json()).toMatchObject({ code: 'access-denied' });
    expect((await harness.ask('admin', 'DELETE', `/v1/delegations/${given.id}`)).statusCode).toBe(204);
    expect((await harness.ask('manager', 'DELETE', '/v1/delegations/dlg-none')).json()).toMatchObject({ code: 'not-found' });
    expect((await harness.ask('engineer', 'GET', '/v1/delegations?active=true')).json()).toMatchObject({ items: [] });
    const next = await open();
    expect(await code('engineer', `/v1/approvals/${next.id}/votes`, { ...vote, digest: next.digest })).toBe('approval-delegation-missing');
  });

  it('lets who has the right break the glass, and others review it; what nobody reviews becomes an incident, once', async () => {
    const closed = await open({ quorum: 2 });
    const glass = (digest: string) => ({ digest, reason: 'it encrypts the file server' });
    expect(await code('manager', `/v1/approvals/${closed.id}/break-glass`, glass(closed.digest))).toBe('break-glass-denied');
    const { id, digest } = await open({ quorum: 2, breakGlass: { roles: ['manager', 'admin'], reviewMs: 3_600_000 } });
    const path = `/v1/approvals/${id}/break-glass`;
    expect(await code('analyst', path, glass(digest))).toBe('access-denied');
    expect(await code('manager', path, { digest })).toBe('input-invalid');
    expect(await code('manager', path, glass(digestOf('old')))).toBe('approval-digest-changed');
    const [, broken] = await answer('manager', path, glass(digest));
    expect(broken).toMatchObject({ status: 'approved', review: expect.stringMatching(/^rev-/u) });
    expect(await show(id)).toMatchObject({ granted: { by: 'break-glass' }, review: { by: 'manager', status: 'open' } });

    const deps = { store: harness.store, orchestrator: harness.orchestrator, clock: () => new Date() };
    expect((await deliverAll(deps)).reviews).toBe(0);
    await harness.store.approvals.clock();
    const { Client } = await import('pg');
    const client = new Client({ connectionString: harness.databaseUrl });
    await client.connect();
    await client.query(`update approval_reviews set due_at = clock_timestamp() - interval '1 minute'`);
    await client.end();
    expect((await harness.ask('auditor', 'GET', '/v1/reviews?overdue=true')).json()).toMatchObject({
      items: [{ id: broken.review, overdue: true }],
    });
    expect((await deliverAll(deps)).reviews).toBe(1);
    expect((await deliverAll(deps)).reviews).toBe(0);
    expect(await harness.store.incidents.byKey(`review/${broken.review}`)).toMatchObject({ severity: 'high', status: 'open' });

    const verdict = { verdict: 'accept', comment: 'it was going' };
    const review = `/v1/reviews/${broken.review}`;
    expect(await code('engineer', `${review}/verdict`, verdict)).toBe('access-denied');
    expect(await code('manager', `${review}/verdict`, verdict)).toBe('access-denied');
    expect((await answer('manager-2', `${review}/verdict`, verdict))[1]).toMatchObject({ status: 'accepted', closedBy: 'manager-2' });
    expect(await code('admin', `${review}/verdict`, verdict)).toBe('review-closed');
    expect((await harness.ask('auditor', 'GET', review)).json()).toMatchObject({ comment: 'it was going' });
    expect((await harness.ask('auditor', 'GET', '/v1/reviews/rev-none')).json()).toMatchObject({ code: 'not-found' });
  });

  it('warns of an approval that nobody can give when a playbook is published: an administrator does not vote', async () => {
    const source = (approval: string): string =>
      `playbook: hard\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: ask, approval: { of: [cut], expires: 1h, ${approval} } }\n  - { id: cut, action: network.isolate, with: { asset: h1 }, undo: network.release }\n`;
    const warned = async (approval: string) =>
      (await answer('engineer', '/v1/playbooks', { source: source(approval), dryRun: true }))[1] as {
        warnings: { line: number; message: string }[];
      };
    expect((await warned('roles: [manager], quorum: 3')).warnings).toContainEqual({
      line: 5,
      column: 7,
      message: 'approval `ask` may be one that nobody can give: it takes 3 and `manager` and `manager-2` can give it',
    });
    expect((await warned('roles: [admin]')).warnings.map(({ message }) => message)).toContain(
      'approval `ask` may be one that nobody can give: it takes 1 and nobody can give it',
    );
    expect((await warned('roles: [manager], quorum: 2')).warnings.filter(({ message }) => message.includes('nobody can give'))).toEqual([]);
  });

  it('answers the same request again as it was answered, where the answer got lost', async () => {
    const { id, digest } = await open({ quorum: 2, breakGlass: { roles: ['manager'], reviewMs: 1000 } });
    const ids: string[] = [];
    harness.orchestrator.does.vote = async (_run, _vote, updateId) => {
      ids.push(updateId);
      throw new EdictError('dependency-unavailable', 'away');
    };
    const again = () =>
      harness.ask('manager', 'POST', `/v1/approvals/${id}/break-glass`, {
        headers: { 'idempotency-key': 'g-1' },
        payload: { digest, reason: 'it cannot wait' },
      });
    expect([(await again()).statusCode, (await again()).statusCode]).toEqual([503, 503]);
    expect(ids[0]).toBe(ids[1]);
  });
});
