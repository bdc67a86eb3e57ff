/** What people say about an approval beside their votes, and what was decided before of the same kind. */
import { sql } from 'kysely';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalComment } from '../../domain/playbook/approval.ts';
import type { Change } from '../chain/change.ts';
import type { Db } from '../postgres/database.ts';
import type { Approvals } from '../port.ts';

/** Newest decided approvals that are looked through. */
const lookedThrough = 2_000;
const mostComments = 500;

export function talk(db: Db, change: Change): Pick<Approvals, 'comment' | 'comments' | 'similarTo'> {
  return {
    comment: (approval, text, by) =>
      change(async (tx, record) => {
        const known = await tx.selectFrom('approvals').select('id').where('id', '=', approval).forShare().executeTakeFirst();
        if (known === undefined) throw new EdictError('not-found', `there is no approval \`${approval}\``);
        const { id, made_at } = await tx
          .insertInto('approval_comments')
          .values({ approval, author: by, body: text })
          .returning(['id', 'made_at'])
          .executeTakeFirstOrThrow();
        record({ actor: by, event: 'approval-commented', subject: `approval/${approval}`, detail: { comment: id } });
        return { id, by, text, at: made_at };
      }),
    comments: async (approval) => {
      const rows = await db
        .selectFrom('approval_comments')
        .selectAll()
        .where('approval', '=', approval)
        .orderBy('id', 'desc')
        .limit(mostComments)
        .execute();
      return rows.toReversed().map(({ id, author, body, made_at }): ApprovalComment => ({ id, by: author, text: body, at: made_at }));
    },
    similarTo: (approval, limit) => similarTo(db, approval, limit),
  };
}

/** The same step of the same playbook first, then any that shares an action; newest first in each. */
async function similarTo(db: Db, approval: string, limit: number): ReturnType<Approvals['similarTo']> {
  const { rows } = await sql<{ id: string; same_step: boolean; outcome: string | null }>`
    with asked as (
      select id, plan::jsonb as plan from approvals where id = ${approval}
    ), decided as (
      select id, run, opened_at, plan::jsonb as plan from approvals
      where status in ('approved', 'denied', 'expired') and id <> ${approval} order by opened_at desc limit ${lookedThrough}
    )
    select decided.id, runs.outcome,
      decided.plan->>'playbook' = asked.plan->>'playbook' and decided.plan->>'step' = asked.plan->>'step' as same_step
    from asked, decided left join runs on runs.run = decided.run
    where (decided.plan->>'playbook' = asked.plan->>'playbook' and decided.plan->>'step' = asked.plan->>'step')
      or jsonb_path_query_array(decided.plan, '$.effects[*].action') ?| array(
        select jsonb_array_elements_text(jsonb_path_query_array(asked.plan, '$.effects[*].action')))
    order by same_step desc, decided.opened_at desc, decided.id limit ${limit}`.execute(db);
  return rows.map(({ id, same_step, outcome }) => ({ id, sameStep: same_step, outcome: outcome ?? undefined }));
}
