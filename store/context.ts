/** What is known of the network: inventory, connections, identity events, indicators, decisions. Facts are added once an id, in batches. */
import { sql } from 'kysely';
import type { Inventory } from '../domain/context/inventory.ts';
import { canonicalJson, digestOf, type Digest } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { AuditEntry } from './chain/append.ts';
import type { Change } from './chain/change.ts';
import { now, type Db, type Tx } from './postgres/database.ts';
import { checkInstant } from './postgres/instant.ts';
import { contextLists } from './context/lists.ts';
import type { AccessDecisionEvent, DecisionEvent } from '../domain/context/event.ts';
import type { Context, DecisionFilter } from './port.ts';

/** Rows of one statement: 100,000 connections are 20 statements in one transaction. */
const batchRows = 5000;
const defaultLimit = 100_000;
const empty: Inventory = { assets: [], zones: [] };

type FactTable = 'connections' | 'identity_events' | 'indicators' | 'decisions';

type Fact = { readonly id: string; readonly document: object };

/** Columns next to the document that each table is looked up by, as a record type of PostgreSQL. */
const columns: { readonly [table in FactTable]: { readonly names: string; readonly types: string } } = {
  connections: {
    names: 'id, at, from_address, to_address, document',
    types: 'id text, at timestamptz, from_address text, to_address text, document json',
  },
  identity_events: { names: 'id, at, document', types: 'id text, at timestamptz, document json' },
  indicators: { names: 'id, value, document', types: 'id text, value text, document json' },
  decisions: { names: 'id, at, point, document', types: 'id text, at timestamptz, point text, document json' },
};

export function contextRepository(db: Db, change: Change): Context {
  const audited = (table: FactTable, by: string, rows: () => readonly Fact[]) =>
    change(async (tx, record) => {
      const facts = rows();
      const added = await addFacts(tx, table, facts);
      if (added > 0) record(contextEntry(by, `${table.replace('_', '-')}-added`, { given: facts.length, added }));
      return { added };
    });
  return {
    ...inventoryMethods(db, change),
    ...contextLists(db),
    addConnections: (items, by) =>
      audited('connections', by, () =>
        items.map((item) => ({
          id: item.id,
          at: checkInstant(item.at, item.id),
          from_address: item.from,
          to_address: item.to,
          document: item,
        })),
      ),
    addIdentityEvents: (items, by) =>
      audited('identity_events', by, () => items.map((item) => ({ id: item.id, at: checkInstant(item.at, item.id), document: item }))),
    addIndicators: (items, by) =>
      audited('indicators', by, () => items.map((item) => ({ id: item.id, value: item.value, document: item }))),
    addDecisions: (items) =>
      db.transaction().execute(async (tx) => ({
        added: await addFacts(
          tx,
          'decisions',
          items.map((item) => ({ id: item.id, at: checkInstant(item.at, item.id), point: item.point, document: item })),
        ),
      })),
    connections: async ({ since, address, limit } = {}) => {
      let query = db.selectFrom('connections').select('document').orderBy('at', 'desc').orderBy('id', 'desc').limit(checkLimit(limit));
      if (since !== undefined) query = query.where('at', '>=', checkInstant(since, 'since'));
      if (address !== undefined) query = query.where((eb) => eb.or([eb('from_address', '=', address), eb('to_address', '=', address)]));
      return (await query.execute()).map((row) => row.document).toReversed();
    },
    identityEvents: async ({ since, limit } = {}) => {
      let query = db.selectFrom('identity_events').select('document').orderBy('at', 'desc').orderBy('id', 'desc').limit(checkLimit(limit));
      if (since !== undefined) query = query.where('at', '>=', checkInstant(since, 'since'));
      return (await query.execute()).map((row) => row.document).toReversed();
    },
    findIndicators: async (value) =>
      (await db.selectFrom('indicators').select('document').where('value', '=', value).orderBy('id').execute()).map((row) => row.document),
    decisions: async (filter) => (await decisionDocuments(db, filter, false)) as readonly DecisionEvent[],
    accessDecisions: async (filter) => (await decisionDocuments(db, filter, true)) as readonly AccessDecisionEvent[],
    counts: () => counts(db),
  };
}

/** Newest last. Those on connections bear no kind. */
async function decisionDocuments(db: Db, { since, point, limit }: DecisionFilter = {}, isOfAccess: boolean) {
  const kind = sql`document ->> 'kind'`;
  let query = db
    .selectFrom('decisions')
    .select('document')
    .where(kind, isOfAccess ? 'is not' : 'is', null)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(checkLimit(limit));
  if (since !== undefined) query = query.where('at', '>=', checkInstant(since, 'since'));
  if (point !== undefined) query = query.where('point', '=', point);
  return (await query.execute()).map((row) => row.document).toReversed();
}

/** The document of a digest never changes, so that it is read and parsed once; only the digest in force is asked for. */
function inventoryMethods(db: Db, change: Change): Pick<Context, 'saveInventory' | 'inventory'> {
  let known: { readonly digest: Digest; readonly inventory: Inventory } | undefined;
  return {
    saveInventory: (inventory, by) =>
      change(async (tx, record) => {
        const digest = digestOf(inventory);
        await tx
          .insertInto('inventories')
          .values({ digest, document: canonicalJson(inventory), saved_at: now() })
          .onConflict((conflict) => conflict.column('digest').doUpdateSet({ saved_at: now() }))
          .execute();
        const { assets, zones, entities = [] } = inventory;
        record(contextEntry(by, 'inventory-saved', { digest, assets: assets.length, zones: zones.length, entities: entities.length }));
        return { digest };
      }),
    inventory: async () => {
      const latest = await db.selectFrom('inventories').select('digest').orderBy('saved_at', 'desc').limit(1).executeTakeFirst();
      if (latest === undefined) return empty;
      if (known?.digest !== latest.digest) {
        const { document } = await db
          .selectFrom('inventories')
          .select('document')
          .where('digest', '=', latest.digest)
          .executeTakeFirstOrThrow();
        known = { digest: latest.digest, inventory: document };
      }
      return known.inventory;
    },
  };
}

async function addFacts(tx: Tx, table: FactTable, facts: readonly Fact[]): Promise<number> {
  const { names, types } = columns[table];
  // In the order of ids, so that two loads of the same facts wait for each other instead of locking each other out.
  const ordered = facts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  let added = 0;
  for (let start = 0; start < ordered.length; start += batchRows) {
    const batch = JSON.stringify(ordered.slice(start, start + batchRows));
    const insert = sql`insert into ${sql.table(table)} (${sql.raw(names)}) select ${sql.raw(names)} from json_to_recordset(${batch}::json) as fact(${sql.raw(types)}) on conflict (id) do nothing`;
    added += Number((await insert.execute(tx)).numAffectedRows ?? 0);
  }
  return added;
}

async function counts(db: Db): ReturnType<Context['counts']> {
  const { rows } = await sql<{
    assets: number;
    zones: number;
    connections: number;
    identityEvents: number;
    indicators: number;
    decisions: number;
  }>`
    select
      coalesce((select json_array_length(document -> 'assets') from inventories order by saved_at desc limit 1), 0) as assets,
      coalesce((select json_array_length(document -> 'zones') from inventories order by saved_at desc limit 1), 0) as zones,
      (select count(*) from connections) as connections,
      (select count(*) from identity_events) as "identityEvents",
      (select count(*) from indicators) as indicators,
      (select count(*) from decisions) as decisions`.execute(db);
  return rows[0] ?? { assets: 0, zones: 0, connections: 0, identityEvents: 0, indicators: 0, decisions: 0 };
}

function checkLimit(limit = defaultLimit): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000_000) return limit;
  throw new EdictError('input-invalid', `the limit \`${String(limit).slice(0, 30)}\` is out of range`, {
    where: 'limit',
    expected: '1 to 1000000',
  });
}

function contextEntry(actor: string, event: string, detail: AuditEntry['detail']): AuditEntry {
  return { actor, event, subject: 'context', detail };
}
