/** Brings a database to this release's schema. Safe when several processes start at once: one migrates, the others wait and find it done. */
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { EdictError } from '../domain/errors.ts';
import { openDatabase, openPool, type Db } from './postgres/database.ts';
import { isLostConnection, isServerFailure, translateError } from './postgres/failures.ts';
import { migrations } from './migrations/index.ts';

const where = 'store.migrate';

export async function migrate(databaseUrl: string): Promise<void> {
  const pool = openPool(databaseUrl, 2);
  const db = openDatabase(pool);
  try {
    await db.connection().execute(async (holder) => {
      // The migrator's own lock guards the migrations, but not the making of its tables: hence this one, around all of it.
      await sql`set lock_timeout = '120s'; set statement_timeout = '130s'`.execute(holder);
      await sql`select pg_advisory_lock(hashtextextended('edict:migrate', 0))`.execute(holder);
      await migrateUnderLock(db);
    });
  } catch (error) {
    throw translateError(error, where);
  } finally {
    await db.destroy();
  }
}

async function migrateUnderLock(db: Db): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    // Migrations of one day are of different parts, and independent: a database may have them in any order.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (isServerFailure(error) || isLostConnection(error)) throw translateError(error, where);
  throw new EdictError('data-incompatible', 'the database has a schema that this release does not know', {
    where,
    help: 'run the release that wrote it, or a newer one',
  });
}

/** Refuses a database that was not migrated, or that a newer release migrated. */
export async function checkSchema(db: Db): Promise<void> {
  const applied = await appliedMigrations(db);
  const known = Object.keys(migrations);
  const unknown = applied.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new EdictError('data-incompatible', `the database was migrated by a newer release (\`${unknown}\`)`, {
      where,
      help: 'run that release, or a newer one',
    });
  const missing = known.find((name) => !applied.includes(name));
  if (missing !== undefined)
    throw new EdictError('data-incompatible', `the database lacks the migration \`${missing}\``, {
      where,
      help: 'start the worker or the API, which migrate, before anything else opens the database',
    });
}

async function appliedMigrations(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass('kysely_migration') is not null as exists`.execute(db);
  if (rows[0]?.exists !== true) return [];
  return (await sql<{ name: string }>`select name from kysely_migration`.execute(db)).rows.map(({ name }) => name);
}
