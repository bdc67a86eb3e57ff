/** The signed bundle of each OPA point, from the worker that puts it to the API that serves it, over processes. */
import { sql } from 'kysely';
import type { BundleRow, Bundles } from './port.ts';
import type { Db } from './postgres/database.ts';
import type { Listener } from './postgres/listener.ts';

export const bundleChannel = 'edict_bundle';

export function bundlesRepository(db: Db, listener: Listener): Bundles {
  const get = (point: string): Promise<BundleRow | undefined> =>
    db.selectFrom('bundles').select(['point', 'revision', 'bytes']).where('point', '=', point).executeTakeFirst();
  const isOther = async (point: string, revision: string | undefined) =>
    (await db
      .selectFrom('bundles')
      .select('revision')
      .where('point', '=', point)
      .where('revision', 'is distinct from', revision ?? null)
      .executeTakeFirst()) !== undefined;
  return {
    put: (bundle) =>
      db.transaction().execute(async (tx) => {
        const changed = await tx
          .insertInto('bundles')
          .values(bundle)
          .onConflict((conflict) =>
            conflict
              .column('point')
              .doUpdateSet({ revision: bundle.revision, bytes: bundle.bytes, put_at: sql`clock_timestamp()` })
              .where('bundles.revision', '<>', bundle.revision),
          )
          .returning('point')
          .executeTakeFirst();
        if (changed !== undefined) await sql`select pg_notify(${bundleChannel}, md5(${bundle.point}))`.execute(tx);
      }),
    get,
    waitFor: async (point, revision, waitMs, signal) => {
      for (const end = performance.now() + waitMs; ;) {
        // Listened for before the look, so that nothing is missed between the two.
        const told = listener.next(Math.max(0, end - performance.now()), signal);
        try {
          if (await isOther(point, revision)) return await get(point);
          if (performance.now() >= end || signal?.aborted === true) return undefined;
          await told.promise;
        } finally {
          told.cancel();
        }
      }
    },
  };
}
