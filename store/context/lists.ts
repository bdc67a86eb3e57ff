/** Lists of what was recorded of the network. */
import { sql, type RawBuilder } from 'kysely';
import { checkInstant } from '../postgres/instant.ts';
import type { Db } from '../postgres/database.ts';
import { pageLimit, textKey, timeKey, toPage } from '../postgres/page.ts';
import type { ConnectionFilter, ContextLists } from './port-lists.ts';

export function contextLists(db: Db): ContextLists {
  return {
    connectionPage: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db.selectFrom('connections').selectAll().orderBy('at', 'desc').orderBy('id', 'desc');
      for (const condition of conditionsOf(filter)) query = query.where(condition);
      if (after !== undefined) query = query.where(sql<boolean>`(at, id) < (${after.at}::timestamptz, ${after.id})`);
      const rows = await query.limit(limit + 1).execute();
      return toPage({ rows, limit, key: ({ at, id }) => [at, id], item: ({ document }) => document });
    },
    connectionsById: async (ids) => {
      if (ids.length === 0) return [];
      const query = db.selectFrom('connections').select('document').orderBy('at').orderBy('id');
      return (await query.where(sql<boolean>`id = any(${[...ids]})`).execute()).map(({ document }) => document);
    },
    indicatorPage: async ({ text, type, seen }, page) => {
      const [limit, after] = [pageLimit(page), textKey(page)];
      let query = db.selectFrom('indicators').selectAll().orderBy('value').orderBy('id');
      if (text !== undefined)
        query = query.where(
          sql<boolean>`(position(lower(${text}) in lower(value)) > 0 or position(lower(${text}) in lower(document ->> 'name')) > 0)`,
        );
      if (type !== undefined) query = query.where(sql<boolean>`document ->> 'type' = ${type}`);
      if (seen === true) query = query.where(isSeen);
      if (after !== undefined) query = query.where(sql<boolean>`(value, id) > (${after.text}, ${after.id})`);
      const rows = await query.limit(limit + 1).execute();
      return toPage({ rows, limit, key: ({ value, id }) => [value, id], item: ({ document }) => document });
    },
    identityPage: async ({ text }, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db.selectFrom('identity_events').selectAll().orderBy('at', 'desc').orderBy('id', 'desc');
      if (text !== undefined) query = query.where(sql<boolean>`position(lower(${text}) in lower(document::text)) > 0`);
      if (after !== undefined) query = query.where(sql<boolean>`(at, id) < (${after.at}::timestamptz, ${after.id})`);
      const rows = await query.limit(limit + 1).execute();
      return toPage({ rows, limit, key: ({ at, id }) => [at, id], item: ({ document }) => document });
    },
  };
}

const isSeen = sql<boolean>`(position('/' in value) > 0
  or exists (select 1 from connections where from_address = indicators.value)
  or exists (select 1 from connections where to_address = indicators.value))`;

function conditionsOf({ ends, from, to, protocol, port, since, until }: ConnectionFilter): readonly RawBuilder<boolean>[] {
  const oneOf = (column: 'from_address' | 'to_address', addresses: readonly string[]) =>
    sql<boolean>`${sql.ref(column)} = any(${[...addresses]})`;
  return [
    ...(ends === undefined ? [] : [sql<boolean>`(${oneOf('from_address', ends)} or ${oneOf('to_address', ends)})`]),
    ...(from === undefined ? [] : [oneOf('from_address', from)]),
    ...(to === undefined ? [] : [oneOf('to_address', to)]),
    ...(protocol === undefined ? [] : [sql<boolean>`document ->> 'protocol' = ${protocol}`]),
    ...(port === undefined ? [] : [sql<boolean>`(document ->> 'port')::int = ${port}::int`]),
    ...(since === undefined ? [] : [sql<boolean>`at >= ${checkInstant(since, 'since')}::timestamptz`]),
    ...(until === undefined ? [] : [sql<boolean>`at <= ${checkInstant(until, 'until')}::timestamptz`]),
  ];
}
