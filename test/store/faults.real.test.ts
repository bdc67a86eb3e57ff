/** The store among faults: broken connections, killed processes, a server that goes away, text that cannot be stored. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../../stack/programs/postgres.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/port.ts';
import { describeWith, testDatabase } from '../stack/fixture.ts';
import type { DoomedTask } from './doomed-process.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';
import { guarded } from '../activities/guard-fixture.ts';

const entry = { actor: 'ada', event: 'thing-done', subject: 'thing/1', detail: {} };
const terminateAll =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

/** Calls until it succeeds, as a retrying caller does; every failure on the way must be one that may be retried. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt > 200) throw error;
      expect(['dependency-unavailable', 'timeout']).toContain((error as { code?: string }).code);
      await sleep(50);
    }
  }
}

describeWith(['postgres'], 'the store among faults', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
  });
  afterEach(() => test.end());

  it('survives the end of every connection, in use and idle, and loses no row', async () => {
    const stop = { now: false };
    let done = 0;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let n = 0; !stop.now; n++) {
        await insist(() =>
          store.effects.intend(
            { key: `r/${writer}/${n}`, run: 'r', step: `${writer}`, action: 'a.b', targets: [], params: {}, ...guarded },
            'ada',
          ),
        );
        done += 1;
      }
    });
    for (let round = 0; round < 5; round++) {
      await sleep(60);
      await test.query(terminateAll);
    }
    stop.now = true;
    await Promise.all(writers);
    await test.query(terminateAll);
    expect(await insist(() => store.audit.verify())).toMatchObject({ ok: true });
    expect((await test.query('select count(*)::int as n from effects'))[0].n).toBe(done);
  });

  it('gives an outage its code and tells nothing of the address', async () => {
    const url = new URL(test.url);
    [url.port, url.password] = ['1', 'topsecret'];
    const down = await openStore({ databaseUrl: url.href, auditFile: test.auditFile }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(down).toMatchObject({ code: 'dependency-unavailable' });
    const wrong = new URL(test.url);
    wrong.password = 'topsecret';
    const refused = await openStore({ databaseUrl: wrong.href, auditFile: test.auditFile }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(refused).toMatchObject({ code: 'dependency-unavailable' });
    const unreadable = await openStore({ databaseUrl: 'topsecret@nowhere', auditFile: test.auditFile }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(unreadable).toMatchObject({ code: 'input-invalid' });
    for (const error of [down, refused, unreadable])
      expect(`${error?.stack}${String(error?.cause)}${JSON.stringify(error)}`).not.toContain('topsecret');
  });

  it('refuses text that cannot be stored in every corner of every argument, and changes nothing', async () => {
    const head = await store.audit.verify();
    for (const bad of ['a\u0000b', '\ud800', 'x\udc00'])
      for (const call of [
        () => store.audit.append({ ...entry, detail: { deep: [{ a: bad }] } }),
        () => store.audit.append({ ...entry, detail: { [bad]: 1 } }),
        () => store.people.get(bad),
        () => store.effects.applied(bad, 1),
        () => store.signals.settle('s', 'parked', bad),
        () => store.runs.list({ policy: bad }, {}),
        () => store.runs.list({}, { cursor: bad }),
        () => store.secrets.get(bad),
        () => store.points.put({ name: 'n', kind: 'k', target: 'rego', settings: { a: bad } }, 'ada'),
      ])
        expect(await codeOf(call())).toBe('input-invalid');
    let deep: any = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(await codeOf(store.audit.append({ ...entry, detail: { deep } }))).toBe('input-invalid');
    expect(await codeOf(store.audit.append({ ...entry, detail: { n: Infinity } }))).toBe('input-invalid');
    expect(await codeOf(store.policies.version('p', 1e12))).toBe('input-invalid');
    expect(
      await codeOf(
        store.people
          .put({ id: 'x'.repeat(100_000), name: '', roles: [], disabled: false }, 'ada')
          .then(() => store.audit.append({ ...entry, subject: randomText(100_000) })),
      ),
    ).toBe('input-invalid');
    expect(await store.audit.verify()).toMatchObject({ ok: true, head: expect.any(String) });
    expect(head.ok).toBe(true);
    await store.people.put({ id: 'ok', name: '😀 \u0001 \u2028', roles: [], disabled: false }, 'ada');
    expect(await store.people.get('ok')).toMatchObject({ name: '😀 \u0001 \u2028' });
  });

  it('runs one work at a time on a point, over processes, and another point meanwhile', async () => {
    const other = await test.again();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(10);
      await store.ping();
      inside -= 1;
      return 'done';
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? store : other).points.locked('fw', work)));
    expect([most, new Set(answers)]).toEqual([1, new Set(['done'])]);
    await store.points.locked('fw', () => other.points.locked('opa', work));
    await expect(store.points.locked('fw', () => Promise.reject(new TypeError('of the work')))).rejects.toThrow(
      new TypeError('of the work'),
    );
    expect(await other.points.locked('fw', work)).toBe('done');
  });

  it('says so when the lock on a point was lost during the work, and gives the lock to the next', async () => {
    const lost = store.points.locked('fw', async () => {
      await test.query(terminateAll);
      await sleep(100);
    });
    expect(await codeOf(lost)).toBe('dependency-unavailable');
    expect(await insist(() => store.points.locked('fw', async () => 'next'))).toBe('next');
  });

  it('migrates once when many start at the same moment', async () => {
    const database = await testDatabase();
    try {
      expect(await codeOf(openStore({ databaseUrl: database.url, auditFile: test.auditFile }))).toBe('data-incompatible');
      await Promise.all(Array.from({ length: 6 }, () => migrate(database.url)));
      await migrate(database.url);
      const fresh = await openStore({ databaseUrl: database.url, auditFile: `${test.auditFile}.other` });
      await fresh.ping();
      await fresh.close();
      await fresh.close();
      expect(await codeOf(fresh.ping())).toBe('dependency-unavailable');
    } finally {
      await database.drop();
    }
  });

  it('refuses a database that a newer release migrated', async () => {
    await test.query(`insert into kysely_migration values ('2999-01-01-later', now()::text)`);
    expect(await codeOf(test.again())).toBe('data-incompatible');
    expect(await codeOf(migrate(test.url))).toBe('data-incompatible');
  });

  it('keeps the chain whole, and every row that was answered, when writers are killed with -9', async () => {
    const answered = new Map<string, number>();
    for (let round = 0; round < 4; round++) await Promise.all([0, 1].map((writer) => killedWriter(`w${round}${writer}`, answered)));
    const again = await test.again();
    const check = await again.audit.verify();
    expect(check).toMatchObject({ ok: true });
    expect(answered.size).toBeGreaterThan(50);
    const rows = await test.query('select id, subject from audit order by id');
    expect(rows.map((row) => Number(row.id))).toEqual(Array.from({ length: check.rows }, (_, n) => n + 1));
    const ids = new Map<string, number>(rows.map((row) => [row.subject, Number(row.id)]));
    for (const [key, id] of answered) expect(ids.get(`effect/${key}`)).toBe(id);
    const effects = await test.query('select key from effects');
    expect(effects.map((row) => `effect/${row.key}`).toSorted()).toEqual(
      [...ids.keys()].filter((subject: string) => subject.startsWith('effect/')).toSorted(),
    );
    const lines = (await readFile(test.auditFile, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(rows.map((row) => Number(row.id)));
  }, 180_000);

  it('gives the lock on a point to the next when its holder is killed with -9', async () => {
    const child = doomed('hold', 'fw');
    try {
      await once(child.stdout, 'data');
      let had = false;
      const next = store.points.locked('fw', async () => {
        had = true;
      });
      await sleep(200);
      expect(had).toBe(false);
      child.kill('SIGKILL');
      await next;
      expect(had).toBe(true);
    } finally {
      child.kill('SIGKILL');
    }
  });

  function doomed(task: DoomedTask, name: string) {
    const script = resolve('test/store/doomed-process.ts');
    return spawn(process.execPath, [script, test.url, test.auditFile, task, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function killedWriter(name: string, answered: Map<string, number>): Promise<void> {
    const child = doomed('append', name);
    const ended = once(child, 'exit');
    const last = 8 + Math.floor(Math.random() * 16);
    let count = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [key = '', id] = line.split(' ');
      answered.set(key, Number(id));
      count += 1;
      if (count === last) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
    }
    await ended;
  }
});

describeWith(['postgres'], 'the store on a server that is killed', () => {
  it('goes on by itself when PostgreSQL is killed with -9 and started again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'edict-store-'));
    const options = { dataDir: join(directory, 'postgres'), password: 'p', logFile: join(directory, 'log') };
    let server = await startPostgres(options);
    const databaseUrl = server.url('postgres');
    const port = server.port;
    try {
      await migrate(databaseUrl);
      const store = await openStore({ databaseUrl, auditFile: join(directory, 'audit.jsonl') });
      const key = 'r/s/1';
      await store.effects.intend({ key, run: 'r', step: 's', action: 'a.b', targets: [], params: {}, ...guarded }, 'ada');
      const answered: string[] = [];
      const stop = { now: false };
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; !stop.now; n++) {
          const other = `r/${writer}/${n}`;
          await insist(() =>
            store.effects.intend({ key: other, run: 'r', step: `${writer}`, action: 'a.b', targets: [], params: {}, ...guarded }, 'ada'),
          );
          answered.push(other);
        }
      });
      while (answered.length <= 20) await sleep(20);
      process.kill(server.pid, 'SIGKILL');
      // Its children notice a moment later.
      const isAway = async () => (await codeOf(store.points.locked('fw', async () => 1))) === 'dependency-unavailable';
      for (let tries = 0; tries < 100 && !(await isAway()); tries += 1) await sleep(20);
      expect(await isAway()).toBe(true);
      expect(await codeOf(store.effects.applied(key, {}))).toBe('dependency-unavailable');
      const before = answered.length;
      await sleep(300);
      server = await startPostgres({ ...options, port });
      expect(await insist(() => store.effects.applied(key, {}))).toMatchObject({ status: 'applied', entries: [1, expect.any(Number)] });
      expect(await store.points.locked('fw', async () => 1)).toBe(1);
      while (answered.length <= before) await sleep(20);
      stop.now = true;
      await Promise.all(writers);
      // Nothing that was answered is lost, though the disk was waited for after the commit.
      for (const other of answered) expect(await store.effects.get(other)).toMatchObject({ key: other });
      expect(await store.audit.verify()).toMatchObject({ ok: true });
      await store.close();
    } finally {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

/** Text that does not compress, so that an index row of it is too large. */
function randomText(length: number): string {
  return Array.from({ length }, () => Math.random().toString(36)[3] ?? '0').join('');
}
