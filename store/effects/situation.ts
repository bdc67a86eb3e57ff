/** What an effect would find now: the settings and the inventory in force, and how much of each budget is taken, by the database's clock. */
import { sql } from 'kysely';
import type pg from 'pg';
import { escapeLiteral } from 'pg';
import type { Inventory } from '../../domain/context/inventory.ts';
import { canonicalJson, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { BudgetUse } from '../../domain/guard/decision.ts';
import { budgetsOf, defaultVersion, type CountedBudget, type GuardSettingsVersion } from '../../domain/guard/settings.ts';
import type { Db } from '../postgres/database.ts';
import { newestSettings } from './guard-settings.ts';
import type { Guard, GuardSituation } from './port-guard.ts';

type Asked = Parameters<Guard['situation']>[0];

/** The row of the one statement that asks for it. */
type Looked = {
  readonly now: string;
  readonly version: number;
  readonly digest: Digest | null;
  readonly taken: readonly Taken[];
};
type Taken = { readonly playbook: number; readonly overall: number };

/** `send` may take other statements along. */
export type Situations = (asked: Asked, send?: (statement: string) => Promise<readonly pg.QueryResultRow[]>) => Promise<GuardSituation>;

export function situations(db: Db): Situations {
  // Versions and inventories never change: the newest that was seen are right until the database says that there are newer ones.
  let known: Known = { version: defaultVersion, inventory: empty, digest: null };
  return async (asked, send = alone(db)) => {
    for (let seen = known; ; seen = known) {
      const subjects = asked.subjects(seen.inventory);
      const budgets = budgetsOf(asked.settings ?? seen.version.settings, asked.action);
      const [row] = (await send(statementFor(asked, budgets, subjects))) as readonly Looked[];
      if (row === undefined) throw new EdictError('defect', 'the database did not answer');
      const { now, version, digest, taken } = row;
      if (version === seen.version.version && digest === seen.digest) {
        const usage = budgets.flatMap((budget, index) => usesOf(budget, taken[index] ?? { playbook: 0, overall: 0 }));
        return { now, subjects, usage, settings: seen.version, inventory: seen.inventory };
      }
      known = { version: await newestSettings(db), inventory: await inventoryOf(db, digest), digest };
    }
  };
}

const alone = (db: Db) => async (statement: string) => (await sql.raw<pg.QueryResultRow>(statement).execute(db)).rows;

type Known = { readonly version: GuardSettingsVersion; readonly inventory: Inventory; readonly digest: Digest | null };

const empty: Inventory = { assets: [], zones: [] };

async function inventoryOf(db: Db, digest: Digest | null): Promise<Inventory> {
  if (digest === null) return empty;
  return (await db.selectFrom('inventories').select('document').where('digest', '=', digest).executeTakeFirstOrThrow()).document;
}

function statementFor({ playbook }: Asked, budgets: readonly CountedBudget[], subjects: readonly string[]): string {
  const counted = budgets.map(({ actions, perMs }) => ({ actions: actions.map(likePattern), seconds: perMs / 1000 }));
  const [named, run] = typeof playbook === 'string' ? [playbook, undefined] : [undefined, playbook.run];
  const values = [canonicalJson(counted), named, run, canonicalJson(subjects)];
  return `select * from guard_situation(${values.map((value) => (value === undefined ? 'null' : escapeLiteral(value))).join(', ')})`;
}

function usesOf({ name: budget, per, perPlaybook, overall }: CountedBudget, taken: Taken): readonly BudgetUse[] {
  return [
    ...(perPlaybook === undefined ? [] : [{ budget, scope: 'playbook' as const, used: taken.playbook, limit: perPlaybook, per }]),
    ...(overall === undefined ? [] : [{ budget, scope: 'overall' as const, used: taken.overall, limit: overall, per }]),
  ];
}

/** `network.*` → `network.%`; names hold no character that `like` knows but these. */
export function likePattern(pattern: string): string {
  return pattern.replaceAll('_', '\\_').replace(/\*$/u, '%');
}
