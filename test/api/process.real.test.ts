import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';
import { describeWith, testDatabase, testTemporal } from '../stack/fixture.ts';
import { policedOpa } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function startApi(env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-api-process-'));
  folders.push(dataDir);
  const port = await freePort();
  const { address, namespace } = testTemporal();
  const opa = await policedOpa();
  const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'api/main.ts')], {
    env: {
      PATH: process.env['PATH'],
      EDICT_TEMPORAL_ADDRESS: address,
      EDICT_TEMPORAL_NAMESPACE: namespace,
      EDICT_OPA_URL: opa.url,
      EDICT_OPA_TOKEN: opa.token,
      EDICT_API_PORT: String(port),
      EDICT_DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout?.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (said.err += data.toString()));
  return { child, url: `http://127.0.0.1:${port}`, dataDir, said };
}

async function until<T>(work: () => Promise<T | undefined>, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
    const value = await work().catch(() => undefined);
    if (value !== undefined) return value;
  }
  throw new Error('it did not happen in time');
}

const health = (url: string, status: number) => () =>
  fetch(`${url}/health`).then((answer) => (answer.status === status ? answer : undefined));

describeWith(['postgres', 'temporal', 'opa'], 'the API as a process', () => {
  it('makes people and their tokens at the first start of the embedded form, and none at the second', async () => {
    const database = await testDatabase();
    const { child, url, dataDir, said } = await startApi({ EDICT_DATABASE_URL: database.url, EDICT_EMBEDDED: '1' });
    const answer = await until(health(url, 200));
    expect(await answer.json()).toEqual({ live: true, ready: true, store: true, temporal: true, opa: true });
    const file = join(dataDir, 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const credentials = JSON.parse(readFileSync(file, 'utf8')) as {
      url: string;
      tokens: Record<string, string>;
      webhooks: Record<string, string>;
    };
    expect(Object.keys(credentials.tokens)).toEqual(['admin', 'engineer', 'analyst', 'manager-1', 'manager-2', 'auditor']);
    expect(credentials.webhooks['default']).toMatch(/^whsec_/u);
    const me = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${credentials.tokens['manager-2']}` } });
    expect(await me.json()).toMatchObject({ id: 'manager-2', roles: ['manager'] });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said.out + said.err).not.toContain('edict_');

    const again = await startApi({ EDICT_DATABASE_URL: database.url, EDICT_EMBEDDED: '1', EDICT_DATA_DIR: dataDir });
    await until(health(again.url, 200));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(credentials);
    again.child.kill('SIGKILL');
    await once(again.child, 'exit');
    await database.drop();
  }, 60_000);

  it('prints an administrator’s token once where it is not embedded', async () => {
    const database = await testDatabase();
    const first = await startApi({ EDICT_DATABASE_URL: database.url });
    await until(health(first.url, 200));
    const token = /shown this once: (\S+)/u.exec(first.said.out)?.[1];
    const me = await fetch(`${first.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ id: 'admin', roles: ['admin'] });
    const [, page = '', link] =
      /^the administrator sets a password here, once, within 30 minutes: (\S+)#link=(\S+)$/mu.exec(first.said.out) ?? [];
    expect(page).toMatch(/\/sign-in$/u);
    const signIn = () =>
      fetch(`${first.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: first.url },
        body: JSON.stringify({ link, password: 'lantern-quarry obsidian-tramway' }),
      });
    expect([(await signIn()).status, (await signIn()).status]).toEqual([201, 401]);
    const second = await startApi({ EDICT_DATABASE_URL: database.url });
    await until(health(second.url, 200));
    expect(second.said.out).not.toContain('shown this once');
    for (const { child } of [first, second]) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await database.drop();
  }, 60_000);

  it('serves at once while the database is away, and says so', async () => {
    const { child, url } = await startApi({ EDICT_DATABASE_URL: 'postgres://nobody:secret-of-the-database@127.0.0.1:1/none' });
    const answer = await until(health(url, 503));
    expect(await answer.json()).toMatchObject({ live: true, ready: false, store: false });
    const refused = await fetch(`${url}/v1/me`, { headers: { authorization: 'Bearer x' } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    const text = await refused.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'dependency-unavailable' });
    expect(text).not.toContain('secret');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 60_000);

  it('says which setting is missing, and ends', async () => {
    const { child, said } = await startApi({ EDICT_OPA_URL: 'nonsense', EDICT_DATABASE_URL: 'postgres://x' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said.err).toContain('`EDICT_OPA_URL` is missing or wrong');
  }, 30_000);
});
