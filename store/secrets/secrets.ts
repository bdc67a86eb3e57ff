/** Secrets of this installation. INVARIANT: a value leaves by `get` and `ensure` only, and is part of no audit row and no error. */
import { sql } from 'kysely';
import { EdictError } from '../../domain/errors.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import type { SecretRow, Secrets } from '../port.ts';

export function secretsRepository(db: Db, change: Change): Secrets {
  return { ...reads(db), ensure: (name, make) => ensure(db, change, name, make), ...changes(change) };
}

const columns = ['name', 'made_at', 'expires_at'] as const;
const lasts = sql<boolean>`(expires_at is null or expires_at > clock_timestamp())`;

function reads(db: Db): Pick<Secrets, 'get' | 'names'> {
  return {
    get: (name) => valueOf(db, name),
    names: async (prefix) => {
      const begins = sql<boolean>`starts_with(name, ${prefix})`;
      return (await db.selectFrom('secrets').select(columns).where(begins).where(lasts).orderBy('name').execute()).map(toRow);
    },
  };
}

function changes(change: Change): Pick<Secrets, 'put' | 'rotate' | 'remove'> {
  return {
    put: (name, value, by) =>
      change(async (tx, record) => {
        const made = await tx
          .insertInto('secrets')
          .values({ name, value })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning(columns)
          .executeTakeFirst();
        if (made === undefined) throw new EdictError('conflict', `there is a secret \`${name}\` already`, { where: subjectOf(name) });
        record({ actor: by, event: 'secret-made', subject: subjectOf(name), detail: {} });
        return toRow(made);
      }),
    rotate: ({ name, value, keepMs, by }) =>
      change(async (tx, record) => {
        const previous = await keepPrevious(tx, name, keepMs);
        const current = await tx
          .updateTable('secrets')
          .set({ value, made_at: now() })
          .where('name', '=', name)
          .returning(columns)
          .executeTakeFirstOrThrow();
        record({ actor: by, event: 'secret-rotated', subject: subjectOf(name), detail: { previousUntil: previous.expiresAt ?? null } });
        return { current: toRow(current), previous };
      }),
    remove: (name, by) =>
      change(async (tx, record) => {
        const { numDeletedRows } = await tx.deleteFrom('secrets').where('name', '=', name).executeTakeFirst();
        if (numDeletedRows === 0n) throw unknownSecret(name);
        await tx.deleteFrom('secrets').where('name', '=', previousOf(name)).execute();
        record({ actor: by, event: 'secret-removed', subject: subjectOf(name), detail: {} });
      }),
  };
}

async function ensure(db: Db, change: Change, name: string, make: () => string): Promise<string> {
  const known = await valueOf(db, name);
  if (known !== undefined) return known;
  return change(async (tx, record) => {
    const made = await tx
      .insertInto('secrets')
      .values({ name, value: make() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('value')
      .executeTakeFirst();
    if (made === undefined)
      return (await tx.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value;
    record({ actor: 'system:store', event: 'secret-made', subject: subjectOf(name), detail: {} });
    return made.value;
  });
}

/** Of two rotations at once the second waits for the first, and keeps what the first has made: two secrets hold, never three. */
async function keepPrevious(tx: Tx, name: string, keepMs: number): Promise<SecretRow> {
  const found = await tx.selectFrom('secrets').select(['value', 'made_at']).where('name', '=', name).forUpdate().executeTakeFirst();
  if (found === undefined) throw unknownSecret(name);
  const expires_at = sql<string>`clock_timestamp() + make_interval(secs => ${keepMs}::float8 / 1000)`;
  const kept = { value: found.value, made_at: found.made_at, expires_at };
  const row = await tx
    .insertInto('secrets')
    .values({ name: previousOf(name), ...kept })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(kept))
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toRow(row);
}

async function valueOf(db: Db, name: string): Promise<string | undefined> {
  return (await db.selectFrom('secrets').select('value').where('name', '=', name).where(lasts).executeTakeFirst())?.value;
}

function previousOf(name: string): string {
  return `${name}/previous`;
}

function subjectOf(name: string): string {
  return `secret/${name}`;
}

function unknownSecret(name: string): EdictError {
  return new EdictError('not-found', `there is no secret \`${name}\``, { where: subjectOf(name) });
}

function toRow(row: { readonly name: string; readonly made_at: string; readonly expires_at: string | null }): SecretRow {
  return { name: row.name, madeAt: row.made_at, expiresAt: row.expires_at ?? undefined };
}
