import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { speakPostgresql } from '../../../domain/policy/targets/postgresql/compile.ts';
import { describeWith, testDatabase } from '../../stack/fixture.ts';
import { requestOf, type Row, rows, sampleOf, tables } from './sample.ts';

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const columns = ['id', 'region', 'amount', 'closed', 'seller'] as const;

describeWith(['postgres'], 'grants and row policies in PostgreSQL', () => {
  const sample = sampleOf(`t${randomBytes(4).toString('hex')} `);
  const { artifact } = speakPostgresql(sample.rules, sample.inventory);
  const decider = prepareAccess(sample.rules, sample.inventory);
  let database: Awaited<ReturnType<typeof testDatabase>> | undefined;
  let client: Client;

  beforeAll(async () => {
    database = await testDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    for (const role of sample.roles) await client.query(`create role ${quote(role)}`);
    for (const table of tables) {
      await client.query(`create table public.${quote(table)} (id int, region text, amount int, closed boolean, seller text)`);
      for (const row of rows) await insert(table, row);
    }
    await client.query(artifact.files['edict.sql']!);
    await client.query(artifact.files['edict.sql']!);
  }, 60_000);

  afterAll(async () => {
    for (const role of sample.roles) {
      await client.query(`drop owned by ${quote(role)}`);
      await client.query(`drop role ${quote(role)}`);
    }
    await client.end();
    await database?.drop();
  });

  const insert = (table: string, row: Row) =>
    client.query(
      `insert into public.${quote(table)} (${columns.join(', ')}) values ($1, $2, $3, $4, $5)`,
      columns.map((column) => row[column]),
    );

  /** What the role does to the rows, undone afterwards; `look` says, as nobody in particular, what came of it. */
  async function trying<T>(role: string, statement: string, look: (rowsOfAnswer: readonly any[]) => Promise<T>, refused: T): Promise<T> {
    await client.query('begin');
    try {
      await client.query(`set local role ${quote(role)}`);
      const answer = await client.query(statement);
      await client.query('reset role');
      return await look(answer.rows);
    } catch (error) {
      if ((error as { code?: string }).code === '42501') return refused;
      throw error;
    } finally {
      await client.query('rollback');
    }
  }

  const idsWhere = async (table: string, condition: string) =>
    (await client.query(`select id from public.${quote(table)} where ${condition}`)).rows.map(({ id }) => id as number);

  const reach: Record<string, (role: string, table: string) => Promise<readonly number[]>> = {
    select: (role, table) =>
      trying(role, `select id from public.${quote(table)}`, (found) => Promise.resolve(found.map(({ id }) => id)), []),
    update: (role, table) =>
      trying(role, `update public.${quote(table)} set seller = 'changed'`, () => idsWhere(table, `seller = 'changed'`), []),
    delete: (role, table) =>
      trying(
        role,
        `delete from public.${quote(table)}`,
        async () => {
          const left = await idsWhere(table, 'true');
          return rows.map(({ id }) => id).filter((id) => !left.includes(id));
        },
        [],
      ),
    insert: async (role, table) => {
      const found: number[] = [];
      for (const row of rows) {
        const values = columns
          .map((column) => (row[column] === null ? 'null' : `'${String(row[column]).replaceAll("'", "''")}'`))
          .join(', ');
        if (await trying(role, `insert into public.${quote(table)} values (${values})`, () => Promise.resolve(true), false))
          found.push(row.id);
      }
      return found;
    },
  };

  it.each(Object.keys(reach))('%s reaches exactly the rows that the rules allow, whoever asks', async (action) => {
    const actual = [];
    const expected = [];
    for (const table of tables) {
      for (const role of sample.roles) {
        actual.push({ table, role, ids: (await reach[action]!(role, table)).toSorted((a, b) => a - b) });
        const ids = rows
          .filter((row) => decideAccess(decider, requestOf(role, action, table, row)).decision === 'allow')
          .map(({ id }) => id);
        expected.push({ table, role, ids });
      }
    }
    expect(actual).toEqual(expected);
    expect(expected.some(({ ids }) => ids.length > 0)).toBe(true);
  });
});
