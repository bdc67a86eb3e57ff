/** The guard's settings by version, and how much of each budget is taken: counted in the effect ledger, by the database's clock. */
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Inventory } from '../../domain/context/inventory.ts';
import { canonicalJson, digestOf, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { BudgetUse } from '../../domain/guard/decision.ts';
import { budgetsOf, defaultVersion, type CountedBudget, type GuardSettingsVersion } from '../../domain/guard/settings.ts';
import type { Change } from '../chain/change.ts';
import type { Db } from '../postgres/database.ts';
import type { Guard, GuardSituation } from './port-guard.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['guard_settings']>;

export function guardRepository(db: Db, change: Change): Guard {
  // Versions and inventories never change: the newest that was seen are right until the database says that there are newer ones.
  let known: Known = { version: defaultVersion, inventory: empty, digest: null };
  const settings = async (): Promise<GuardSettingsVersion> => {
    const version = await newestSettings(db);
    known = { ...known, version };
    return version;
  };
  return {
    settings,
    history: async () => {
      const rows = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(100).execute();
      return [...rows.map(toVersion), defaultVersion];
    },
    save: (input) => save(change, input),
    situation: async (asked) => {
      for (let seen = known; ; seen = known) {
        const { version, digest, ...situation } = await look(db, seen, asked);
        if (version === seen.version.version && digest === seen.digest)
          return { ...situation, settings: seen.version, inventory: seen.inventory };
        known = { version: await newestSettings(db), inventory: await inventoryOf(db, digest), digest };
      }
    },
  };
}

type Known = { readonly version: GuardSettingsVersion; readonly inventory: Inventory; readonly digest: Digest | null };

const empty: Inventory = { assets: [], zones: [] };

async function newestSettings(db: Db): Promise<GuardSettingsVersion> {
  const row = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? defaultVersion : toVersion(row);
}

async function inventoryOf(db: Db, digest: Digest | null): Promise<Inventory> {
  if (digest === null) return empty;
  return (await db.selectFrom('inventories').select('document').where('digest', '=', digest).executeTakeFirstOrThrow()).document;
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

type Asked = Parameters<Guard['situation']>[0];

type Look = Omit<GuardSituation, 'settings' | 'inventory'> & { readonly version: number; readonly digest: Digest | null };

async function look(db: Db, { version, inventory }: Known, { action, playbook, subjects: named, settings }: Asked): Promise<Look> {
  const subjects = named(inventory);
  const budgets = budgetsOf(settings ?? version.settings, action);
  const name = typeof playbook === 'string' ? sql`${playbook}` : sql`(select playbook from runs where run = ${playbook.run})`;
  const counts = budgets.map((budget) => takenBy(budget, name, subjects));
  const taken = counts.length === 0 ? sql`'[]'::json` : sql`json_build_array(${sql.join(counts)})`;
  const { rows } = await sql<Looked>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
      coalesce((select max(version) from guard_settings), 0) as version,
      (select digest from inventories order by saved_at desc limit 1) as digest,
      ${taken} as taken`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new EdictError('defect', 'the database did not answer');
  const usage = budgets.flatMap((budget, index) => usesOf(budget, row.taken[index] ?? { playbook: 0, overall: 0 }));
  return { now: row.now, version: row.version, digest: row.digest, subjects, usage };
}

type Taken = { readonly playbook: number; readonly overall: number };
type Looked = {
  readonly now: string;
  readonly version: number;
  readonly digest: Digest | null;
  readonly taken: readonly Taken[];
};

function usesOf({ name: budget, per, perPlaybook, overall }: CountedBudget, taken: Taken): readonly BudgetUse[] {
  return [
    ...(perPlaybook === undefined ? [] : [{ budget, scope: 'playbook' as const, used: taken.playbook, limit: perPlaybook, per }]),
    ...(overall === undefined ? [] : [{ budget, scope: 'overall' as const, used: taken.overall, limit: overall, per }]),
  ];
}

/** Subjects other than these that effects of the budget were meant for within its time; one that was refused took no place. */
function takenBy({ actions, perMs }: Pick<CountedBudget, 'actions' | 'perMs'>, playbook: RawBuilder<unknown>, subjects: readonly string[]) {
  return sql<Taken>`(
    select json_build_object('playbook', count(distinct subject) filter (where effects.playbook = ${playbook}), 'overall', count(distinct subject))
    from effects cross join unnest(effects.subjects) as subject
    where effects.action like any(${actions.map(likePattern)}::text[])
      and effects.intended_at > clock_timestamp() - make_interval(secs => ${perMs / 1000})
      and effects.status <> 'denied' and subject <> all(${[...subjects]}::text[])
  )`;
}

/** `network.*` → `network.%`; names hold no character that `like` knows but these. */
export function likePattern(pattern: string): string {
  return pattern.replaceAll('_', '\\_').replace(/\*$/u, '%');
}

function toVersion({ version, digest, document, saved_by, reason, saved_at }: Stored): GuardSettingsVersion {
  return { version, digest, settings: document, by: saved_by, reason: reason ?? undefined, at: saved_at };
}
