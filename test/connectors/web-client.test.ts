/** What every call to an outside system holds to, whatever the vendor says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withDeadline } from '../../connectors/deadline.ts';
import { openSystem } from '../../connectors/open-system.ts';
import { openWebClient, refused, type WebClient } from '../../connectors/web-client.ts';
import { startFakeGraph } from '../fakes/fake-graph.ts';
import { registration } from '../fakes/odata.ts';

let url: string;
let answers: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }[] = [];
let asked = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    asked += 1;
    const { status, headers = {}, body = '{}' } = answers.shift() ?? { status: 200 };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

async function call(web: WebClient, to: string, timeoutMs = 2000): Promise<string | undefined> {
  return codeOf(
    withDeadline('call', { timeoutMs }, (deadline) =>
      web.send({ method: 'GET', url: to, headers: { authorization: 'Bearer x' } }, deadline),
    ),
  );
}

describe('a call to an outside system', () => {
  it('goes to the origins of its settings alone', async () => {
    const web = openWebClient('s', [url]);
    expect(await call(web, `${url}/a`)).toBe('no error');
    const before = asked;
    for (const other of ['http://127.0.0.1:1/a', `${url.replace('http:', 'https:')}/a`, 'http://example.com/', `${url}@example.com/`])
      expect(
        await codeOf(withDeadline('call', { timeoutMs: 500 }, async (deadline) => web.send({ method: 'GET', url: other }, deadline))),
      ).toBe('system-refused');
    expect(asked).toBe(before);
    web.close();
  });

  it.each(['http://169.254.169.254', 'http://[fd00:ec2::254]', 'http://[::ffff:169.254.169.254]', 'http://100.100.100.200'])(
    'never goes to %s',
    (address) => {
      expect(() => openWebClient('s', [address])).toThrow(expect.objectContaining({ code: 'system-refused' }));
    },
  );

  it('follows no redirect', async () => {
    const web = openWebClient('s', [url]);
    const before = asked;
    answers = [{ status: 302, headers: { location: `${url}/other` } }];
    const answer = await withDeadline('call', { timeoutMs: 1000 }, (deadline) => web.send({ method: 'GET', url }, deadline));
    expect([answer.status, asked - before]).toEqual([302, 1]);
    web.close();
  });

  it('is made again when the system is ready, in seconds or by a date, and not when that is too late', async () => {
    const web = openWebClient('s', [url]);
    const before = asked;
    answers = [
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 429, headers: { 'retry-after': new Date(Date.now() - 1000).toUTCString() } },
    ];
    expect([await call(web, url), asked - before]).toEqual(['no error', 3]);
    answers = [{ status: 429, headers: { 'retry-after': '60' } }];
    expect([await call(web, url), asked - before]).toEqual(['rate-limited', 4]);
    web.close();
  });

  it('says what the system said in its own code, and nothing else of it', () => {
    const { message } = refused('s', 403, 'Denied<script>${x}\n`rm`');
    expect(message).toBe('`s` refused (403 Deniedscriptxrm)');
  });
});

describe('a list of several pages', () => {
  it('does not follow its next page to another address', async () => {
    const graph = await startFakeGraph();
    const settings = { ...graph.settings, authority: url, url };
    const lured = openSystem({ name: 'lured', kind: 'microsoft-graph', settings, secrets: { clientSecret: 's' } }, async () => 'secret');
    // The next page is what a man in the middle, or a mistake of the vendor, would say.
    answers = [
      { status: 200, body: JSON.stringify({ access_token: 'a', expires_in: 3600 }) },
      { status: 200, body: JSON.stringify({ value: [], '@odata.nextLink': `${graph.url}/v1.0/users` }) },
    ];
    const before = asked;
    expect(await codeOf(lured.read('messages', { sender: 'a@b.c', since: '2026-11-25T00:00:00Z' }))).toBe('system-refused');
    expect(asked - before).toBe(2);
    expect(graph.asked).toEqual([]);
    await Promise.all([lured.close(), graph.stop()]);
  });
});

describe('a token', () => {
  it('is asked for once, however many ask, and anew when it was taken back', async () => {
    const graph = await startFakeGraph();
    const secrets: string[] = [];
    const system = openSystem(
      { name: 'g', kind: 'microsoft-graph', settings: graph.settings, secrets: { clientSecret: 's' } },
      async (name) => {
        secrets.push(name);
        return registration.clientSecret;
      },
    );
    const read = () => system.read('user', { user: 'ann@example.com' });
    await Promise.all([read(), read(), read()]);
    expect(graph.asked.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1);
    graph.setFault('unauthorised');
    expect(await codeOf(read())).toBe('system-refused');
    graph.setFault('none');
    expect(await codeOf(read())).toBe('no error');
    expect(graph.asked.filter(({ path }) => path.endsWith('/token')).length).toBeGreaterThan(1);
    await Promise.all([system.close(), graph.stop()]);
  });

  it('is not asked for without the secret', async () => {
    const graph = await startFakeGraph();
    const system = openSystem(
      { name: 'g', kind: 'microsoft-graph', settings: graph.settings, secrets: { clientSecret: 's' } },
      async () => undefined,
    );
    expect(await codeOf(system.check())).toBe('system-refused');
    expect(graph.asked).toEqual([]);
    await Promise.all([system.close(), graph.stop()]);
  });
});
