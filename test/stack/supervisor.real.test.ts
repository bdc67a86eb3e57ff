import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { reset } from '../../stack/data.ts';
import { startedAt } from '../../stack/process/identity.ts';
import { withClient } from '../../stack/programs/postgres.ts';
import { startStack, type Progress } from '../../stack/supervisor.ts';
import { describeWith, testDatabase } from './fixture.ts';
import { isReady, pidsOf, supervise, withDataDir } from './supervised.ts';

const slow = 60_000;
const engines = ['postgres', 'temporal', 'opa'] as const;
const alive = (pids: { readonly [part: string]: number }) => Object.keys(pids).filter((name) => startedAt(pids[name] ?? 0) !== undefined);

describeWith(['postgres'], 'the data of the stack', () => {
  it(
    'is made at the first start, kept by the second, and gone after a reset',
    () =>
      withDataDir(async (dataDir) => {
        const first = await startStack({ dataDir, processes: ['postgres'] });
        await withClient(first.addresses.database, (client) => client.query('create table kept as select 7 as n'));
        await first.stop();
        const second = await startStack({ dataDir, processes: ['postgres'] });
        expect(second.addresses.database).toBe(first.addresses.database);
        expect((await withClient(second.addresses.database, (client) => client.query('select n from kept'))).rows).toEqual([{ n: 7 }]);
        await expect(reset(dataDir)).rejects.toMatchObject({ code: 'data-in-use' });
        await second.stop();
        expect(await reset(dataDir)).toEqual({ removed: true });
        expect(statSync(dataDir, { throwIfNoEntry: false })).toBeUndefined();
      }),
    slow,
  );

  it(
    'lets nobody read its secrets, and nobody in without the password',
    () =>
      withDataDir(async (dataDir) => {
        const stack = await startStack({ dataDir, processes: ['postgres'] });
        for (const name of readdirSync(join(dataDir, 'secrets'))) expect(statSync(join(dataDir, 'secrets', name)).mode & 0o777).toBe(0o600);
        const wrong = new URL(stack.addresses.database);
        wrong.password = 'postgres';
        await expect(withClient(wrong.href, async () => undefined)).rejects.toThrow(/password authentication failed/);
        await stack.stop();
      }),
    slow,
  );

  it('is refused when it holds something else, or has another format', () =>
    withDataDir(async (dataDir) => {
      const parent = join(dataDir, '..');
      writeFileSync(join(parent, 'thesis.txt'), 'mine');
      await expect(startStack({ dataDir: parent, processes: ['postgres'] })).rejects.toMatchObject({ code: 'conflict' });
      await expect(reset(parent)).rejects.toMatchObject({ code: 'conflict' });
      expect(readFileSync(join(parent, 'thesis.txt'), 'utf8')).toBe('mine');
      writeFileSync(join(parent, 'format'), '99');
      await expect(startStack({ dataDir: parent, processes: ['postgres'] })).rejects.toMatchObject({ code: 'data-incompatible' });
    }));

  it(
    'belongs to one start at a time, and the second one is told where the first is',
    () =>
      withDataDir(async (dataDir) => {
        const first = supervise(dataDir, 'postgres');
        await first.until(isReady);
        await expect(startStack({ dataDir, processes: ['postgres'] })).rejects.toMatchObject({
          code: 'data-in-use',
          message: expect.stringContaining(`process ${first.process.pid}`),
        });
        first.process.kill('SIGTERM');
        expect(await first.exited).toBe(0);
      }),
    slow,
  );
});

describeWith(['postgres'], 'a connection that the server ends while nothing is asked', () => {
  it('fails the next query, and not the process', async () => {
    const database = await testDatabase();
    await withClient(database.url, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await withClient(database.url, (other) => other.query('select pg_terminate_backend($1)', [rows[0]?.pid]));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await expect(client.query('select 1')).rejects.toThrow();
    });
    await database.drop();
  });
});

describeWith(['postgres'], 'ports', () => {
  it(
    'that were free at the last start and are not now are replaced',
    () =>
      withDataDir(async (dataDir) => {
        const first = await startStack({ dataDir, processes: ['postgres'] });
        await first.stop();
        const port = Number(new URL(first.addresses.database).port);
        expect(port).toBeLessThan(32_768);
        const squatter = createServer();
        await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
        const second = await startStack({ dataDir, processes: ['postgres'] });
        expect(new URL(second.addresses.database).port).not.toBe(String(port));
        await second.stop();
        squatter.close();
      }),
    slow,
  );

  it('that were asked for and are in use stop the start, and name who holds them', () =>
    withDataDir(async (dataDir) => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const { port } = squatter.address() as AddressInfo;
      const failure = startStack({ dataDir, apiPort: port });
      await expect(failure).rejects.toMatchObject({ code: 'port-in-use' });
      if (process.platform === 'linux') await expect(failure).rejects.toThrow(`process ${process.pid}`);
      squatter.close();
    }));
});

describeWith([...engines], 'supervised engines', () => {
  it(
    'are started again after a crash, each by itself',
    () =>
      withDataDir(async (dataDir) => {
        const seen: Progress[] = [];
        const stack = await startStack({ dataDir, processes: engines, onProgress: (progress) => seen.push(progress) });
        for (const name of engines) {
          const before = stack.pids()[name];
          const again = new Promise<number>((resolve) => stack.restarted((part, pid) => part === name && resolve(pid)));
          stack.kill(name);
          expect(await again).not.toBe(before);
          await stack.up(name);
        }
        expect(seen.filter(({ event }) => event === 'restarted').map(({ part }) => part)).toEqual(engines);
        expect((await withClient(stack.addresses.database, (client) => client.query('select 1'))).rowCount).toBe(1);
        const pids = stack.pids();
        await stack.stop();
        expect(alive(pids)).toEqual([]);
      }),
    slow,
  );

  it(
    'are all gone after Ctrl-C',
    () =>
      withDataDir(async (dataDir) => {
        const supervisor = supervise(dataDir, engines.join(','));
        const pids = pidsOf(await supervisor.until(isReady));
        expect(alive(pids)).toEqual([...engines].sort((a, b) => Object.keys(pids).indexOf(a) - Object.keys(pids).indexOf(b)));
        supervisor.process.kill('SIGINT');
        expect(await supervisor.exited).toBe(0);
        expect(alive(pids)).toEqual([]);
        expect(readdirSync(dataDir)).not.toContain('lock');
      }),
    slow,
  );

  it(
    'are gone after Ctrl-C in the middle of the start',
    () =>
      withDataDir(async (dataDir) => {
        const supervisor = supervise(dataDir, engines.join(','));
        await supervisor.until(({ part, event }) => part === 'temporal' && event === 'starting');
        supervisor.process.kill('SIGINT');
        const code = await supervisor.exited;
        expect(supervisor.lines.at(-1)).toEqual({ ending: 'SIGINT' });
        expect(code).toBe(0);
        expect(readdirSync(dataDir)).not.toContain('lock');
        const next = await startStack({ dataDir, processes: engines });
        await next.stop();
      }),
    slow,
  );

  it(
    'do not outlive kill -9 of their supervisor in a way that keeps the next start from working',
    () =>
      withDataDir(async (dataDir) => {
        const killed = supervise(dataDir, engines.join(','));
        const ready = await killed.until(isReady);
        await withClient(ready['database'] as string, (client) => client.query('create table kept as select 7 as n'));
        killed.process.kill('SIGKILL');
        await killed.exited;
        const next = await startStack({ dataDir, processes: engines });
        expect(alive(pidsOf(ready))).toEqual([]);
        expect((await withClient(next.addresses.database, (client) => client.query('select n from kept'))).rows).toEqual([{ n: 7 }]);
        await next.stop();
      }),
    slow,
  );
});

describeWith(['postgres', 'opa'], 'a program that ends again and again', () => {
  it(
    'is given up, everything is stopped, and the message says where to look',
    () =>
      withDataDir(async (dataDir) => {
        const stack = await startStack({ dataDir, processes: ['opa'] });
        const pids = stack.pids();
        // Killed from outside each time that it is back: for the supervisor these are crashes.
        const killer = setInterval(() => {
          const pid = stack.pids()['opa'];
          if (pid !== undefined) process.kill(pid, 'SIGKILL');
        }, 20);
        const reason = await stack.failed;
        clearInterval(killer);
        expect(reason.message).toMatch(/opa ended 6 times soon after its start/);
        expect(reason.where).toBe(join(dataDir, 'logs', 'opa.log'));
        expect(alive({ ...pids, ...stack.pids() })).toEqual([]);
        expect(readdirSync(dataDir)).not.toContain('lock');
      }),
    slow,
  );
});
