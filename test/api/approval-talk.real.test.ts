/** What people say about an approval, and what was decided before of the same kind. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SimilarApproval } from '../../api/contract/approvals.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import { describeWith } from '../stack/fixture.ts';
import { openApproval, planOf, stated } from '../store/ballot-box.ts';
import { openHarness, type Harness } from './harness.ts';

describeWith(['postgres', 'opa'], 'talk about approvals', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  }, 60_000);
  afterAll(() => harness.close());

  const open = (step: string, playbook = 'p', action = 'network.isolate', run = 'r1'): Promise<ApprovalRecord> => {
    const plan = planOf(step, run);
    return openApproval(harness.store, { plan: { ...plan, playbook, effects: plan.effects.map((effect) => ({ ...effect, action })) } });
  };
  const similar = async (id: string, query = '') =>
    (await harness.ask('auditor', 'GET', `/v1/approvals/${id}/similar${query}`)).json<{ items: readonly SimilarApproval[] }>().items;

  it('keeps questions and answers in their order, also once it is closed, and records who spoke', async () => {
    const { id } = await open('spoken-of');
    const say = (who: string, text: string) => harness.ask(who, 'POST', `/v1/approvals/${id}/comments`, { payload: { text } });
    expect((await say('manager', 'is the host in use?')).statusCode).toBe(201);
    await harness.store.approvals.close(id, 'cancelled', 'system:test');
    expect((await say('analyst', '  nobody is signed in  ')).json()).toMatchObject({ by: 'analyst', text: 'nobody is signed in' });
    expect((await harness.ask('auditor', 'GET', `/v1/approvals/${id}/comments`)).json()).toMatchObject({
      items: [
        { by: 'manager', text: 'is the host in use?' },
        { by: 'analyst', text: 'nobody is signed in' },
      ],
    });
    const rows = (await harness.store.audit.list({ subject: `approval/${id}` }, {})).items;
    expect(
      rows
        .filter(({ event }) => event === 'approval-commented')
        .map(({ actor }) => actor)
        .toSorted(),
    ).toEqual(['analyst', 'manager']);
  });

  it('takes no blank, nothing about what is not there, and nothing of who may only read', async () => {
    const { id } = await open('quiet');
    const code = async (who: string, of: string, text: string) =>
      (await harness.ask(who, 'POST', `/v1/approvals/${of}/comments`, { payload: { text } })).json<{ code: string }>().code;
    expect(await code('manager', id, '   ')).toBe('input-invalid');
    expect(await code('manager', 'nothing', 'hello')).toBe('not-found');
    expect(await code('auditor', id, 'hello')).toBe('access-denied');
    expect((await harness.ask('manager', 'GET', '/v1/approvals/nothing/comments')).statusCode).toBe(404);
    expect((await harness.ask('manager', 'GET', '/v1/approvals/nothing/similar')).statusCode).toBe(404);
  });

  it('the same step comes first, then what does the same; what is open, or does something else, is left out', async () => {
    const asked = await open('similar', 'contain');
    const other = await open('elsewhere', 'quarantine');
    const same = await open('similar', 'contain', 'network.isolate', 'r2');
    const unlike = await open('unlike', 'other', 'identity.disable-user');
    await open('similar', 'contain', 'network.isolate', 'r3');
    for (const decided of [other, same, unlike])
      await harness.store.approvals.vote(stated(decided, 'manager', { decision: 'deny', reason: 'a build server' }));
    const found = (await similar(asked.id, '?limit=50')).filter(({ playbook }) => ['contain', 'quarantine', 'other'].includes(playbook));
    expect(found.map(({ id, sameStep, status }) => [id, sameStep, status])).toEqual([
      [same.id, true, 'denied'],
      [other.id, false, 'denied'],
    ]);
    expect(found[0]).toMatchObject({ targets: ['h1', 'h2'], votes: [{ by: 'manager', reason: 'a build server' }] });
    expect(await similar(asked.id, '?limit=1')).toHaveLength(1);
  });
});
