/** Outside systems: how each is reached, and under which names its secrets are stored. */
import type { Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db } from '../postgres/database.ts';
import type { SystemRow, Systems } from './port-systems.ts';
import type { Tables } from '../postgres/tables.ts';

export function systemsRepository(db: Db, change: Change): Omit<Systems, 'locked'> {
  return { ...reads(db), ...changes(change), ...findings(db, change) };
}

function reads(db: Db): Pick<Systems, 'get' | 'list'> {
  return {
    get: async (name) => {
      const row = await db.selectFrom('systems').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toRow(row);
    },
    list: async () => (await db.selectFrom('systems').selectAll().orderBy('name').execute()).map(toRow),
  };
}

function changes(change: Change): Pick<Systems, 'put' | 'remove'> {
  return {
    put: ({ name, kind, settings, secrets }, by) =>
      change(async (tx, record) => {
        const columns = { kind, settings: canonicalJson(settings), secrets: canonicalJson(secrets) };
        const found = await tx.selectFrom('systems').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
        if (found !== undefined && same(found, columns)) return toRow(found);
        const row = await tx
          .insertInto('systems')
          .values({ name, ...columns })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...columns, updated_at: now() }))
          .returningAll()
          .executeTakeFirstOrThrow();
        const detail = { kind, settings: digestOf(settings), secrets: Object.keys(secrets).toSorted() };
        record({ actor: by, event: 'system-put', subject: subjectOf(name), detail });
        return toRow(row);
      }),
    remove: (name, by) =>
      change(async (tx, record) => {
        const { numDeletedRows } = await tx.deleteFrom('systems').where('name', '=', name).executeTakeFirst();
        if (numDeletedRows === 0n) throw new EdictError('not-found', `there is no system \`${name}\``, { where: subjectOf(name) });
        record({ actor: by, event: 'system-removed', subject: subjectOf(name), detail: {} });
      }),
  };
}

function findings(db: Db, change: Change): Pick<Systems, 'prepare' | 'prepared' | 'holding'> {
  return {
    prepare: (effect, target, prepared) =>
      change(async (tx, record) => {
        const made = await tx
          .insertInto('system_effects')
          .values({ effect, target, prepared: JSON.stringify(prepared) })
          .onConflict((conflict) => conflict.column('effect').doNothing())
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows !== 0n)
          record({
            actor: `system:effect/${effect}`,
            event: 'effect-prepared',
            subject: `effect/${effect}`,
            detail: { target, prepared: digestOf(prepared) },
          });
        return (await tx.selectFrom('system_effects').select('prepared').where('effect', '=', effect).executeTakeFirstOrThrow()).prepared;
      }),
    prepared: async (effect) =>
      (await db.selectFrom('system_effects').select('prepared').where('effect', '=', effect).executeTakeFirst())?.prepared,
    holding: async (target, except) => {
      const rows = await db
        .selectFrom('system_effects')
        .innerJoin('effects', 'effects.key', 'system_effects.effect')
        .select('system_effects.prepared')
        .where('system_effects.target', '=', target)
        .where('system_effects.effect', '<>', except)
        .where('effects.status', 'in', mayHold)
        .orderBy('effects.intended_at')
        .execute();
      return rows.map(({ prepared }) => prepared);
    },
  };
}

/** Of these it is known, or cannot be ruled out, that they are in force. */
const mayHold = ['intended', 'applied', 'confirmed', 'uncertain', 'diverged'] as const;

type Stored = Selectable<Tables['systems']>;

function same(found: Stored, { kind, settings, secrets }: { readonly [column in 'kind' | 'settings' | 'secrets']: string }): boolean {
  return found.kind === kind && canonicalJson(found.settings) === settings && canonicalJson(found.secrets) === secrets;
}

function subjectOf(name: string): string {
  return `system/${name}`;
}

function toRow({ name, kind, settings, secrets, updated_at }: Stored): SystemRow {
  return { name, kind, settings, secrets, updatedAt: updated_at };
}
