/** The guard's settings by version, and how much of each budget is taken: counted in the effect ledger, by the database's clock. */
import { sql, type Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { spent, type BudgetClaim, type BudgetUse } from '../../domain/guard/decision.ts';
import {
  budgetsOf,
  defaultVersion,
  type CountedBudget,
  type GuardSettings,
  type GuardSettingsVersion,
} from '../../domain/guard/settings.ts';
import type { Change } from '../chain/change.ts';
import type { Db, Tx } from '../postgres/database.ts';
import type { Guard, GuardSituation } from '../port-guard.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['guard_settings']>;

export function guardRepository(db: Db, change: Change): Guard {
  // Versions never change: the newest that was seen is right until the database says that there is a newer one.
  let known = defaultVersion;
  const settings = async (): Promise<GuardSettingsVersion> => {
    const row = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
    known = row === undefined ? defaultVersion : toVersion(row);
    return known;
  };
  return {
    settings,
    history: async () => {
      const rows = await db.selectFrom('guard_settings').selectAll().orderBy('version', 'desc').limit(100).execute();
      return [...rows.map(toVersion), defaultVersion];
    },
    save: (input) => save(change, input),
    situation: async (asked) => {
      for (;;) {
        const seen = known;
        const { version, ...situation } = await look(db, asked.settings ?? seen.settings, asked);
        if (version === seen.version) return { ...situation, settings: seen };
        await settings();
      }
    },
  };
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

async function look(
  db: Db,
  settings: GuardSettings,
  { action, playbook, subjects }: Asked,
): Promise<Omit<GuardSituation, 'settings'> & { readonly version: number }> {
  const budgets = budgetsOf(settings, action);
  const counts = budgets.map((budget) => takenBy(budget, playbook, subjects));
  const taken = counts.length === 0 ? sql`'[]'::json` : sql`json_build_array(${sql.join(counts)})`;
  const { rows } = await sql<Looked>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
      coalesce((select max(version) from guard_settings), 0) as version,
      ${taken} as taken`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new EdictError('defect', 'the database did not answer');
  const usage = budgets.flatMap((budget, index) => usesOf(budget, row.taken[index] ?? { playbook: 0, overall: 0 }));
  return { now: row.now, version: row.version, usage };
}

type Taken = { readonly playbook: number; readonly overall: number };
type Looked = {
  readonly now: string;
  readonly version: number;
  readonly taken: readonly Taken[];
};

function usesOf({ name: budget, per, perPlaybook, overall }: CountedBudget, taken: Taken): readonly BudgetUse[] {
  return [
    ...(perPlaybook === undefined ? [] : [{ budget, scope: 'playbook' as const, used: taken.playbook, limit: perPlaybook, per }]),
    ...(overall === undefined ? [] : [{ budget, scope: 'overall' as const, used: taken.overall, limit: overall, per }]),
  ];
}

/** Subjects other than these that effects of the budget were meant for within its time; one that was refused took no place. */
function takenBy({ actions, perMs }: Pick<CountedBudget, 'actions' | 'perMs'>, playbook: string, subjects: readonly string[]) {
  return sql<Taken>`(
    select json_build_object('playbook', count(distinct subject) filter (where effects.playbook = ${playbook}), 'overall', count(distinct subject))
    from effects cross join unnest(effects.subjects) as subject
    where effects.action like any(${actions.map(likePattern)}::text[])
      and effects.intended_at > clock_timestamp() - make_interval(secs => ${perMs / 1000})
      and effects.status <> 'denied' and subject <> all(${[...subjects]}::text[])
  )`;
}

/** `network.*` → `network.%`; names hold no character that `like` knows but these. */
function likePattern(pattern: string): string {
  return pattern.replaceAll('_', '\\_').replace(/\*$/u, '%');
}

/**
 * Takes the places within the transaction of the intent, or says which budget is spent. INVARIANT: one after the other for each budget, so
 * that of two that want its last place exactly one gets it; the locks are taken in one order.
 */
export async function takePlaces(
  tx: Tx,
  {
    claims,
    playbook,
    subjects,
  }: { readonly claims: readonly BudgetClaim[]; readonly playbook: string; readonly subjects: readonly string[] },
): Promise<string | undefined> {
  const budgets = [...new Set(claims.map(({ budget }) => budget))].toSorted();
  for (const budget of budgets) await sql`select pg_advisory_xact_lock(hashtextextended(${`edict:budget:${budget}`}, 0))`.execute(tx);
  for (const budget of budgets) {
    const own = claims.filter((claim) => claim.budget === budget);
    const [first] = own;
    if (first === undefined) continue;
    const { rows } = await sql<{ taken: Taken }>`select ${takenBy(first, playbook, subjects)} as taken`.execute(tx);
    const over = own.find(({ scope, limit }) => (rows[0]?.taken[scope] ?? 0) + subjects.length > limit);
    if (over !== undefined) return spent(over, playbook);
  }
  return undefined;
}

function toVersion({ version, digest, document, saved_by, reason, saved_at }: Stored): GuardSettingsVersion {
  return { version, digest, settings: document, by: saved_by, reason: reason ?? undefined, at: saved_at };
}
