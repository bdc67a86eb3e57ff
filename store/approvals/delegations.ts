/** Rights to vote, passed on for a time. What is passed on further, or was given by somebody without the role, gives nothing (domain/playbook/approval/standing.ts). */
import { randomBytes } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { EdictError } from '../../domain/errors.ts';
import type { Delegation } from '../../domain/playbook/approval.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { checkInstant } from '../postgres/instant.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Delegations } from '../port.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['delegations']>;
type Given = Parameters<Delegations['give']>[0];

export function delegationsRepository(db: Db, change: Change): Delegations {
  return { ...reads(db), ...changes(change) };
}

function reads(db: Db): Pick<Delegations, 'get' | 'list'> {
  return {
    get: async (id) => {
      const row = await db.selectFrom('delegations').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toDelegation(row);
    },
    list: async ({ person, inForce }, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('delegations')
        .selectAll()
        .orderBy('made_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (person !== undefined) query = query.where((eb) => eb.or([eb('from_person', '=', person), eb('to_person', '=', person)]));
      if (inForce === true) query = query.where('revoked_at', 'is', null).where('since', '<=', now()).where('until', '>', now());
      if (after !== undefined) query = query.where(sql<boolean>`(made_at, id) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.made_at, row.id], item: toDelegation });
    },
  };
}

function changes(change: Change): Pick<Delegations, 'give' | 'revoke'> {
  return {
    give: (given) =>
      change(async (tx, record) => {
        await requireSense(tx, given);
        const { from, to, roles, until, since, reason } = given;
        const row = {
          id: `dlg-${randomBytes(8).toString('hex')}`,
          from_person: from,
          to_person: to,
          roles: [...new Set(roles)].toSorted(),
        };
        const made = await tx
          .insertInto('delegations')
          .values({ ...row, until, since: since ?? now(), reason: reason ?? null })
          .returningAll()
          .executeTakeFirstOrThrow();
        record(entryOf('delegation-given', made, from));
        return toDelegation(made);
      }),
    revoke: (id, by) =>
      change(async (tx, record) => {
        const found = await tx.selectFrom('delegations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
        if (found === undefined) throw new EdictError('not-found', `there is no delegation \`${id}\``);
        if (found.revoked_at !== null) return toDelegation(found);
        const revoked = await tx
          .updateTable('delegations')
          .set({ revoked_at: now() })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        record(entryOf('delegation-revoked', revoked, by));
        return toDelegation(revoked);
      }),
  };
}

/** What could never count is refused when it is given, so that nobody relies on it. */
async function requireSense(tx: Tx, { from, to, roles, since, until }: Given): Promise<void> {
  if (from === to) throw new EdictError('input-invalid', 'nobody passes a right on to themselves', { where: '/to' });
  const start = since === undefined ? now() : sql<string>`${checkInstant(since, '/since')}::timestamptz`;
  const { rows } = await sql<{ sensible: boolean }>`
    select ${checkInstant(until, '/until')}::timestamptz > greatest(clock_timestamp(), ${start})
      and ${until}::timestamptz <= clock_timestamp() + interval '366 days' as sensible`.execute(tx);
  if (rows[0]?.sensible !== true)
    throw new EdictError('input-invalid', `\`${until}\` is no end of a delegation`, {
      where: '/until',
      expected: 'a time to come, within a year',
    });
  const people = await tx
    .selectFrom('people')
    .select(['id', 'roles'])
    .where('id', 'in', [from, to])
    .where('disabled', '=', false)
    .execute();
  if (!people.some(({ id }) => id === to)) throw new EdictError('not-found', `there is no person \`${to}\``, { where: '/to' });
  const own: readonly string[] = people.find(({ id }) => id === from)?.roles ?? [];
  const missing = roles.find((role) => !own.includes(role));
  if (missing !== undefined)
    throw new EdictError('access-denied', `\`${from}\` has no role \`${missing}\` to pass on`, { expected: own.join(', ') || 'no role' });
}

function entryOf(event: string, row: Stored, by: string): AuditEntry {
  const { id, from_person: from, to_person: to, roles, since, until } = row;
  const reason = row.reason === null ? {} : { reason: row.reason };
  return { actor: by, event, subject: `delegation/${id}`, detail: { from, to, roles, since, until, ...reason } };
}

function toDelegation({ id, from_person, to_person, roles, since, until, reason, made_at, revoked_at }: Stored): Delegation {
  return {
    id,
    from: from_person,
    to: to_person,
    roles,
    since,
    until,
    madeAt: made_at,
    ...(reason === null ? {} : { reason }),
    ...(revoked_at === null ? {} : { revokedAt: revoked_at }),
  };
}
