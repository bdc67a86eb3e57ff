/** What people do with incidents, through the API: queues, assignment, bulk changes, comments with mentions, evidence, views. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IncidentCounts, IncidentDetail, IncidentSummary, Note } from '../../api/contract/incidents.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import type { z } from 'zod';

type Counts = z.infer<typeof IncidentCounts>;

describeWith(['postgres', 'opa'], 'work on incidents', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const open = async (name: string, severity: 'low' | 'medium' | 'high' | 'critical' = 'high', more: object = {}): Promise<string> => {
    const signal = { id: `sig-${name}`, kind: 'beacon', severity, title: `about ${name}`, source: name, ...more };
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload: signal })).statusCode).toBe(202);
    const { id } = await harness.store.incidents.upsert({ key: name, title: `about ${name}`, severity, signals: [signal.id] });
    await harness.store.signals.settle(signal.id, 'handled', id);
    return id;
  };
  const post = async (who: string, url: string, payload: object) => harness.ask(who, 'POST', url, { payload });
  const list = async (query: string, who = 'analyst'): Promise<readonly IncidentSummary[]> =>
    (await harness.ask(who, 'GET', `/v1/incidents?${query}`)).json<{ items: readonly IncidentSummary[] }>().items;
  const ids = async (query: string, who?: string) => (await list(query, who)).map(({ id }) => id);
  const counts = async (who = 'analyst') => (await harness.ask(who, 'GET', '/v1/incidents/counts')).json<Counts>();
  const detail = async (id: string) => (await harness.ask('auditor', 'GET', `/v1/incidents/${id}`)).json<IncidentDetail>();

  it('a queue shows what is asked for, and the counts agree with it', async () => {
    const [a, b, c] = [await open('q-a', 'critical'), await open('q-b', 'low'), await open('q-c', 'medium')];
    expect(await ids('status=live&order=urgent')).toEqual([a, c, b]);
    expect(await ids('text=Q-B')).toEqual([b]);
    expect(await ids('text=%25')).toEqual([]);
    expect(await ids('severity=medium&assignee=nobody')).toEqual([c]);
    await post('analyst', '/v1/incidents/changes', { incidents: [a, b], assign: 'me' });
    expect((await ids('assignee=me')).toSorted()).toEqual([a, b].toSorted());
    expect(await ids('assignee=me', 'manager')).toEqual([]);
    expect(await counts()).toMatchObject({ live: 3, mine: 2, unassigned: 1, severities: { critical: 1, medium: 1, low: 1 } });
    expect(await list(`text=${a}`)).toMatchObject([
      { assignee: 'analyst', signalCount: 1, kinds: ['beacon'], confidence: 'low', signals: ['sig-q-a'] },
    ]);
  });

  it('pages by urgency neither repeat nor hide', async () => {
    for (let n = 0; n < 7; n += 1) await open(`page-${n}`, n % 2 === 0 ? 'high' : 'low');
    const seen: string[] = [];
    let cursor = '';
    do {
      const answer = await harness.ask('analyst', 'GET', `/v1/incidents?order=urgent&text=page-&limit=3${cursor}`);
      const page = answer.json<{ items: readonly IncidentSummary[]; next?: string }>();
      seen.push(...page.items.map(({ key }) => key));
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(seen).toEqual(['page-0', 'page-2', 'page-4', 'page-6', 'page-1', 'page-3', 'page-5']);
  });

  it('of many changes each is done or refused by itself, and closing can be taken back', async () => {
    const [a, b] = [await open('bulk-a'), await open('bulk-b')];
    expect((await post('analyst', '/v1/incidents/changes', { incidents: [a], status: 'closed' })).json()).toMatchObject({
      where: '/reason',
    });
    expect((await post('auditor', '/v1/incidents/changes', { incidents: [a], assign: 'me' })).statusCode).toBe(403);
    const close = { incidents: [a, 'nothing', b], status: 'closed', reason: 'a drill' };
    expect((await post('analyst', '/v1/incidents/changes', close)).json()).toMatchObject({
      items: [{ done: true }, { incident: 'nothing', done: false, code: 'not-found' }, { done: true }],
    });
    const again = await open('bulk-b');
    expect(again).not.toBe(b);
    expect((await post('analyst', '/v1/incidents/changes', { incidents: [a, b], status: 'open' })).json()).toMatchObject({
      items: [{ done: true }, { done: false, code: 'conflict' }],
    });
    const { timeline, status } = await detail(a);
    expect([status, timeline.at(-2)?.facts, timeline.at(-1)?.facts]).toEqual([
      'open',
      { from: 'open', to: 'closed', reason: 'a drill' },
      { from: 'closed', to: 'open' },
    ]);
  });

  it('nobody is given an incident who is not there', async () => {
    const id = await open('assign');
    const change = { incidents: [id], assign: 'nobody-of-that-name' };
    expect((await post('analyst', '/v1/incidents/changes', change)).json()).toMatchObject({ items: [{ done: false, code: 'not-found' }] });
    await post('manager', '/v1/incidents/changes', { incidents: [id], assign: 'analyst' });
    await post('manager', '/v1/incidents/changes', { incidents: [id], assign: null });
    expect((await detail(id)).timeline.filter(({ event }) => event === 'incident-assigned').map(({ facts }) => facts['assignee'])).toEqual([
      'analyst',
      'nobody',
    ]);
  });

  it('a comment calls people, who find it', async () => {
    const id = await open('talk');
    const said = await post('analyst', `/v1/incidents/${id}/comments`, { text: '@manager and @no-such-person: <b>look</b>' });
    expect([said.statusCode, said.json<Note>()]).toMatchObject([201, { by: 'analyst', mentions: ['manager'] }]);
    expect(await ids('mentions=me', 'manager')).toEqual([id]);
    expect((await counts('manager')).mentions).toBe(1);
    expect((await detail(id)).notes).toMatchObject([{ text: '@manager and @no-such-person: <b>look</b>' }]);
  });

  it('an entry of its own timeline is evidence, another one is none', async () => {
    const id = await open('pins');
    const other = await detail(await open('pins-other'));
    const entry = (await detail(id)).timeline[0]?.id ?? 0;
    const foreign = other.timeline.find(({ event }) => event === 'incident-opened')?.id;
    expect((await post('analyst', `/v1/incidents/${id}/pins`, { entry: foreign })).statusCode).toBe(404);
    expect((await post('analyst', `/v1/incidents/${id}/pins`, { entry, note: 'how it began' })).statusCode).toBe(201);
    expect((await detail(id)).pins).toMatchObject([{ entry, by: 'analyst', note: 'how it began' }]);
    expect((await harness.ask('analyst', 'DELETE', `/v1/incidents/${id}/pins/${entry}`)).statusCode).toBe(204);
    expect((await detail(id)).pins).toEqual([]);
  });

  it('incidents that share a host know each other', async () => {
    const a = await open('shares-1', 'low', { source: 'ws-99' });
    const b = await open('shares-2', 'low', { source: '10.0.0.1', destination: 'ws-99' });
    expect((await detail(a)).related).toMatchObject([{ id: b, shared: ['ws-99'] }]);
    expect((await detail(b)).entities.map(({ value, kind }) => [value, kind])).toEqual([
      ['10.0.0.1', 'address'],
      ['ws-99', 'host'],
    ]);
  });

  it('views are one’s own', async () => {
    const view = { screen: 'incidents', name: 'Mine, late', query: { assignee: 'me', sla: 'late' } };
    const { id } = (await post('analyst', '/v1/views', view)).json<{ id: string }>();
    expect((await post('analyst', '/v1/views', { ...view, query: { sla: 'late' } })).json()).toMatchObject({ id, query: { sla: 'late' } });
    expect((await harness.ask('manager', 'GET', '/v1/views')).json()).toEqual({ items: [] });
    expect((await harness.ask('manager', 'DELETE', `/v1/views/${id}`)).statusCode).toBe(404);
    expect((await harness.ask('analyst', 'DELETE', `/v1/views/${id}`)).statusCode).toBe(204);
  });

  it('the overview counts', async () => {
    const overview = (await harness.ask('auditor', 'GET', '/v1/overview')).json();
    expect(overview).toMatchObject({ approvals: { open: 0 }, policies: { total: 0 }, points: { drifted: 0 }, automation: { handled: 0 } });
    expect(overview.daily.length).toBeGreaterThan(0);
  });
});
