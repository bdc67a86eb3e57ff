/** People, their roles, and their API tokens: 256 random bits, kept as SHA-256 only. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { EdictError } from '../domain/errors.ts';
import { endSessions } from './access/sessions.ts';
import type { Change } from './chain/change.ts';
import { now, type Db } from './postgres/database.ts';
import type { People, Person, Role, TokenRow } from './port.ts';

export function peopleRepository(db: Db, change: Change): People {
  return {
    put: (person, by) =>
      change(async (tx, record) => {
        const row = { id: person.id, name: person.name, roles: [...new Set(person.roles)].sort(), disabled: person.disabled };
        const changed = await tx
          .insertInto('people')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ name: row.name, roles: row.roles, disabled: row.disabled })
              .where((eb) =>
                eb.or([
                  eb('people.name', '<>', row.name),
                  eb('people.roles', '<>', sql<Role[]>`${row.roles}`),
                  eb('people.disabled', '<>', row.disabled),
                ]),
              ),
          )
          .returning('id')
          .executeTakeFirst();
        if (changed === undefined) return;
        // Whoever is let in again signs in again.
        const ended = row.disabled ? await endSessions(tx, row.id) : 0;
        if (row.disabled) await tx.deleteFrom('sign_in_links').where('person', '=', row.id).execute();
        record({
          actor: by,
          event: 'person-put',
          subject: `person/${person.id}`,
          detail: { roles: row.roles, disabled: row.disabled, ...(ended === 0 ? {} : { sessionsEnded: ended }) },
        });
      }),
    get: (id) => db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst(),
    list: () => db.selectFrom('people').selectAll().orderBy('id').execute(),
    issueToken: ({ person, label, by }) =>
      change(async (tx, record) => {
        const id = randomBytes(8).toString('hex');
        const secret = `edict_${randomBytes(32).toString('base64url')}`;
        await tx
          .insertInto('tokens')
          .values({ id, person, label, hash: tokenHash(secret) })
          .execute();
        record({ actor: by, event: 'token-issued', subject: `person/${person}`, detail: { token: id, label } });
        return { id, secret };
      }),
    revokeToken: (id, by, person) =>
      change(async (tx, record) => {
        const token = await tx.selectFrom('tokens').select(['person', 'revoked_at']).where('id', '=', id).forUpdate().executeTakeFirst();
        if (token === undefined || (person !== undefined && token.person !== person))
          throw new EdictError('not-found', `there is no token \`${id}\``);
        if (token.revoked_at !== null) return;
        await tx.updateTable('tokens').set({ revoked_at: now() }).where('id', '=', id).execute();
        record({ actor: by, event: 'token-revoked', subject: `person/${token.person}`, detail: { token: id } });
      }),
    tokens: (person) => tokensOf(db, person),
    authenticate: (secret) => authenticate(db, secret),
  };
}

async function tokensOf(db: Db, person: string): Promise<readonly TokenRow[]> {
  const rows = await db
    .selectFrom('tokens')
    .select(['id', 'label', 'created_at', 'revoked_at'])
    .where('person', '=', person)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(({ id, label, created_at, revoked_at }) => ({ id, label, madeAt: created_at, revokedAt: revoked_at ?? undefined }));
}

/** Only the hash of what a stranger sent goes to the database. */
async function authenticate(db: Db, secret: string): Promise<Person | undefined> {
  if (secret.length > 200) return undefined;
  return await db
    .selectFrom('tokens')
    .innerJoin('people', 'people.id', 'tokens.person')
    .select(['people.id', 'people.name', 'people.roles', 'people.disabled'])
    .where('tokens.hash', '=', tokenHash(secret))
    .where('tokens.revoked_at', 'is', null)
    .where('people.disabled', '=', false)
    .executeTakeFirst();
}

function tokenHash(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}
