/** Sessions of browsers: 256 random bits in a cookie, kept as SHA-256 only. Every time is the database's. */
import { randomBytes } from 'node:crypto';
import { sql, type SqlBool } from 'kysely';
import { EdictError } from '../../domain/errors.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import type { Role } from '../port.ts';
import type { OpenSession, SessionRow, Sessions, SignInMethod } from './port-access.ts';
import { secretHash } from './secret-hash.ts';

const columns = ['id', 'person', 'method', 'address', 'agent', 'started_at', 'seen_at', 'authenticated_at', 'ends_at'] as const;
/** Rows that ended are kept for so long, for whoever asks where somebody was signed in. */
const keptDays = 30;

export function sessionsRepository(db: Db, change: Change): Sessions {
  return {
    authenticate: async (token, { idleMs, use }) => {
      const found = await openOne(db, { hash: secretHash(token) }, idleMs);
      if (use && found?.stale === true)
        await db.updateTable('sessions').set({ seen_at: now() }).where('id', '=', found.session.id).execute();
      return found;
    },
    current: (id, idleMs) => openOne(db, { id }, idleMs),
    of: async (person, idleMs) =>
      (await open(db, idleMs).select(columns).where('person', '=', person).orderBy('started_at', 'desc').orderBy('id').execute()).map(
        toRow,
      ),
    ...beginnings(change),
    ...ends(change),
  };
}

function beginnings(change: Change): Pick<Sessions, 'start' | 'renew'> {
  return {
    start: ({ person, method, lifeMs, provedAt, address, agent, instead }) =>
      change(async (tx, record) => {
        const [id, token] = [randomBytes(8).toString('hex'), newToken()];
        await tx
          .deleteFrom('sessions')
          .where(sql<SqlBool>`ends_at < clock_timestamp() - make_interval(days => ${keptDays})`)
          .execute();
        if (instead !== undefined)
          await tx
            .updateTable('sessions')
            .set({ ended_at: now() })
            .where('hash', '=', secretHash(instead))
            .where('ended_at', 'is', null)
            .execute();
        const made = await tx
          .insertInto('sessions')
          .values({
            id,
            person,
            hash: secretHash(token),
            method,
            address,
            agent,
            authenticated_at: provedOr(provedAt),
            ends_at: inMs(lifeMs),
          })
          .returning(columns)
          .executeTakeFirstOrThrow();
        record({ actor: person, event: 'session-started', subject: `person/${person}`, detail: { session: id, method, address } });
        return { session: toRow(made), token };
      }),
    renew: (id) =>
      change(async (tx, record) => {
        const token = newToken();
        const renewed = await tx
          .updateTable('sessions')
          .set({ hash: secretHash(token), authenticated_at: now(), seen_at: now() })
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .returning(columns)
          .executeTakeFirst();
        if (renewed === undefined) throw unknownSession(id);
        record({ actor: renewed.person, event: 'session-stepped-up', subject: `person/${renewed.person}`, detail: { session: id } });
        return { session: toRow(renewed), token };
      }),
  };
}

function ends(change: Change): Pick<Sessions, 'end' | 'endAll'> {
  return {
    end: (id, by, person) =>
      change(async (tx, record) => {
        const ended = await endWhere(tx, person, id);
        if (ended.length === 0) throw unknownSession(id);
        record({ actor: by, event: 'session-ended', subject: `person/${person}`, detail: { session: id } });
      }),
    endAll: (person, by, but) =>
      change(async (tx, record) => {
        const ended = await endSessions(tx, person, but);
        if (ended > 0) record({ actor: by, event: 'sessions-ended', subject: `person/${person}`, detail: { ended } });
        return { ended };
      }),
  };
}

/** Part of the caller's transaction, which records it. */
export async function endSessions(tx: Tx, person: string, but?: string): Promise<number> {
  let query = tx.updateTable('sessions').set({ ended_at: now() }).where('person', '=', person).where('ended_at', 'is', null);
  if (but !== undefined) query = query.where('id', '<>', but);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

function endWhere(tx: Tx, person: string, id: string) {
  return tx
    .updateTable('sessions')
    .set({ ended_at: now() })
    .where('id', '=', id)
    .where('person', '=', person)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now())
    .returning('id')
    .execute();
}

function open(db: Db, idleMs: number) {
  return db.selectFrom('sessions').where('ended_at', 'is', null).where('ends_at', '>', now()).where('seen_at', '>', inMs(-idleMs));
}

type Found = OpenSession & { readonly stale: boolean };

async function openOne(db: Db, key: { readonly hash: string } | { readonly id: string }, idleMs: number): Promise<Found | undefined> {
  const [column, value] = 'hash' in key ? (['sessions.hash', key.hash] as const) : (['sessions.id', key.id] as const);
  const row = await open(db, idleMs)
    .innerJoin('people', 'people.id', 'sessions.person')
    .select([...columns.map((name) => `sessions.${name}` as const), 'people.name', 'people.roles'])
    .select(sql<boolean>`seen_at < clock_timestamp() - interval '1 minute'`.as('stale'))
    .where(column, '=', value)
    .where('people.disabled', '=', false)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { session: toRow(row), person: personOf(row), stale: row.stale };
}

function personOf({
  person,
  name,
  roles,
}: {
  readonly person: string;
  readonly name: string;
  readonly roles: Role[];
}): OpenSession['person'] {
  return { id: person, name, roles, disabled: false };
}

type Row = {
  readonly id: string;
  readonly person: string;
  readonly method: SignInMethod;
  readonly address: string;
  readonly agent: string;
  readonly started_at: string;
  readonly seen_at: string;
  readonly authenticated_at: string;
  readonly ends_at: string;
};

function toRow({ id, person, method, address, agent, started_at, seen_at, authenticated_at, ends_at }: Row): SessionRow {
  const times = { startedAt: started_at, seenAt: seen_at, authenticatedAt: authenticated_at, endsAt: ends_at };
  return { id, person, method, address, agent, ...times };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function provedOr(at: string | undefined) {
  return at === undefined ? now() : sql<string>`least(clock_timestamp(), ${at}::timestamptz)`;
}

export function inMs(ms: number) {
  return sql<string>`clock_timestamp() + ${ms} * interval '1 millisecond'`;
}

function unknownSession(id: string): EdictError {
  return new EdictError('not-found', `there is no open session \`${id}\``);
}
