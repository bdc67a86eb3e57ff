/** What belongs to somebody else: what another person of the same role, with every permission that the route asks for, gets to see and to change. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { inMs, openApproval } from '../store/ballot-box.ts';
import { openHarness, type Harness } from './harness.ts';

let harness: Harness;
let other: string;

const send = async (who: string, method: string, url: string, payload?: object) => {
  const reply = await harness.ask(who, method, url, payload === undefined ? {} : { payload });
  const isProblem = String(reply.headers['content-type']).startsWith('application/problem+json');
  return [reply.statusCode, isProblem ? reply.json<{ code: string }>().code : 'fine'] as const;
};
const read = async <T>(who: string, url: string): Promise<T> => (await harness.ask(who, 'GET', url)).json<T>();
type Items = { readonly items: readonly { readonly id: string }[] };

describeWith(['postgres', 'opa'], 'what belongs to somebody else', () => {
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 50 });
    for (const role of ['analyst', 'manager', 'engineer'] as const)
      await harness.store.people.put({ id: `${role}-b`, name: role, roles: [role], disabled: false }, 'system:test');
    const tokenOf = async (person: string) =>
      (await harness.store.people.issueToken({ person, label: 'of their own', by: 'system:test' })).secret;
    other = await tokenOf('analyst-b');
    harness.orchestrator.does.vote = async (_run, { vote }) => {
      const { status, votes, quorum } = await harness.store.approvals.vote(vote);
      return { status, approvals: votes.length, quorum };
    };
    const order = { run: 'r-others', playbook: 'p', version: '1.0.0', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' };
    await harness.store.runs.order(order, 'analyst');
  });
  afterAll(() => harness.close());

  it('tokens: seen, made and revoked by administrators alone, and only where they are', async () => {
    const [{ id } = { id: '' }] = (await read<Items>('admin', '/v1/people/analyst-b/tokens')).items;
    for (const who of ['analyst', 'manager', 'engineer']) {
      expect(await send(who, 'GET', '/v1/people/analyst-b/tokens')).toEqual([403, 'access-denied']);
      expect(await send(who, 'POST', '/v1/people/analyst-b/tokens', { label: 'mine now' })).toEqual([403, 'access-denied']);
      expect(await send(who, 'DELETE', `/v1/people/analyst-b/tokens/${id}`)).toEqual([403, 'access-denied']);
    }
    expect(JSON.stringify(await read('auditor', '/v1/people/analyst-b/tokens'))).not.toContain(other);
    // Of another person there is no such token.
    expect(await send('admin', 'DELETE', `/v1/people/analyst/tokens/${id}`)).toEqual([404, 'not-found']);
    expect(await send(other, 'GET', '/v1/me')).toEqual([200, 'fine']);
  });

  it('saved views: one’s own, unseen by others, and not theirs to change or remove', async () => {
    const body = { screen: 'incidents', name: 'at night', query: { severity: 'high' } };
    const made = (await harness.ask('analyst', 'POST', '/v1/views', { payload: body })).json<{ id: string }>();
    expect((await read<Items>(other, '/v1/views')).items).toEqual([]);
    expect(await send(other, 'DELETE', `/v1/views/${made.id}`)).toEqual([404, 'not-found']);
    // The same name is another view where somebody else gives it.
    await harness.ask(other, 'POST', '/v1/views', { payload: { ...body, query: { severity: 'low' } } });
    const [own] = (await read<{ items: { id: string; query: object }[] }>('analyst', '/v1/views')).items;
    expect(own).toMatchObject({ id: made.id, query: { severity: 'high' } });
  });

  it('delegations: given of one’s own roles, and taken back by either side or an administrator', async () => {
    const payload = { to: 'engineer', roles: ['manager'], until: inMs(3_600_000) };
    const { id } = (await harness.ask('manager', 'POST', '/v1/delegations', { payload })).json<{ id: string }>();
    for (const who of ['manager-2', 'analyst', 'admin-of-nothing'])
      expect(await send(who, 'DELETE', `/v1/delegations/${id}`)).not.toEqual([204, 'fine']);
    expect(await send('manager-2', 'DELETE', `/v1/delegations/${id}`)).toEqual([403, 'access-denied']);
    expect(await send('manager-2', 'POST', '/v1/delegations', { ...payload, roles: ['admin'] })).toEqual([403, 'access-denied']);
    expect(await send('engineer', 'DELETE', `/v1/delegations/${id}`)).toEqual([204, 'fine']);
  });

  it('votes: given in one’s own name or by a delegation that is in force, never in somebody else’s', async () => {
    const { id, digest } = await openApproval(harness.store, { step: 'others', requester: 'analyst', quorum: 2 });
    const votes = `/v1/approvals/${id}/votes`;
    expect(await send('manager-2', 'POST', votes, { decision: 'approve', digest, onBehalfOf: 'manager' })).toEqual([
      403,
      'approval-delegation-missing',
    ]);
    expect(await send('manager-2', 'POST', votes, { decision: 'approve', digest, by: 'manager' })).toEqual([400, 'input-invalid']);
    expect(await send('analyst', 'POST', votes, { decision: 'approve', digest })).toEqual([403, 'approval-by-requester']);
    expect(await send('manager-2', 'POST', votes, { decision: 'approve', digest })).toEqual([200, 'fine']);
    const shown = await read<{ votes: { by: string }[] }>('auditor', `/v1/approvals/${id}`);
    expect(shown.votes.map(({ by }) => by)).toEqual(['manager-2']);
  });

  it('tasks: answered by who took them on, until that person gives them back or another takes them over by name', async () => {
    const { id } = await harness.store.tasks.open({
      run: 'r-others',
      step: 'call',
      invocation: 1,
      undo: false,
      title: 'call the owner',
      instructions: 'ask',
      outputs: { verdict: { type: 'string' } },
      roles: ['analyst'],
      people: [],
      expiresAt: inMs(60_000),
    });
    const answer = { outputs: { verdict: 'benign' } };
    expect(await send('analyst', 'POST', `/v1/tasks/${id}/claims`, {})).toEqual([200, 'fine']);
    expect(await send(other, 'POST', `/v1/tasks/${id}/answers`, answer)).toEqual([409, 'task-claimed']);
    expect(await send(other, 'POST', `/v1/tasks/${id}/claims`, { release: true })).not.toEqual([200, 'fine']);
    expect(await send('manager', 'POST', `/v1/tasks/${id}/claims`, { take: true })).toEqual([403, 'task-role-missing']);
    expect(await send('analyst', 'POST', `/v1/tasks/${id}/answers`, answer)).toEqual([200, 'fine']);
  });

  it('what was asked with a key: the answer is kept for who asked, whatever others send with the same key', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    const body = (name: string) => ({ screen: 'incidents', name, query: {} });
    const first = await harness.ask('analyst', 'POST', '/v1/views', { payload: body('by a key'), headers });
    const second = await harness.ask(other, 'POST', '/v1/views', { payload: body('by a key'), headers });
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    expect(second.json<{ id: string }>().id).not.toBe(first.json<{ id: string }>().id);
  });

  it('comments: of everybody to read, in the name of who wrote them, and nobody changes or removes one', async () => {
    const { routes } = await import('../../api/contract/routes.ts');
    const changing = Object.entries(routes).filter(
      ([, { path, method }]) => path.includes('/comments') && method !== 'POST' && method !== 'GET',
    );
    expect(changing).toEqual([]);
    expect(await send(other, 'POST', '/v1/incidents/nothing/comments', { text: 'x', by: 'analyst' })).toEqual([400, 'input-invalid']);
  });
});
