/** Passwords of local accounts (encoded hashes only), the one-time links by which they are set, and identities at a provider. */
import { randomBytes } from 'node:crypto';
import { EdictError } from '../../domain/errors.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import type { Accounts, Identities } from './port-access.ts';
import { secretHash } from './secret-hash.ts';
import { endSessions, inMs } from './sessions.ts';

export function accountsRepository(db: Db, change: Change): Accounts {
  return {
    password: (person) => passwordOf(db, person),
    any: async () => (await db.selectFrom('passwords').select('person').limit(1).executeTakeFirst()) !== undefined,
    link: async (secret) => {
      const found = await openLinks(db).where('sign_in_links.hash', '=', secretHash(secret)).executeTakeFirst();
      return found && { person: found.id, name: found.name, expiresAt: found.expires_at };
    },
    ...changes(change),
  };
}

function changes(change: Change): Pick<Accounts, 'setPassword' | 'makeLink' | 'redeem'> {
  return {
    setPassword: ({ person, encoded, by, but }) =>
      change(async (tx, record) => {
        const ended = await keepPassword(tx, { person, encoded, but });
        record({ actor: by, event: 'password-set', subject: `person/${person}`, detail: { sessionsEnded: ended } });
      }),
    makeLink: ({ person, lifeMs, by }) =>
      change(async (tx, record) => {
        const known = await tx.selectFrom('people').select('disabled').where('id', '=', person).executeTakeFirst();
        if (known === undefined) throw new EdictError('not-found', `there is no person \`${person}\``);
        if (known.disabled) throw new EdictError('conflict', `\`${person}\` is disabled`, { help: 'let them in again first' });
        const secret = randomBytes(32).toString('base64url');
        await tx.deleteFrom('sign_in_links').where('person', '=', person).execute();
        const { expires_at } = await tx
          .insertInto('sign_in_links')
          .values({ hash: secretHash(secret), person, expires_at: inMs(lifeMs) })
          .returning('expires_at')
          .executeTakeFirstOrThrow();
        record({ actor: by, event: 'sign-in-link-made', subject: `person/${person}`, detail: { expiresAt: expires_at } });
        return { secret, expiresAt: expires_at };
      }),
    redeem: (secret, encoded) =>
      change(async (tx, record) => {
        const used = await tx
          .updateTable('sign_in_links')
          .set({ used_at: now() })
          .from('people')
          .whereRef('people.id', '=', 'sign_in_links.person')
          .where('people.disabled', '=', false)
          .where('hash', '=', secretHash(secret))
          .where('used_at', 'is', null)
          .where('expires_at', '>', now())
          .returning('sign_in_links.person')
          .executeTakeFirst();
        if (used === undefined) return undefined;
        const ended = await keepPassword(tx, { person: used.person, encoded });
        record({ actor: used.person, event: 'sign-in-link-used', subject: `person/${used.person}`, detail: { sessionsEnded: ended } });
        return used.person;
      }),
  };
}

function openLinks(db: Db) {
  return db
    .selectFrom('sign_in_links')
    .innerJoin('people', 'people.id', 'sign_in_links.person')
    .select(['people.id', 'people.name', 'sign_in_links.expires_at'])
    .where('people.disabled', '=', false)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now());
}

async function passwordOf(db: Db, person: string): Promise<string | undefined> {
  const found = await db
    .selectFrom('passwords')
    .innerJoin('people', 'people.id', 'passwords.person')
    .select('encoded')
    .where('person', '=', person)
    .where('people.disabled', '=', false)
    .executeTakeFirst();
  return found?.encoded;
}

type Password = { readonly person: string; readonly encoded: string; readonly but?: string | undefined };

async function keepPassword(tx: Tx, { person, encoded, but }: Password): Promise<number> {
  await tx
    .insertInto('passwords')
    .values({ person, encoded })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ encoded, set_at: now() }))
    .execute();
  await tx.updateTable('sign_in_links').set({ used_at: now() }).where('person', '=', person).where('used_at', 'is', null).execute();
  return endSessions(tx, person, but);
}

export function identitiesRepository(db: Db, change: Change): Identities {
  return {
    find: async (issuer, subject) =>
      (await db.selectFrom('identities').select('person').where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst())
        ?.person,
    bind: (issuer, subject, person) =>
      change(async (tx, record) => {
        const bound = await tx
          .insertInto('identities')
          .values({ issuer, subject, person })
          .onConflict((conflict) => conflict.doNothing())
          .returning('person')
          .executeTakeFirst();
        if (bound === undefined) throw new EdictError('conflict', `\`${person}\` is bound to another identity at this provider`);
        record({ actor: 'system:sign-in', event: 'identity-bound', subject: `person/${person}`, detail: { issuer, identity: subject } });
      }),
  };
}
