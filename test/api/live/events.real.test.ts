import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import type { Hint } from '../../../api/contract/access/events.ts';
import { describeWith } from '../../stack/fixture.ts';
import { signedIn } from '../browser.ts';
import { openHarness } from '../harness.ts';
import type { Harness } from '../harness.ts';

type Event = { readonly id: string | undefined; readonly event: string | undefined; readonly hint: Hint | undefined };

/** A page that listens. */
type Stream = {
  readonly status: number;
  readonly events: readonly Event[];
  readonly until: (what: (events: readonly Event[]) => boolean) => Promise<void>;
  readonly over: () => boolean;
  readonly close: () => void;
};

// A machine that runs other suites at the same time is no fault of the stream.
jest.setTimeout(60_000);

describeWith(['postgres', 'opa'], 'what changes, as it changes', () => {
  let harness: Harness;
  let url: string;
  const streams: Stream[] = [];
  beforeAll(async () => {
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const stream of streams) stream.close();
    await harness.close();
  });

  const listen = async (headers: Record<string, string>): Promise<Stream> => {
    const gone = new AbortController();
    const answer = await fetch(`${url}/v1/events`, { headers, signal: gone.signal });
    const events: Event[] = [];
    let over = answer.status !== 200;
    const read = async (): Promise<void> => {
      let text = '';
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) events.push(eventOf(block));
      }
    };
    void read()
      .catch(() => undefined)
      .finally(() => {
        over = true;
      });
    const until = async (what: (events: readonly Event[]) => boolean): Promise<void> => {
      for (const end = Date.now() + 40_000; Date.now() < end; await sleep(20)) if (what(events)) return;
      throw new Error(`it was not told: ${JSON.stringify(events)}`);
    };
    const stream: Stream = { status: answer.status, events, until, over: () => over, close: () => gone.abort() };
    streams.push(stream);
    return stream;
  };
  const eventOf = (block: string): Event => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'mu').exec(block)?.[1];
    const data = field('data');
    return { id: field('id'), event: field('event'), hint: data === undefined || data === '{}' ? undefined : (JSON.parse(data) as Hint) };
  };
  const asToken = (who: string) => ({ authorization: `Bearer ${harness.tokens[who]}` });
  const told = (topic: string, id?: string) => (events: readonly Event[]) =>
    events.some(({ hint }) => hint?.topic === topic && (id === undefined || hint.id === id));
  let orders = 0;
  const order = async (): Promise<string> => {
    const run = `live-${(orders += 1)}`;
    await harness.store.runs.order(
      { run, playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' },
      'analyst',
    );
    return run;
  };

  it('is told to who may read it, and of nothing else', async () => {
    const [analyst, auditor] = [await listen(asToken('analyst')), await listen(asToken('auditor'))];
    await harness.store.people.put({ id: 'somebody', name: 's', roles: ['analyst'], disabled: false }, 'admin');
    const run = await order();
    await analyst.until(told('run', run));
    await auditor.until(told('run', run));
    await auditor.until(told('audit'));
    expect(told('person', 'somebody')(auditor.events)).toBe(true);
    expect([...new Set(analyst.events.map(({ hint }) => hint?.topic))]).toEqual(['run']);
    // Nothing but where to look.
    for (const { hint } of auditor.events)
      expect(Object.keys(hint ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual(['at', 'id', 'topic']);
  });

  it('goes on after a break from where it was, and says when that is too long ago', async () => {
    const first = await listen(asToken('analyst'));
    await first.until(() => true);
    const seen = await order();
    await first.until(told('run', seen));
    const last = first.events.findLast(({ id }) => id !== undefined)?.id ?? '';
    first.close();
    const missed = await order();
    const second = await listen({ ...asToken('analyst'), 'last-event-id': last });
    await second.until(told('run', missed));
    expect(told('run', seen)(second.events)).toBe(false);
    for (const id of ['999999999']) {
      const reset = await listen({ ...asToken('analyst'), 'last-event-id': id });
      await reset.until((events) => events.some(({ event }) => event === 'reset'));
    }
  });

  it('ends when the session does, the roles change, or the token is revoked, and tells nothing after that', async () => {
    await harness.store.people.put({ id: 'watcher', name: 'w', roles: ['auditor'], disabled: false }, 'system:test');
    const cut: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['roles', () => harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'watcher', name: 'w', roles: ['analyst'] } })],
      ['sessions', () => harness.ask('admin', 'DELETE', '/v1/people/watcher/sessions')],
      [
        'disabled',
        () => harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'watcher', name: 'w', roles: ['auditor'], disabled: true } }),
      ],
    ];
    for (const [why, act] of cut) {
      const one = await signedIn(harness, 'watcher');
      const stream = await listen({ cookie: `__Host-edict=${one.cookie()}` });
      const run = await order();
      await stream.until(told('run', run));
      await act();
      const later = await order();
      await stream.until(() => stream.over());
      expect([why, told('run', later)(stream.events)]).toEqual([why, false]);
    }
    const { id, secret } = await harness.store.people.issueToken({ person: 'engineer', label: 't', by: 'system:test' });
    const stream = await listen({ authorization: `Bearer ${secret}` });
    await harness.ask('admin', 'DELETE', `/v1/people/engineer/tokens/${id}`);
    await stream.until(() => stream.over());
  });

  it('of somebody else goes on', async () => {
    const stream = await listen(asToken('manager'));
    await harness.store.people.put({ id: 'other', name: 'o', roles: ['analyst'], disabled: false }, 'system:test');
    await harness.store.people.put({ id: 'other', name: 'o', roles: ['auditor'], disabled: true }, 'system:test');
    const run = await order();
    await stream.until(told('run', run));
    expect(stream.over()).toBe(false);
  });

  it('outlives connections of the database that break', async () => {
    const stream = await listen(asToken('analyst'));
    const client = new Client({ connectionString: harness.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await client.end();
    let run = '';
    for (const end = Date.now() + 40_000; run === '' && Date.now() < end; await sleep(50)) run = await order().catch(() => '');
    await stream.until(told('run', run));
  });

  it('is not open to nobody, nor a thousand times to one', async () => {
    expect((await listen({})).status).toBe(401);
    const own = await signedIn(harness, 'admin');
    const headers = { cookie: `__Host-edict=${own.cookie()}` };
    const open = await Promise.all(Array.from({ length: 14 }, () => listen(headers)));
    expect(open.filter(({ status }) => status === 200)).toHaveLength(12);
    expect(open.filter(({ status }) => status === 429)).toHaveLength(2);
    open[0]!.close();
    open.find(({ status }) => status === 200)!.close();
    let again = await listen(headers);
    for (const end = Date.now() + 40_000; again.status !== 200 && Date.now() < end; await sleep(50)) again = await listen(headers);
    expect(again.status).toBe(200);
  });

  it('ends with the server', async () => {
    const other = await openHarness();
    await other.app.listen({ host: '127.0.0.1', port: 0 });
    const place = `http://127.0.0.1:${(other.app.server.address() as AddressInfo).port}`;
    const answer = await fetch(`${place}/v1/events`, { headers: { authorization: `Bearer ${other.tokens['analyst']}` } });
    const text = answer.text().catch(() => '');
    await other.close();
    expect(await text).toBe('');
  });
});
