/** Reviews of glass that was broken: opened with the deed (break-glass.ts), closed by others. One that was rejected takes the approval's force away. */
import { sql, type Selectable } from 'kysely';
import { EdictError } from '../../domain/errors.ts';
import type { Review } from '../../domain/playbook/approval.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Reviews } from '../port.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['approval_reviews']> & { readonly overdue: boolean };

const oncePass = 100;
const isOverdue = sql<boolean>`(status = 'open' and due_at <= clock_timestamp())`;

export function reviewsRepository(db: Db, change: Change): Reviews {
  return { ...reads(db), ...changes(change) };
}

const selectReviews = (db: Db) => db.selectFrom('approval_reviews').selectAll().select(isOverdue.as('overdue'));

/** The reviews of these approvals. */
export async function reviewsOf(db: Db, approvals: readonly string[]): Promise<readonly Review[]> {
  if (approvals.length === 0) return [];
  return (await selectReviews(db).where('approval', 'in', approvals).execute()).map(toReview);
}

function reads(db: Db): Pick<Reviews, 'get' | 'list' | 'unraised'> {
  return {
    get: async (id) => {
      const row = await selectReviews(db).where('id', '=', id).executeTakeFirst();
      return row && toReview(row);
    },
    list: async ({ status, overdue }, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = selectReviews(db)
        .orderBy('opened_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (status !== undefined) query = query.where('status', '=', status);
      if (overdue === true) query = query.where(isOverdue);
      if (after !== undefined) query = query.where(sql<boolean>`(opened_at, id) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.opened_at, row.id], item: toReview });
    },
    unraised: async () =>
      (await selectReviews(db).where(isOverdue).where('raised_at', 'is', null).orderBy('due_at').limit(oncePass).execute()).map(toReview),
  };
}

function changes(change: Change): Pick<Reviews, 'close' | 'raised'> {
  return {
    close: ({ id, verdict, comment, by }) =>
      change(async (tx, record) => {
        const found = await lockReview(tx, id);
        await requireOther(tx, found, by);
        if (found.status !== 'open')
          throw new EdictError('review-closed', `the review \`${id}\` was ${found.status} by \`${found.closed_by ?? ''}\``, {
            where: `review/${id}`,
          });
        const status = verdict === 'accept' ? ('accepted' as const) : ('rejected' as const);
        await tx.updateTable('approval_reviews').set({ status, comment, closed_by: by, closed_at: now() }).where('id', '=', id).execute();
        const { approval, run, by_person: of, overdue } = found;
        record({ actor: by, event: `review-${status}`, subject: `review/${id}`, detail: { approval, run, of, comment, overdue } });
        return toReview(await selectReviews(tx).where('id', '=', id).executeTakeFirstOrThrow());
      }),
    raised: (id, incident) =>
      change(async (tx, record) => {
        const found = await lockReview(tx, id);
        if (found.raised_at !== null) return;
        await tx.updateTable('approval_reviews').set({ raised_at: now() }).where('id', '=', id).execute();
        const { approval, run, due_at: due } = found;
        record({ actor: 'system:approvals', event: 'review-overdue', subject: `review/${id}`, detail: { approval, run, due, incident } });
      }),
  };
}

async function lockReview(tx: Tx, id: string): Promise<Stored> {
  await tx.selectFrom('approval_reviews').select('id').where('id', '=', id).forUpdate().execute();
  const row = await selectReviews(tx).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no review \`${id}\``);
  return row;
}

/** Nobody judges their own deed, nor what was done at their own request. */
async function requireOther(tx: Tx, { approval, by_person: breaker }: Stored, by: string): Promise<void> {
  const { excluded } = await tx.selectFrom('approvals').select('excluded').where('id', '=', approval).executeTakeFirstOrThrow();
  if (by !== breaker && !excluded.includes(by)) return;
  throw new EdictError('access-denied', `\`${by}\` ${by === breaker ? 'broke the glass' : 'asked for the run'} and does not review it`, {
    expected: 'somebody else',
  });
}

function toReview(row: Stored): Review {
  const { id, approval, run, by_person, reason, opened_at, due_at, status, overdue, closed_by, comment, closed_at } = row;
  return {
    id,
    approval,
    run,
    by: by_person,
    reason,
    openedAt: opened_at,
    dueAt: due_at,
    status,
    overdue,
    ...(closed_by === null ? {} : { closedBy: closed_by }),
    ...(comment === null ? {} : { comment }),
    ...(closed_at === null ? {} : { closedAt: closed_at }),
  };
}
