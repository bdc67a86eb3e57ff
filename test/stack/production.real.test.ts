import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { choosePort } from '../../stack/ports.ts';
import { withClient } from '../../stack/programs/postgres.ts';
import { startStack } from '../../stack/supervisor.ts';
import { describeWith, engineBinary, testDatabase } from './fixture.ts';
import { withDataDir } from './supervised.ts';

const root = join(import.meta.dirname, '..', '..');
const slow = 120_000;
const run = promisify(execFile);

type Service = { readonly command: readonly string[]; readonly environment: { readonly [name: string]: string } };
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: { readonly [name: string]: Service };
};

/** A service's shell script, as compose hands it to the shell. */
const scriptOf = (name: string): string => (services[name]?.command.at(-1) ?? '').replaceAll('$$', '$');

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ;) {
    if (await check().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error('it did not come about within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describeWith(['postgres', 'temporal'], "the compose file's schema job", () => {
  it(
    "makes Temporal's schemas on an empty server, and changes nothing when run again",
    () =>
      withDataDir(async (dataDir) => {
        const stack = await startStack({ dataDir, processes: ['postgres'] });
        const address = new URL(stack.addresses.database);
        const given = {
          SQL_HOST: address.hostname,
          SQL_PORT: address.port,
          SQL_USER: 'edict',
          SQL_PASSWORD: decodeURIComponent(address.password),
        };
        const env = {
          PATH: `${dirname(engineBinary('temporal-sql-tool'))}:${process.env['PATH']}`,
          ...services['temporal-schema']?.environment,
          ...given,
        };
        const versions = () =>
          Promise.all(
            ['temporal', 'temporal_visibility'].map((name) =>
              withClient(
                stack.addresses.database.replace(/edict$/, name),
                async (client) => (await client.query('select curr_version from schema_version')).rows,
              ),
            ),
          );
        await run('/bin/sh', ['-euc', scriptOf('temporal-schema')], { env });
        const first = await versions();
        expect(first.flat()).toHaveLength(2);
        await run('/bin/sh', ['-euc', scriptOf('temporal-schema')], { env });
        expect(await versions()).toEqual(first);
        await stack.stop();
      }),
    slow,
  );
});

describeWith(['postgres', 'opa'], "the compose file's set-up of OPA", () => {
  it(
    "writes what OPA starts with: access rules, the token, and bundles signed by the installation's key",
    () =>
      withDataDir(async (dataDir) => {
        const database = await testDatabase();
        const folder = join(dataDir, 'opa');
        mkdirSync(folder, { recursive: true });
        const token = 'a'.repeat(40);
        const port = await choosePort(new Set());
        const env = {
          PATH: process.env['PATH'],
          EDICT_DATABASE_URL: database.url,
          EDICT_DATA_DIR: dataDir,
          EDICT_OPA_URL: `http://127.0.0.1:${port}`,
          EDICT_API_URL: 'http://127.0.0.1:1',
          EDICT_OPA_TOKEN: token,
          EDICT_OPA_SERVICE_TOKEN: 'b'.repeat(40),
        };
        const setUp = (more: object = {}) =>
          run(process.execPath, [join(root, 'stack', 'production-opa.ts'), folder], { env: { ...env, ...more } });
        await expect(setUp({ EDICT_OPA_TOKEN: 'short' })).rejects.toThrow(/EDICT_OPA_TOKEN is too short/);
        await setUp();
        await setUp();
        const flags = (services['opa']?.command ?? []).filter((flag) => !flag.startsWith('--addr='));
        const opa: ChildProcess = spawn(engineBinary('opa'), [...flags, `--addr=127.0.0.1:${port}`], { cwd: folder, stdio: 'ignore' });
        const ask = (headers: { readonly [name: string]: string }) =>
          fetch(`${env.EDICT_OPA_URL}/v1/data/access/authz/decision`, {
            method: 'POST',
            headers,
            body: JSON.stringify({ input: { person: { id: 'x', roles: ['admin'] }, permission: 'policies:read', resource: '' } }),
          });
        await eventually(async () => (await fetch(`${env.EDICT_OPA_URL}/health`)).ok);
        expect((await ask({})).status).toBe(401);
        expect(await (await ask({ authorization: `Bearer ${token}` })).json()).toMatchObject({ result: { allow: true } });
        opa.kill('SIGKILL');
        const points = await withClient(
          database.url,
          async (client) => (await client.query('select name, target from points order by name')).rows,
        );
        expect(points).toEqual([
          { name: 'opa', target: 'rego' },
          { name: 'opa-access', target: 'rego-access' },
        ]);
        await database.drop();
      }),
    slow,
  );
});

describeWith(['postgres', 'temporal', 'opa'], 'the production form as processes', () => {
  it(
    'serves with two workers and one API, and goes on with one worker less',
    () =>
      withDataDir(async (dataDir) => {
        const stack = await startStack({ dataDir, processes: ['postgres', 'temporal', 'opa', 'worker', 'worker-2', 'api'] });
        const healthy = async () => (await fetch(`${stack.addresses.api}/health`)).status;
        expect(await healthy()).toBe(200);
        expect(Object.keys(stack.pids()).sort()).toEqual(['api', 'opa', 'postgres', 'temporal', 'worker', 'worker-2']);
        stack.kill('worker-2');
        expect(await healthy()).toBe(200);
        await new Promise<void>((resolve) => stack.restarted((part) => part === 'worker-2' && resolve()));
        await stack.stop();
      }),
    slow,
  );
});
