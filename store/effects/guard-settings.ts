/** The guard's settings by version. */
import { sql, type Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { defaultVersion, type GuardSettingsVersion } from '../../domain/guard/settings.ts';
import type { Change } from '../chain/change.ts';
import type { Db } from '../postgres/database.ts';
import type { Tables } from '../postgres/tables.ts';
import type { Guard } from './port-guard.ts';
import type { Situations } from './situation.ts';

type Stored = Selectable<Tables['guard_settings']>;

export function guardRepository(db: Db, change: Change, situation: Situations): Guard {
  return {
    settings: () => newestSettings(db),
    history: async () => {
      const rows = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(100).execute();
      return [...rows.map(toVersion), defaultVersion];
    },
    save: (input) => save(change, input),
    situation: (asked) => situation(asked),
  };
}

export async function newestSettings(db: Db): Promise<GuardSettingsVersion> {
  const row = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? defaultVersion : toVersion(row);
}

function save(change: Change, { settings, replaces, reason, by }: Parameters<Guard['save']>[0]): Promise<GuardSettingsVersion> {
  return change(async (tx, record) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('edict:guard-settings', 0))`.execute(tx);
    const newest = await tx.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
    const before = newest === undefined ? defaultVersion : toVersion(newest);
    const digest = digestOf(settings);
    if (digest === before.digest) return before;
    if (replaces !== undefined && replaces !== before.version)
      throw new EdictError('conflict', `version ${before.version} of the guard's settings is in force, not ${replaces}`, {
        help: 'look at what is in force now, and set yours again',
      });
    const row = { version: before.version + 1, digest, document: canonicalJson(settings), saved_by: by, reason: reason ?? null };
    const made = await tx.insertInto('guard_settings').values(row).returningAll().executeTakeFirstOrThrow();
    record({
      actor: by,
      event: 'guard-settings-saved',
      subject: 'guard/settings',
      detail: { version: row.version, digest, replaces: before.digest, ...(reason === undefined ? {} : { reason }) },
    });
    return toVersion(made);
  });
}

function toVersion({ version, digest, document, saved_by, reason, saved_at }: Stored): GuardSettingsVersion {
  return { version, digest, settings: document, by: saved_by, reason: reason ?? undefined, at: saved_at };
}
