/** Facts that compliance is judged by, read in one statement for each noun. What speaks against a need comes first, so that no limit hides it. */
import { sql, type RawBuilder } from 'kysely';
import type { ApprovalFact, EffectFact, IncidentFact, PlaybookFact, PointFact, PolicyFact, Sample } from '../../domain/compliance/facts.ts';
import type { Db } from '../postgres/database.ts';
import { checkInstant } from '../postgres/instant.ts';
import type { Compliance } from './port-compliance.ts';

/** Rows of one noun that are looked at one by one. */
const sampled = 500;

export function complianceRepository(db: Db): Compliance {
  return {
    facts: async (given) => {
      const since = checkInstant(given, 'since');
      const [policies, playbooks, points, approvals, incidents, effects, rest] = await Promise.all([
        policiesOf(db),
        playbooksOf(db, since),
        pointsOf(db),
        approvalsOf(db, since),
        incidentsOf(db, since),
        effectsOf(db, since),
        restOf(db, since),
      ]);
      return { since, policies, playbooks, points, approvals, incidents, effects, ...rest };
    },
  };
}

/** JSON made by PostgreSQL has times of another form than its columns: the same text, whichever way one comes. */
const instant = (time: RawBuilder<unknown>): RawBuilder<string> =>
  sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const approvalFact = sql<ApprovalFact>`json_strip_nulls(json_build_object(
  'id', approvals.id, 'requester', approvals.requester, 'status', approvals.status, 'quorum', approvals.quorum,
  'closedAt', ${instant(sql`approvals.closed_at`)},
  'approvers', coalesce((select json_agg(distinct voter) from approval_votes where approval = approvals.id and approves), '[]'::json),
  'review', (select status from approval_reviews where approval_reviews.approval = approvals.id limit 1)))`;

type Nulls<T> = { readonly [K in keyof T]: T[K] extends (infer V) | undefined ? V | null : T[K] };

async function policiesOf(db: Db): Promise<readonly PolicyFact[]> {
  const { rows } = await sql<Nulls<PolicyFact>>`
    select policies.policy, coalesce(shown.title, '') as title, policies.state, policies.enforced, coalesce(shown.controls, '[]'::json) as controls,
      shown.digest, coalesce(shown.author, policies.author) as author,
      coalesce((select json_agg(json_strip_nulls(json_build_object('target', compilations.target, 'equal', proofs.equal, 'at', ${instant(sql`proofs.at`)}))
          order by compilations.target)
        from compilations left join proofs using (policy, version, target, artifact)
        where compilations.policy = policies.policy and compilations.version = policies.enforced), '[]'::json) as proofs,
      (select ${approvalFact} from approvals where approvals.id = shown.approval) as approval
    from policies left join lateral (
      select document->>'title' as title, document->'controls' as controls, digest, author, approval
      from policy_versions where policy_versions.policy = policies.policy and (policies.enforced is null or version = policies.enforced)
      order by version desc limit 1) as shown on true
    order by policies.policy`.execute(db);
  return rows.map((row) => withoutNulls(row));
}

async function playbooksOf(db: Db, since: string): Promise<readonly PlaybookFact[]> {
  const { rows } = await sql<Nulls<PlaybookFact>>`
    with newest as (
      select distinct on (playbook) playbook, version, plan->>'title' as title, plan->'tags'->'controls' as controls,
        published_at, tests is not null as tested
      from playbooks order by playbook, seq desc),
    last as (
      select distinct on (playbook, version) playbook, version, run, outcome, ended_at from runs
      where status = 'ended' and ended_at >= ${since}::timestamptz and outcome not in ('denied', 'expired', 'cancelled')
      order by playbook, version, ended_at desc)
    select newest.playbook, newest.version, coalesce(newest.title, '') as title, coalesce(newest.controls, '[]'::json) as controls,
      newest.published_at as "publishedAt", newest.tested,
      case when last.run is null then null else
        json_build_object('run', last.run, 'outcome', last.outcome, 'endedAt', ${instant(sql`last.ended_at`)}) end as "lastRun"
    from newest left join last using (playbook, version) order by newest.playbook`.execute(db);
  return rows.map((row) => withoutNulls(row));
}

async function pointsOf(db: Db): Promise<readonly PointFact[]> {
  const { rows } = await sql<PointFact>`
    select name, health, updated_at as "seenAt", coalesce(desired->'policyVersions', '[]'::json) as "policyVersions"
    from points order by name`.execute(db);
  return rows;
}

async function approvalsOf(db: Db, since: string): Promise<Sample<ApprovalFact>> {
  const { rows } = await sql<{ fact: ApprovalFact; total: number }>`
    with closed as (
      select approvals.*, count(*) over () as total,
        (select count(distinct voter) from approval_votes
          where approval = approvals.id and approves and voter <> approvals.requester) < greatest(quorum, 1) as suspect
      from approvals where status = 'approved' and closed_at >= ${since}::timestamptz)
    select ${approvalFact} as fact, total from closed as approvals
    order by suspect desc, closed_at desc, id limit ${sampled}`.execute(db);
  return sampleOf(rows);
}

async function incidentsOf(db: Db, since: string): Promise<Sample<IncidentFact>> {
  const { rows } = await sql<{ fact: IncidentFact; total: number }>`
    with opened as (
      select *, count(*) over () as total from incidents where opened_at >= ${since}::timestamptz or status = 'open'
      order by status = 'open' desc, opened_at desc, id limit ${sampled})
    select json_build_object('id', id, 'severity', severity, 'status', status, 'openedAt', ${instant(sql`opened_at`)},
      'updatedAt', ${instant(sql`updated_at`)},
      'signals', (select count(*) from incident_signals where incident = opened.id)) as fact, total
    from opened`.execute(db);
  return sampleOf(rows);
}

async function effectsOf(db: Db, since: string): Promise<Sample<EffectFact>> {
  const { rows } = await sql<{ fact: EffectFact; total: number }>`
    with meant as (
      select key, status, decision is not null as decided, intended_at, count(*) over () as total
      from effects where intended_at >= ${since}::timestamptz or status in ('diverged', 'uncertain')
      order by (status in ('diverged', 'uncertain') or decision is null) desc, intended_at desc, key limit ${sampled})
    select json_build_object('key', key, 'status', status, 'decided', decided, 'at', ${instant(sql`intended_at`)}) as fact, total
    from meant`.execute(db);
  return sampleOf(rows);
}

async function restOf(db: Db, since: string) {
  const { rows } = await sql<{ at: string; report: { id: string; at: string } | null; assets: number | null }>`
    select now() as at,
      (select json_build_object('id', id, 'at', ${instant(sql`reports.at`)}) from reports
        where reports.at >= ${since}::timestamptz order by reports.at desc limit 1) as report,
      (select json_array_length(document->'assets') from inventories order by saved_at desc limit 1) as assets`.execute(db);
  const { at = since, report, assets } = rows[0] ?? {};
  return { at, report: report ?? undefined, assets: assets ?? 0 };
}

function sampleOf<T>(rows: readonly { readonly fact: T; readonly total: number }[]): Sample<T> {
  return { rows: rows.map(({ fact }) => withoutNulls(fact as Nulls<T>)), total: rows[0]?.total ?? 0 };
}

/** SQL's nulls at the first level are absent fields here. */
function withoutNulls<T>(row: Nulls<T>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
