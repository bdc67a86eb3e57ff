/** Views that people keep for themselves: a screen with its filters, under a name. No part of the chain: nothing follows from them. */
import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Db } from '../postgres/database.ts';
import type { Views } from './port-incidents.ts';

const viewsMost = 50;

export function viewsRepository(db: Db): Views {
  return {
    list: async (owner) => {
      const rows = await db.selectFrom('saved_views').selectAll().where('owner', '=', owner).orderBy('name').execute();
      return rows.map(({ id, screen, name, query, made_at }) => ({ id, screen, name, query, madeAt: made_at }));
    },
    put: async (owner, { screen, name, query }) => {
      const { count } = await db
        .selectFrom('saved_views')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('owner', '=', owner)
        .executeTakeFirstOrThrow();
      if (count >= viewsMost)
        throw new EdictError('conflict', 'no more views can be kept', { expected: `at most ${viewsMost}`, help: 'remove one' });
      const row = { id: `view-${randomBytes(6).toString('hex')}`, owner, screen, name, query: canonicalJson(query) };
      const stored = await db
        .insertInto('saved_views')
        .values(row)
        .onConflict((conflict) => conflict.columns(['owner', 'screen', 'name']).doUpdateSet({ query: row.query }))
        .returningAll()
        .executeTakeFirstOrThrow();
      return { id: stored.id, screen, name, query: stored.query, madeAt: stored.made_at };
    },
    remove: async (owner, id) => {
      const { numDeletedRows } = await db.deleteFrom('saved_views').where('id', '=', id).where('owner', '=', owner).executeTakeFirst();
      if (numDeletedRows === 0n) throw new EdictError('not-found', `you have no view \`${id}\``);
    },
  };
}
