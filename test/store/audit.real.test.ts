/** The chain on a real PostgreSQL: without gaps, append-only, in the file too, and found out when somebody touches it. */
import { appendFile, copyFile, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { AuditFilter, AuditRow, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const entry = (n: number) => ({
  actor: 'ada',
  event: 'thing-done',
  subject: `thing/${n}`,
  detail: { n, text: 'für “alle” \\ 😀\n', nested: { z: 1, a: [1e21, -0, 0.1, null] } },
});

async function rows(store: Store) {
  const all: AuditRow[] = [];
  for await (const row of store.audit.export()) all.push(row);
  return all;
}

async function lines(file: string) {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describeWith(['postgres'], 'the audit chain', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await testStore();
  });
  afterEach(() => test.end());

  it('hashes in the database what the pure check recomputes', async () => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    expect(await test.store.audit.verify()).toMatchObject({ ok: true, rows: 3 });
    expect((await rows(test.store)).map((row) => row.id)).toEqual([1, 2, 3]);
  });

  it('has no gap and one order when two stores write at once, in the table and in the file', async () => {
    const other = await test.again();
    await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? test.store : other).audit.append(entry(n))));
    expect(await test.store.audit.verify()).toMatchObject({ ok: true, rows: 200 });
    expect(await lines(test.auditFile)).toEqual(JSON.parse(JSON.stringify(await rows(test.store))));
  });

  it('leaves no trace of a change that is rolled back', async () => {
    await test.store.audit.append(entry(1));
    expect(await codeOf(test.store.people.issueToken({ person: 'nobody', label: 'x', by: 'ada' }))).toBe('not-found');
    expect(await codeOf(test.store.effects.confirmed('no/such/1'))).toBe('not-found');
    await test.store.audit.append(entry(2));
    expect((await rows(test.store)).map((row) => row.subject)).toEqual(['thing/1', 'thing/2']);
  });

  it('refuses update, delete and truncate, even to the owner of the table', async () => {
    await test.store.audit.append(entry(1));
    for (const statement of [`update audit set actor = 'eve'`, 'delete from audit', 'truncate audit cascade'])
      await expect(test.query(statement)).rejects.toThrow('append-only');
  });

  it.each([
    ['changed', `update audit set actor = 'eve' where id = 2`, 2],
    ['missing', 'delete from audit where id = 2', 2],
    ['cut off', 'delete from audit where id = 3', 3],
    [
      'inserted',
      `insert into audit select 4, at, actor, event, subject, detail, previous, hash from audit where id = 3; update audit_head set id = 4`,
      4,
    ],
  ])('finds a row that was %s behind its back', async (_, statement, id) => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    await test.query(`alter table audit disable trigger all; ${statement}`);
    expect(await test.store.audit.verify()).toMatchObject({ ok: false, fault: { id } });
  });

  it('finds a table that was rewritten as a whole, by the file', async () => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    await test.store.audit.verify();
    await test.query(`alter table audit disable trigger all; delete from audit; update audit_head set id = 0, hash = repeat('0', 64)`);
    for (let n = 1; n <= 3; n++) await test.store.audit.append({ ...entry(n), actor: 'eve' });
    expect(await test.store.audit.verify()).toMatchObject({ ok: false, fault: { reason: expect.stringContaining('another hash') } });
    await test.store.audit.append({ ...entry(4), actor: 'eve' });
    expect(await test.store.audit.verify()).toMatchObject({ ok: false, fault: { reason: expect.stringContaining('not in the table') } });
    expect((await lines(test.auditFile)).map((row) => row.actor)).toEqual(['ada', 'ada', 'ada']);
  });

  it('finds a changed line of the file', async () => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    await test.store.audit.verify();
    const text = await readFile(test.auditFile, 'utf8');
    await writeFile(test.auditFile, text.replace('"ada"', '"eve"'));
    expect(await test.store.audit.verify()).toMatchObject({ ok: false, fault: { id: 1 } });
  });

  it('goes on while the file cannot be written, says so, records it, and catches up', async () => {
    await test.store.audit.append(entry(1));
    await test.store.audit.verify();
    // Swapped in one step, so that the store never finds the place empty.
    await copyFile(test.auditFile, `${test.auditFile}.kept`);
    await symlink(dirname(test.auditFile), `${test.auditFile}.link`);
    await rename(`${test.auditFile}.link`, test.auditFile);
    await test.store.audit.append(entry(2));
    expect(await test.store.audit.verify()).toMatchObject({ ok: false, fault: { reason: expect.stringContaining('EISDIR') } });
    await rename(`${test.auditFile}.kept`, test.auditFile);
    expect(await test.store.audit.verify()).toMatchObject({ ok: true });
    expect((await rows(test.store)).map((row) => row.event)).toEqual([
      'thing-done',
      'thing-done',
      'audit-file-failed',
      'audit-file-recovered',
    ]);
    expect((await lines(test.auditFile)).map((row) => row.id)).toEqual([1, 2, 3, 4]);
  });

  it('cuts a line that a crash tore and writes it whole', async () => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    await test.store.close();
    const { length } = await readFile(test.auditFile);
    await truncate(test.auditFile, length - 10);
    const store = await test.again();
    expect(await store.audit.verify()).toMatchObject({ ok: true });
    expect((await lines(test.auditFile)).slice(0, 3).map((row) => row.id)).toEqual([1, 2, 3]);
  });

  it('fills a file that was deleted, and records that it had to', async () => {
    for (let n = 1; n <= 3; n++) await test.store.audit.append(entry(n));
    await test.store.close();
    await rm(test.auditFile);
    const store = await test.again();
    expect(await store.audit.verify()).toMatchObject({ ok: true });
    expect((await lines(test.auditFile)).map((row) => row.event)).toEqual(['thing-done', 'thing-done', 'thing-done', 'audit-file-rebuilt']);
  });

  it('writes nothing onto a file that holds something else', async () => {
    await test.store.close();
    await rm(test.auditFile, { force: true });
    await appendFile(test.auditFile, 'shopping list\n');
    const store = await test.again();
    await store.audit.append(entry(1));
    expect(await store.audit.verify()).toMatchObject({ ok: false, fault: { reason: expect.stringContaining('not an audit row') } });
    expect(await readFile(test.auditFile, 'utf8')).toBe('shopping list\n');
  });

  it('catches up more than one batch', async () => {
    await test.store.close();
    await test.query(`select audit_append('"ada"', '"thing-done"', to_json('thing/' || n), '{}') from generate_series(1, 2500) as n`);
    const store = await test.again();
    expect(await store.audit.verify()).toMatchObject({ ok: true, rows: 2500 });
    expect(await lines(test.auditFile)).toHaveLength(2500);
  });

  it('refuses the change when the chain cannot record', async () => {
    await test.query('drop function audit_append');
    expect(await codeOf(test.store.people.put({ id: 'ada', name: 'Ada', roles: ['admin'], disabled: false }, 'system:test'))).toBe(
      'audit-unavailable',
    );
    expect(await test.store.people.list()).toEqual([]);
  });

  it('lists by what rows are about: a kind of things, not what begins alike', async () => {
    for (const subject of ['thing/1', 'things', 'thingamy/1', 'thing']) await test.store.audit.append({ ...entry(1), subject });
    expect((await test.store.audit.list({ about: 'thing' }, {})).items.map(({ subject }) => subject)).toEqual(['thing/1', 'thing']);
  });

  it('lists by subject and in pages that do not move', async () => {
    for (let n = 1; n <= 5; n++) await test.store.audit.append(entry(n % 2));
    const first = await test.store.audit.list({ subject: 'thing/1' }, { limit: 2 });
    await test.store.audit.append(entry(1));
    const second = await test.store.audit.list({ subject: 'thing/1' }, { limit: 2, cursor: first.next });
    expect([...first.items, ...second.items].map((row) => row.id)).toEqual([1, 3, 5, 6]);
    expect(second.next).toBeUndefined();
    expect((await test.store.audit.list({ since: 4 }, {})).items.map((row) => row.id)).toEqual([5, 6]);
  });
  it('lists by who, what and when, and from the newest on', async () => {
    for (let n = 1; n <= 6; n++)
      await test.store.audit.append({
        ...entry(n),
        actor: n % 2 === 0 ? 'person:ada' : 'system:test',
        event: n < 4 ? 'thing-made' : 'thing-unmade',
      });
    const ids = async (filter: AuditFilter, page = {}) => (await test.store.audit.list(filter, page)).items.map(({ id }) => id);
    expect(await ids({ actor: 'person:ada' })).toEqual([2, 4, 6]);
    expect(await ids({ event: 'thing-made' })).toEqual([1, 2, 3]);
    expect(await ids({ event: 'thing-*', since: 4 })).toEqual([5, 6]);
    expect(await ids({ event: 'thing_*' })).toEqual([]);
    const newest = await test.store.audit.list({ order: 'desc' }, { limit: 4 });
    await test.store.audit.append(entry(7));
    expect(newest.items.map(({ id }) => id)).toEqual([6, 5, 4, 3]);
    expect(await ids({ order: 'desc' }, { cursor: newest.next })).toEqual([2, 1]);
    const third = newest.items[3]?.at ?? '';
    const elsewhere = `${new Date(Date.parse(third) + 3_600_000).toISOString().slice(0, 19)}${third.slice(19, -1)}+01:00`;
    expect(await ids({ from: elsewhere, order: 'desc' })).toContain(3);
    expect(await ids({ to: elsewhere })).not.toContain(3);
    expect(await codeOf(test.store.audit.list({ from: 'yesterday' }, {}))).toBe('input-invalid');
  });
});
