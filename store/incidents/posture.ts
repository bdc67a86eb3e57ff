/** How everything stands, counted in one statement for each noun. */
import { sql } from 'kysely';
import type { Severity } from '../../domain/incident/signal.ts';
import type { Db } from '../postgres/database.ts';
import type { Overview, Posture } from './port-incidents.ts';

export function overviewRepository(db: Db): Overview {
  return {
    posture: async () => {
      const [work, standing, automation, daily] = await Promise.all([workOf(db), standingOf(db), automationOf(db), dailyOf(db)]);
      return { ...work, ...standing, automation, daily };
    },
  };
}

async function workOf(db: Db): Promise<Pick<Posture, 'approvals' | 'tasks' | 'runs'>> {
  const { rows } = await sql<{ approvals: number; soon: number; tasks: number; active: number; failed: number; since: string }>`
    select now() - interval '1 day' as since, (select count(*) from approvals where status = 'open') as approvals,
      (select count(*) from approvals where status = 'open' and expires_at < now() + interval '15 minutes') as soon,
      (select count(*) from tasks where status = 'open') as tasks,
      (select count(*) from runs where status in ('ordered', 'running')) as active,
      (select count(*) from runs where outcome = 'failed' and ended_at >= now() - interval '1 day') as failed`.execute(db);
  const { approvals, soon, tasks, active, failed, since } = oneOf(rows);
  return { approvals: { open: approvals, expiringSoon: soon }, tasks: { open: tasks }, runs: { active, failed, failedSince: since } };
}

async function standingOf(db: Db): Promise<Pick<Posture, 'points' | 'policies'>> {
  const points = await sql<{ health: keyof Posture['points']; count: number }>`
    select health, count(*) as count from points group by health`.execute(db);
  const policies = await sql<{ total: number; enforced: number; review: number }>`
    select count(*) as total, count(*) filter (where enforced is not null) as enforced,
      count(*) filter (where state = 'in-review') as review
    from policies where state <> 'retired'`.execute(db);
  const { total = 0, enforced = 0, review = 0 } = policies.rows[0] ?? {};
  const counts = Object.fromEntries(points.rows.map(({ health, count }) => [health, count]));
  return {
    points: { unknown: 0, 'in-force': 0, drifted: 0, unreachable: 0, ...counts },
    policies: { total, enforced, inReview: review },
  };
}

async function automationOf(db: Db): Promise<Posture['automation']> {
  const { rows } = await sql<Posture['automation']>`
    select now() - interval '30 days' as since, count(*) as incidents,
      count(*) filter (where exists (select 1 from runs where runs.incident = incidents.id)) as handled,
      count(*) filter (where exists (
        select 1 from runs where runs.incident = incidents.id and runs.requester like 'system:%'
      )) as automatic
    from incidents where opened_at >= now() - interval '30 days'`.execute(db);
  return oneOf(rows);
}

/** An aggregate over nothing is a row too. */
function oneOf<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('a count without a row');
  return row;
}

/** Two weeks of whole days, in UTC. */
async function dailyOf(db: Db): Promise<Posture['daily']> {
  const { rows } = await sql<{ day: string; severity: Severity; opened: number }>`
    select to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD') as day, severity, count(*) as opened
    from incidents where opened_at >= (date_trunc('day', now() at time zone 'UTC') - interval '13 days') at time zone 'UTC'
    group by 1, 2 order by 1`.execute(db);
  return rows;
}
