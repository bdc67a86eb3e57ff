/** What was recorded, listed in pages and by filter; baselines and anomalies of it, which do nothing by themselves. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const startMs = Date.UTC(2026, 10, 1);
const at = (hour: number): string => new Date(startMs + hour * 3_600_000).toISOString();
let made = 0;
const seen = (hour: number, from: string, to: string, more: object = {}) => ({
  id: `C${(made += 1)}`,
  at: at(hour),
  from,
  to,
  protocol: 'tcp' as const,
  port: 443,
  state: 'SF',
  sentBytes: 10,
  receivedBytes: 20,
  ...more,
});

const asset = (name: string, address: string, zone: string) => ({
  name,
  addresses: [address],
  zone,
  services: ['web'],
  groups: [],
  owner: `${zone}-team`,
  criticality: 'low' as const,
});
const inventory = {
  assets: [asset('ws-1', '10.4.0.1', 'office'), asset('ws-2', '10.4.0.2', 'office'), asset('db-1', '10.2.0.5', 'data')],
  zones: [
    { name: 'office', cidrs: ['10.4.0.0/16'] },
    { name: 'data', cidrs: ['10.2.0.0/16'] },
  ],
};

const indicator = (n: number, type: 'ipv4' | 'domain', value: string, more: object = {}) => ({
  id: `indicator--${n}`,
  type,
  value,
  name: `seen in campaign ${n}`,
  labels: ['malicious-activity'],
  source: 'a feed',
  validFrom: '2020-01-01T00:00:00.000Z',
  ...more,
});

// A machine that runs other suites at the same time is no fault of the API.
jest.setTimeout(60_000);

describeWith(['postgres', 'opa'], 'what is made of what was recorded', () => {
  let harness: Harness;
  const get = async (path: string) => {
    const answer = await harness.ask('auditor', 'GET', `/v1/context/${path}`);
    return { status: answer.statusCode, body: answer.json() };
  };
  beforeAll(async () => {
    harness = await openHarness();
    const { context } = harness.store;
    await context.saveInventory(inventory, 'system:test');
    const usual = Array.from({ length: 100 }, (_, hour) => seen(hour, '10.4.0.1', '10.4.0.2'));
    const burst = Array.from({ length: 12 }, (_, index) => seen(99.5, '10.4.0.1', `10.4.1.${index}`, { state: 'S0' }));
    await context.addConnections([...usual, ...burst, seen(99.7, '10.4.0.2', '203.0.113.9', { port: 8443 })], 'system:test');
    await context.addIndicators(
      [
        indicator(1, 'ipv4', '203.0.113.9', { confidence: 80 }),
        indicator(2, 'ipv4', '10.4.1.0/29'),
        indicator(3, 'domain', 'evil.example', { validUntil: '2021-01-01T00:00:00.000Z' }),
        indicator(4, 'ipv4', '192.0.2.1', { validFrom: '2999-01-01T00:00:00.000Z' }),
      ],
      'system:test',
    );
    const event = { at: at(1), principal: 'arn:aws:iam::1:user/ann', action: 's3:GetObject', outcome: 'success' as const };
    await context.addIdentityEvents(
      [
        { id: 'e1', ...event },
        { id: 'e2', ...event, at: at(2), principal: 'eve', outcome: 'failure' as const },
      ],
      'system:test',
    );
  });
  afterAll(() => harness.close());

  it('lists assets by text and zone, and zones with how many assets each has', async () => {
    expect((await get('assets?zone=office&limit=1')).body).toMatchObject({ items: [{ name: 'ws-1' }], next: '1', total: 2 });
    expect((await get('assets?zone=office&limit=1&cursor=1')).body.items).toMatchObject([{ name: 'ws-2' }]);
    expect((await get('assets?text=10.2.0')).body.items).toMatchObject([{ name: 'db-1', owner: 'data-team', addresses: ['10.2.0.5'] }]);
    expect((await get('zones')).body.items).toMatchObject([
      { name: 'office', assets: 2 },
      { name: 'data', assets: 1 },
    ]);
  });

  it('lists connections by host, ends, service and time, page by page', async () => {
    const first = (await get('connections?host=ws-1&limit=60')).body;
    expect(first.items[0]).toMatchObject({ fromAsset: 'ws-1', service: 'tcp/443', state: 'S0' });
    const second = (await get(`connections?host=ws-1&limit=60&cursor=${first.next}`)).body;
    expect([first.items.length, second.items.length, second.next]).toEqual([60, 52, undefined]);
    expect((await get('connections?service=tcp/8443')).body.items).toMatchObject([
      { from: '10.4.0.2', to: '203.0.113.9', fromAsset: 'ws-2' },
    ]);
    expect((await get('connections?from=ws-2&to=203.0.113.9')).body.items).toHaveLength(1);
    expect((await get(`connections?from=ws-1&since=${at(50)}&until=${at(51)}`)).body.items).toHaveLength(2);
    expect((await get('connections?host=nobody')).body.items).toEqual([]);
  });

  it('lists indicators with their verdict now, who says so, and the connections that they are an end of', async () => {
    const { items } = (await get('indicators')).body;
    expect(items.map(({ value, verdict, matches }: Record<string, unknown>) => [value, verdict, matches])).toEqual([
      ['10.4.1.0/29', 'malicious', 8],
      ['192.0.2.1', 'not-yet', 0],
      ['203.0.113.9', 'malicious', 1],
      ['evil.example', 'expired', undefined],
    ]);
    expect(items[2]).toMatchObject({ source: 'a feed', confidence: 80, labels: ['malicious-activity'] });
    const values = async (query: string) => (await get(`indicators?${query}`)).body.items.map(({ value }: { value: string }) => value);
    expect(await values('seen=yes')).toEqual(['10.4.1.0/29', '203.0.113.9']);
    expect(await values('type=domain')).toEqual(['evil.example']);
    expect(await values('text=CAMPAIGN%204')).toEqual(['192.0.2.1']);
    const page = (await get('indicators?limit=3')).body;
    expect(await values(`cursor=${page.next}`)).toEqual(['evil.example']);
  });

  it('lists identity events', async () => {
    expect((await get('identity-events')).body.items.map(({ id }: { id: string }) => id)).toEqual(['e2', 'e1']);
    expect((await get('identity-events?text=ANN')).body.items).toMatchObject([{ id: 'e1', action: 's3:GetObject' }]);
  });

  it('says what is usual between zones, between hosts, and of a host', async () => {
    const { items, measured, total } = (await get('baselines')).body;
    expect(measured).toMatchObject({ connections: 113, bucketSeconds: 3600, truncated: false, until: at(99.7) });
    expect([total, items[0]]).toMatchObject([
      2,
      { from: 'office', to: 'office', connections: 112, services: ['tcp/443'], fresh: false, median: 1, most: 13 },
    ]);
    expect((await get('baselines?scope=zones&fresh=yes')).body.items).toMatchObject([{ from: 'office', to: 'internet', connections: 1 }]);
    expect((await get('baselines?scope=pairs&text=ws-2')).body.items).toMatchObject([
      { from: 'ws-1', to: 'ws-2', firstAt: at(0), lastAt: at(99), sentBytes: 1000, activeBuckets: 100 },
      { from: 'ws-2', to: '203.0.113.9' },
    ]);
    expect((await get('baselines?scope=hosts')).body.items[0]).toMatchObject({ from: 'ws-1', peers: 13 });
  });

  it('explains what the past does not, shows what it came from, and does nothing by itself', async () => {
    const { rows } = await harness.store.audit.verify();
    const { items, total } = (await get('anomalies')).body;
    expect(items.map(({ kind, subject }: Record<string, string>) => `${kind} ${subject}`).toSorted()).toEqual([
      'fan-out ws-1',
      'new-zones office',
      'scan ws-1',
    ]);
    expect(total).toBe(3);
    expect((await get('anomalies?kind=scan')).body.items).toHaveLength(1);
    expect((await get('anomalies?host=internet')).body.items).toMatchObject([{ kind: 'new-zones' }]);
    const { id } = (await get('anomalies?kind=fan-out')).body.items[0];
    const { body: detail } = await get(`anomalies/${id}`);
    expect(detail).toMatchObject({ connections: 13, figures: [{ name: 'hosts talked to', value: 13, usual: 1 }, { limit: 3.5 }, {}, {}] });
    expect(detail.seen).toHaveLength(13);
    expect(detail.picture.points.at(-1)).toEqual({ at: at(99), value: 13 });
    expect((await harness.store.audit.verify()).rows).toBe(rows);
    expect((await harness.store.signals.counts()).in).toBe(0);
    const sent = await harness.ask('analyst', 'POST', '/v1/signals', { payload: detail.signal });
    expect([sent.statusCode, sent.json().signal]).toEqual([202, id]);
    await harness.store.signals.settle(id, 'handled', 'inc-1');
    expect((await get(`anomalies/${id}`)).body.incident).toBe('inc-1');
  });

  it('measures what is newer than a time against what is older, and anew when something is added', async () => {
    expect((await get(`anomalies?kind=fan-out&since=${at(100.2)}`)).body).toMatchObject({
      total: 0,
      measured: { since: at(100), recent: 0 },
    });
    await harness.store.context.addConnections([seen(99.8, '10.2.0.5', '10.4.0.1')], 'system:test');
    expect((await get('anomalies?host=data')).body.items).toMatchObject([
      { kind: 'new-zones', title: 'First connections from data to office' },
    ]);
  });

  it.each([
    ['anomalies?since=yesterday', 400],
    ['anomalies?kind=odd', 400],
    ['anomalies/none-1', 404],
    ['anomalies/%00', 400],
    ['baselines?scope=people', 400],
    ['baselines?cursor=x', 400],
    ['baselines?cursor=-1', 400],
    ['connections?service=tcp/http', 400],
    ['connections?cursor=bad', 400],
    ['connections?host=%00', 200],
    ['indicators?text=%25%27%22%5c', 200],
    ['indicators?cursor=WzFd', 400],
    ['indicators?text=%00', 400],
    ['assets?limit=0', 400],
    ['assets?more=1', 400],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});
