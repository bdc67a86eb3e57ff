/** Secrets of this installation. INVARIANT: a value leaves by `get` and `ensure` only, and is part of no audit row and no error. */
import type { Change } from './chain/change.ts';
import type { Db } from './postgres/database.ts';
import type { Secrets } from './port.ts';

export function secretsRepository(db: Db, change: Change): Secrets {
  const get = async (name: string) => (await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst())?.value;
  return {
    get,
    ensure: async (name, make) =>
      (await get(name)) ??
      (await change(async (tx, record) => {
        const made = await tx
          .insertInto('secrets')
          .values({ name, value: make() })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('value')
          .executeTakeFirst();
        if (made === undefined)
          return (await tx.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value;
        record({ actor: 'system:store', event: 'secret-made', subject: `secret/${name}`, detail: {} });
        return made.value;
      })),
  };
}
