/** A store of its own for each test: a fresh migrated database and an audit file in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/port.ts';
import { testDatabase } from '../stack/fixture.ts';

// A machine that runs other suites at the same time is no fault of the store.
jest.setTimeout(60_000);

export type TestStore = {
  readonly store: Store;
  readonly url: string;
  readonly auditFile: string;
  /** A second process's view of the same store, in this process. */
  readonly again: () => Promise<Store>;
  /** As the owner of the database, past the store. */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<any[]>;
  readonly end: () => Promise<void>;
};

export async function testStore(): Promise<TestStore> {
  const database = await testDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'edict-store-'));
  const auditFile = join(directory, 'audit', 'chain.jsonl');
  await migrate(database.url);
  const stores: Store[] = [];
  const again = async () => {
    const store = await openStore({ databaseUrl: database.url, auditFile });
    stores.push(store);
    return store;
  };
  return {
    store: await again(),
    url: database.url,
    auditFile,
    again,
    query: (text, values = []) => query(database.url, text, values),
    end: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function query(url: string, text: string, values: readonly unknown[]): Promise<any[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The code of the error that a call ends with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
