/** What people switched off of what starts playbooks by itself. */
import type { Selectable } from 'kysely';
import type { Change } from '../chain/change.ts';
import { now, type Db } from '../postgres/database.ts';
import type { Tables } from '../postgres/tables.ts';
import type { Triggers, TriggerSwitch } from './port-triggers.ts';

export function triggersRepository(db: Db, change: Change): Triggers {
  return {
    get: async (playbook) => {
      const row = await db.selectFrom('trigger_switches').selectAll().where('playbook', '=', playbook).executeTakeFirst();
      return row && toSwitch(row);
    },
    list: async () => (await db.selectFrom('trigger_switches').selectAll().orderBy('playbook').execute()).map(toSwitch),
    set: ({ playbook, disabled, paused, reason }, by) =>
      change(async (tx, record) => {
        const found = await tx.selectFrom('trigger_switches').selectAll().where('playbook', '=', playbook).forUpdate().executeTakeFirst();
        const wanted = { disabled: disabled ?? found?.disabled ?? false, paused: paused ?? found?.paused ?? false };
        if (found && found.disabled === wanted.disabled && found.paused === wanted.paused) return toSwitch(found);
        const row = { playbook, ...wanted, changed_by: by, reason: reason ?? null };
        const made = await tx
          .insertInto('trigger_switches')
          .values(row)
          .onConflict((conflict) => conflict.column('playbook').doUpdateSet({ ...row, changed_at: now() }))
          .returningAll()
          .executeTakeFirstOrThrow();
        const detail = { ...wanted, ...(reason === undefined ? {} : { reason }) };
        record({ actor: by, event: 'playbook-triggers-switched', subject: `playbook/${playbook}`, detail });
        return toSwitch(made);
      }),
  };
}

function toSwitch({ playbook, disabled, paused, changed_by, reason, changed_at }: Selectable<Tables['trigger_switches']>): TriggerSwitch {
  return { playbook, disabled, paused, by: changed_by, reason: reason ?? undefined, at: changed_at };
}
