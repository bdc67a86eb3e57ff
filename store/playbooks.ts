/** Published playbooks: the source that people wrote and the plan that it compiled to, immutable for each version. */
import { sql } from 'kysely';
import { EdictError } from '../domain/errors.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { Change } from './chain/change.ts';
import type { Db, Tx } from './postgres/database.ts';
import type { PlaybookRow, Playbooks } from './port.ts';

/** By the numbers of the version, whenever it was published. */
const newestFirst = sql`string_to_array(version, '.')::int[] desc`;

const isFollowing = (playbook: string) => sql<boolean>`follows @> array[${playbook}]::text[]`;

function followsOf({ triggers }: Plan): string[] {
  return triggers.flatMap((trigger) => (trigger.kind === 'playbook' ? [trigger.playbook] : []));
}

export function playbooksRepository(db: Db, change: Change): Playbooks {
  // Of each playbook the newest version, as it was last listed: a version never changes, so that only new ones are read.
  let listed: ReadonlyMap<string, PlaybookRow> = new Map();
  return {
    publish: (input, by) => publish(change, input, by),
    versions: async (playbook) => {
      const columns = ['playbook', 'version', 'digest', 'published_at'] as const;
      const rows = await db.selectFrom('playbooks').select(columns).where('playbook', '=', playbook).orderBy(newestFirst).execute();
      return rows.map(({ published_at, ...row }) => ({ ...row, publishedAt: published_at }));
    },
    get: async (playbook, version) => {
      let query = db.selectFrom('playbooks').selectAll().where('playbook', '=', playbook).orderBy(newestFirst).limit(1);
      if (version !== undefined) query = query.where('version', '=', version);
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    byDigest: async (digest) => {
      const row = await db
        .selectFrom('playbooks')
        .selectAll()
        .where('digest', '=', digest)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toRow(row);
    },
    following: async (playbook) => {
      const [any] = await db.selectFrom('playbooks').select('playbook').where(isFollowing(playbook)).limit(1).execute();
      if (!any) return [];
      const newest = db.selectFrom('playbooks').distinctOn('playbook').selectAll().orderBy('playbook').orderBy(newestFirst);
      return (await db.selectFrom(newest.as('newest')).selectAll().where(isFollowing(playbook)).orderBy('playbook').execute()).map(toRow);
    },
    list: async () => {
      const newest = await db
        .selectFrom('playbooks')
        .distinctOn('playbook')
        .select(['playbook', 'digest', 'seq'])
        .orderBy('playbook')
        .orderBy(newestFirst)
        .execute();
      const unknown = newest.filter(({ digest }) => !listed.has(digest)).map(({ seq }) => seq);
      const read = unknown.length === 0 ? [] : await db.selectFrom('playbooks').selectAll().where('seq', 'in', unknown).execute();
      const rows = new Map([...listed, ...read.map((row) => [row.digest, toRow(row)] as const)]);
      const found = newest.flatMap(({ digest }) => rows.get(digest) ?? []);
      listed = new Map(found.map((row) => [row.digest, row]));
      return found;
    },
  };
}

function publish(change: Change, { source, plan, tests = null }: PublishInput, by: string): Promise<PlaybookRow> {
  return change(async (tx, record) => {
    const { playbook, version, digest } = plan;
    const row = { playbook, version, digest, source, plan: JSON.stringify(plan), follows: followsOf(plan), tests };
    const made = await tx
      .insertInto('playbooks')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (made !== undefined) {
      record({ actor: by, event: 'playbook-published', subject: `playbook/${playbook}`, detail: { version, digest } });
      return toRow(made);
    }
    const found = await tx
      .selectFrom('playbooks')
      .selectAll()
      .where('playbook', '=', playbook)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    if (found.source === source && found.digest === digest) return await addTests(tx, found, tests);
    throw new EdictError('conflict', `version \`${version}\` of the playbook \`${playbook}\` is published with another content`, {
      help: 'give the changed playbook a new version',
    });
  });
}

type PublishInput = { readonly source: string; readonly plan: Plan; readonly tests?: string | null | undefined };

async function addTests(tx: Tx, found: Stored, tests: string | null): Promise<PlaybookRow> {
  if (tests === null || found.tests !== null) return toRow(found);
  await tx.updateTable('playbooks').set({ tests }).where('playbook', '=', found.playbook).where('version', '=', found.version).execute();
  return toRow({ ...found, tests });
}

type Stored = { playbook: string; version: string; digest: string; source: string; plan: Plan; published_at: string; tests: string | null };

function toRow({ playbook, version, digest, source, plan, published_at, tests }: Stored): PlaybookRow {
  return { playbook, version, digest, source, plan, publishedAt: published_at, tests: tests ?? undefined };
}
