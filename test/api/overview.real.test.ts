/** Every number of the overview is the length of the list that the console opens for it: counted page by page, and compared. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { automationNumbers, measuredNumbers, openedOn, standingNumbers, workNumbers } from '../../console/screens/overview/numbers.ts';
import type { Counted, Stand } from '../../console/screens/overview/numbers.ts';
import { waitingQuery } from '../../console/screens/approvals/query.ts';
import { queryOf as incidentsQuery } from '../../console/screens/incidents/query.ts';
import { queryOf as policiesQuery } from '../../console/screens/policies/query.ts';
import { queryOf as runsQuery } from '../../console/screens/runs/query.ts';
import { describeWith } from '../stack/fixture.ts';
import { inMs, openApproval, planOf, stated } from '../store/ballot-box.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

function openedIn(daily: Stand['overview']['daily'], day: string): number {
  return daily.filter((one) => one.day === day).reduce((sum, { opened }) => sum + opened, 0);
}

type Filter = Readonly<Record<string, string>>;
type Page = { readonly items: readonly { readonly health?: string }[]; readonly next?: string };

const lists: Readonly<Record<string, (filter: Filter) => readonly [path: string, query: Readonly<Record<string, unknown>>]>> = {
  '/incidents': (filter) => ['/v1/incidents', incidentsQuery(filter)],
  '/runs': (filter) => ['/v1/runs', runsQuery(filter)],
  '/policies': (filter) => ['/v1/policies', policiesQuery(filter)],
  '/points': () => ['/v1/points', {}],
  '/approvals': (filter) => (filter['view'] === 'tasks' ? ['/v1/tasks', { status: 'open' }] : ['/v1/approvals', waitingQuery(filter)]),
};

describeWith(['postgres', 'opa'], 'numbers of the overview', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
    await incidents();
    await waits();
    await standing();
  });
  afterAll(() => harness.close());

  const read = async <T>(path: string): Promise<T> => {
    const answer = await harness.ask('analyst', 'GET', path);
    expect([path, answer.statusCode]).toEqual([path, 200]);
    return answer.json<T>();
  };

  async function opened(name: string, severity: 'low' | 'high' | 'critical'): Promise<string> {
    const signal = { id: `sig-${name}`, kind: 'beacon', severity, title: name, source: name };
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload: signal })).statusCode).toBe(202);
    const { id } = await harness.store.incidents.upsert({ key: name, title: name, severity, signals: [signal.id] });
    await harness.store.signals.settle(signal.id, 'handled', id);
    return id;
  }

  async function ran(run: string, requester: string, more: { readonly incident?: string; readonly outcome?: string } = {}): Promise<void> {
    const { incident, outcome } = more;
    const order = { run, playbook: 'p', version: '1.0.0', planDigest: 'd', inputs: {}, requester };
    await harness.store.runs.order({ ...order, ...(incident === undefined ? {} : { incident }) }, requester);
    if (outcome === undefined) return;
    await harness.store.runs.started(run);
    await harness.store.runs.finish(run, { run, playbook: 'p', version: '1.0.0', status: 'ended', outcome, steps: [] });
  }

  async function incidents(): Promise<void> {
    const [handled, automatic] = [await opened('handled', 'critical'), await opened('automatic', 'high')];
    for (const name of ['one', 'two', 'three']) await opened(name, 'low');
    await ran('by-hand', 'analyst', { incident: handled, outcome: 'failed' });
    await ran('by-itself', 'system:incident', { incident: automatic });
    await ran('again', 'system:incident', { incident: automatic, outcome: 'done' });
    await harness.store.incidents.assign(handled, 'analyst', 'analyst');
    await harness.store.incidents.setStatus(handled, 'closed', 'analyst', 'seen to');
    await harness.store.incidents.assign(await opened('mine', 'high'), 'analyst', 'analyst');
  }

  async function waits(): Promise<void> {
    const approval = await openApproval(harness.store, { plan: planOf('ask', 'by-itself'), expiresAt: inMs(600_000) });
    await openApproval(harness.store, { step: 'later', expiresAt: inMs(7_200_000) });
    await openApproval(harness.store, { step: 'soon', expiresAt: inMs(300_000) });
    await harness.store.approvals.vote(stated(approval, 'manager'));
    await ran('queued', 'analyst');
    await harness.store.runs.started('queued');
    const task = { invocation: 1, undo: false, title: 'call', instructions: 'call', outputs: {}, roles: ['analyst'], people: [] };
    for (const step of ['call', 'look']) await harness.store.tasks.open({ run: 'queued', step, ...task, expiresAt: inMs(600_000) });
  }

  async function standing(): Promise<void> {
    const { policies } = harness.store;
    const document = { title: 't', owner: 'o', controls: [], requirements: [], rules: [], questions: [], tests: [] };
    for (const policy of ['first', 'second', 'third', 'gone']) await policies.saveDraft({ policy, ...document }, 'engineer');
    for (const policy of ['second', 'third']) await policies.transition({ policy, to: 'in-review', by: 'engineer' });
    await policies.transition({ policy: 'gone', to: 'retired', by: 'engineer' });
    for (const name of ['north', 'south'])
      await harness.store.points.put({ name, kind: 'nftables', target: 'nftables', settings: {} }, 'admin');
    await harness.store.points.setObserved('south', {}, 'drifted');
  }

  async function lengthOf({ to }: Counted): Promise<number> {
    const url = new URL(to, 'http://console');
    const filter = Object.fromEntries(url.searchParams);
    const [path, query] = lists[url.pathname]?.(filter) ?? [`no list at ${url.pathname}`, {}];
    const asked = new URLSearchParams(query as Filter);
    let length = 0;
    for (let next: string | undefined = ''; next !== undefined;) {
      const paged = next === '' ? asked : new URLSearchParams({ ...Object.fromEntries(asked), cursor: next });
      const page: Page = await read<Page>(`${path}?${paged.toString()}`);
      length += page.items.filter(({ health }) => url.pathname !== '/points' || (filter['health'] ?? health) === health).length;
      ({ next } = page);
    }
    return length;
  }

  it('are the lengths of their lists', async () => {
    const stand: Stand = {
      overview: await read('/v1/overview'),
      counts: await read('/v1/incidents/counts'),
      metrics: await read('/v1/incidents/metrics'),
    };
    const { overview, metrics } = stand;
    const days = [...new Set(overview.daily.map(({ day }) => day))];
    const numbers: Readonly<Record<string, Counted>> = {
      ...workNumbers(stand),
      ...standingNumbers(overview),
      ...automationNumbers(overview),
      ...measuredNumbers(metrics),
      ...Object.fromEntries(days.map((day) => [day, openedOn(day, openedIn(overview.daily, day))])),
    };
    const said = Object.fromEntries(Object.entries(numbers).map(([name, { count }]) => [name, count]));
    const lengths = Object.fromEntries(
      await Promise.all(Object.entries(numbers).map(async ([name, one]) => [name, await lengthOf(one)] as const)),
    );
    expect(lengths).toEqual(said);
    expect(said).toMatchObject({ low: 3, high: 2, mine: 1, approvals: 2, expiring: 1, tasks: 2, running: 2, failed: 1 });
    expect(said).toMatchObject({
      policies: 3,
      inReview: 2,
      points: 2,
      drifted: 1,
      incidents: 6,
      handled: 2,
      automatic: 1,
      all: 6,
      detect: 6,
      decide: 1,
    });
  });
});
