/** Enforcement points: how each is reached, what should be in force there, and what was seen. */
import type { Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { Change } from './chain/change.ts';
import { now, type Db, type Tx } from './postgres/database.ts';
import { questionMethods } from './points/questions.ts';
import type { PointRow, Points } from './port.ts';
import type { Tables } from './postgres/tables.ts';

type Stored = Selectable<Tables['points']>;

const nothing: PointRow['desired'] = { artifact: undefined, policyVersions: [], isolations: [] };

export function pointsRepository(db: Db, change: Change): Omit<Points, 'locked'> {
  return { ...reads(db), ...changes(change), remove: removal(change), ...questionMethods(db, change) };
}

function reads(db: Db): Pick<Points, 'get' | 'list'> {
  return {
    get: async (name) => {
      const row = await db.selectFrom('points').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toRow(row);
    },
    list: async () => (await db.selectFrom('points').selectAll().orderBy('name').execute()).map(toRow),
  };
}

function changes(change: Change): Pick<Points, 'put' | 'setDesired' | 'setObserved'> {
  return {
    put: ({ name, kind, target, settings }, by) =>
      change(async (tx, record) => {
        const row = { name, kind, target, settings: canonicalJson(settings) };
        const made = await tx
          .insertInto('points')
          .values({ ...row, desired: canonicalJson(nothing), health: 'unknown' })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows === 0n) {
          const found = await lockPoint(tx, name);
          if (found.kind === kind && found.target === target && canonicalJson(found.settings) === row.settings) return;
          await tx
            .updateTable('points')
            .set({ kind, target, settings: row.settings, updated_at: now() })
            .where('name', '=', name)
            .execute();
        }
        record({ actor: by, event: 'point-put', subject: `point/${name}`, detail: { kind, target, settings: digestOf(settings) } });
      }),
    setDesired: (name, desired, by) =>
      change(async (tx, record) => {
        const found = await lockPoint(tx, name);
        if (canonicalJson(found.desired) === canonicalJson(desired)) return;
        await tx
          .updateTable('points')
          .set({ desired: canonicalJson(desired), updated_at: now() })
          .where('name', '=', name)
          .execute();
        const { artifact, policyVersions, isolations } = desired;
        record({
          actor: by,
          event: 'point-desired-set',
          subject: `point/${name}`,
          detail: { artifact: artifact ?? null, policyVersions, isolations: isolations.length, desired: digestOf(desired) },
        });
      }),
    setObserved: (name, observed, health) =>
      change(async (tx, record) => {
        const found = await lockPoint(tx, name);
        await tx
          .updateTable('points')
          .set({ observed: canonicalJson(observed), health, updated_at: now() })
          .where('name', '=', name)
          .execute();
        if (found.health === health) return;
        record({
          actor: 'system:monitor',
          event: 'point-health-changed',
          subject: `point/${name}`,
          detail: { from: found.health, to: health, observed: digestOf(observed) },
        });
      }),
  };
}

function removal(change: Change): Points['remove'] {
  return (name, by) =>
    change(async (tx, record) => {
      const { desired, kind, target } = await lockPoint(tx, name);
      if (desired.artifact !== undefined || desired.isolations.length > 0)
        throw new EdictError('conflict', `something should be in force at \`${name}\`: it is not forgotten while that is so`, {
          where: `point/${name}`,
          help: 'retire the policies, and end the isolations, first',
        });
      await tx.deleteFrom('bundles').where('point', '=', name).execute();
      await tx.deleteFrom('points').where('name', '=', name).execute();
      record({ actor: by, event: 'point-removed', subject: `point/${name}`, detail: { kind, target } });
    });
}

async function lockPoint(tx: Tx, name: string): Promise<Stored> {
  const row = await tx.selectFrom('points').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${name}\``);
  return row;
}

/** An absent artifact is left out of the JSON: it is put back, so that the shape is whole. */
function toRow({ name, kind, target, settings, desired, observed, health, updated_at, last_probe, permissions }: Stored): PointRow {
  return {
    name,
    kind,
    target,
    settings,
    desired: { ...nothing, ...desired },
    observed: observed ?? undefined,
    health,
    lastProbe: last_probe ?? undefined,
    permissions: permissions ?? undefined,
    updatedAt: updated_at,
  };
}
