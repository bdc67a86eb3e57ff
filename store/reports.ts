/** Reports as they were written; one that is stored never changes. */
import { sql } from 'kysely';
import { canonicalJson, digestOf, digestOfText } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { Change } from './chain/change.ts';
import type { Db } from './postgres/database.ts';
import { pageLimit, timeKey, toPage } from './postgres/page.ts';
import type { Reports } from './port.ts';

export function reportsRepository(db: Db, change: Change): Reports {
  return {
    save: ({ id, title, html, json }, by) =>
      change(async (tx, record) => {
        const row = { id, title, html, json: JSON.stringify(json) };
        const made = await tx
          .insertInto('reports')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (made === undefined) {
          const found = await tx.selectFrom('reports').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
          if (found.title === title && found.html === html && canonicalJson(found.json) === canonicalJson(json)) return;
          throw new EdictError('conflict', `the report \`${id}\` is stored with another content`, { where: `report/${id}` });
        }
        record({
          actor: by,
          event: 'report-saved',
          subject: `report/${id}`,
          detail: { title, html: digestOfText(html), json: digestOf(json) },
        });
      }),
    get: (id) => db.selectFrom('reports').selectAll().where('id', '=', id).executeTakeFirst(),
    list: async (page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('reports')
        .select(['id', 'title', 'at'])
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (after !== undefined) query = query.where(sql<boolean>`(at, id) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.at, row.id], item: (row) => row });
    },
  };
}
