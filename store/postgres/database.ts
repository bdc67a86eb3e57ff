/**
 * The way to PostgreSQL: one pool, through which times come as RFC 3339 UTC text in full precision and 64-bit integers as
 * numbers. A server that goes away ends calls with an error, never the process; the pool connects again by itself.
 */
import { Kysely, PostgresDialect, sql, type RawBuilder } from 'kysely';
import { Client, Pool, types, type PoolClient } from 'pg';
import { EdictError } from '../../domain/errors.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;
/** A `Db` whose statements are part of the caller's transaction. */
export type Tx = Db;

export const lockTimeoutMs = 30_000;

const int8 = 20;
const timestamptz = 1184;

export function openPool(databaseUrl: string, max: number): Pool {
  const pool = new Pool({
    connectionString: checkedUrl(databaseUrl),
    max,
    application_name: 'edict',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 60_000,
    lock_timeout: lockTimeoutMs,
    // A process that is stopped while it holds the head of the chain must not stop all the others.
    idle_in_transaction_session_timeout: 15_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: { getTypeParser },
  });
  // Without listeners a connection that breaks is an uncaught exception: `error` of the pool covers idle ones, of the client the rest.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

export function openDatabase(pool: Pool): Db {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

const bound = new WeakMap<PoolClient, Db>();

/** On one connection that the caller holds, and gives back itself. */
export function databaseOn(client: PoolClient): Db {
  const known = bound.get(client);
  if (known !== undefined) return known;
  const held = Object.assign(Object.create(client) as PoolClient, { release: ignore, query: client.query.bind(client) });
  const pool = { connect: () => Promise.resolve(held), end: () => Promise.resolve(), options: {}, Client };
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  bound.set(client, db);
  return db;
}

/** The database's clock at this moment, not at the start of the transaction. */
export function now(): RawBuilder<string> {
  return sql<string>`clock_timestamp()`;
}

function ignore(): void {
  // The call that used the connection gets the error; an idle connection is replaced.
}

/** The driver puts the address into its error: it may hold a password. */
function checkedUrl(databaseUrl: string): string {
  if (URL.canParse(databaseUrl) && /^postgres(ql)?:$/.test(new URL(databaseUrl).protocol)) return databaseUrl;
  throw new EdictError('input-invalid', 'the address of the database cannot be read', {
    expected: 'postgres://user:password@host:port/database',
  });
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8) return Number;
  if (oid === timestamptz) return toRfc3339;
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- ids of types that users make are in no list
  return format === 'binary' ? types.getTypeParser(oid, format) : types.getTypeParser(oid, format);
}

/** `2026-11-25 17:46:52.5+00` → `2026-11-25T17:46:52.500Z`; microseconds stay where there are any. */
export function toRfc3339(text: string): string {
  const [, day, time, fraction = ''] = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  if (day === undefined) throw new EdictError('defect', 'a stored time is outside the years 1 to 9999');
  return `${day}T${time}.${fraction.padEnd(3, '0')}Z`;
}
