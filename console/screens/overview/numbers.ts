/** Every number of the overview with the list that it is the length of, as an address of the console. */
import type { z } from 'zod';
import type { IncidentCounts, MetricsSummary } from '../../../api/contract/incidents.ts';
import type { Overview } from '../../../api/contract/work/overview.ts';

export type Counted = { readonly count: number; readonly to: string };

export type Stand = {
  readonly overview: Overview;
  readonly counts: z.infer<typeof IncidentCounts>;
  readonly metrics: z.infer<typeof MetricsSummary>;
};

/** Those that need somebody now. */
export function workNumbers({ overview: { approvals, tasks, runs }, counts }: Pick<Stand, 'overview' | 'counts'>) {
  const { severities, late, atRisk, unassigned, mine } = counts;
  return {
    critical: { count: severities.critical, to: '/incidents?severity=critical' },
    high: { count: severities.high, to: '/incidents?severity=high' },
    medium: { count: severities.medium, to: '/incidents?severity=medium' },
    low: { count: severities.low, to: '/incidents?severity=low' },
    late: { count: late, to: '/incidents?sla=late' },
    atRisk: { count: atRisk, to: '/incidents?sla=at-risk' },
    unassigned: { count: unassigned, to: '/incidents?assignee=nobody' },
    mine: { count: mine, to: '/incidents?assignee=me' },
    approvals: { count: approvals.open, to: '/approvals?view=all' },
    expiring: { count: approvals.expiringSoon, to: '/approvals?view=all&within=15' },
    tasks: { count: tasks.open, to: '/approvals?view=tasks' },
    running: { count: runs.active, to: '/runs?status=active' },
    failed: { count: runs.failed, to: `/runs?${new URLSearchParams({ outcome: 'failed', endedSince: runs.failedSince })}` },
  } satisfies Record<string, Counted>;
}

/** What is in force. */
export function standingNumbers({ points, policies }: Overview) {
  return {
    policies: { count: policies.total, to: '/policies?state=live' },
    enforced: { count: policies.enforced, to: '/policies?state=in-force' },
    inReview: { count: policies.inReview, to: '/policies?state=in-review' },
    points: { count: points.unknown + points['in-force'] + points.drifted + points.unreachable, to: '/points' },
    asWanted: { count: points['in-force'], to: '/points?health=in-force' },
    drifted: { count: points.drifted, to: '/points?health=drifted' },
    unreachable: { count: points.unreachable, to: '/points?health=unreachable' },
  } satisfies Record<string, Counted>;
}

/** Incidents of the last 30 days, and those that playbooks answered. */
export function automationNumbers({ automation: { since, incidents, handled, automatic } }: Overview) {
  return {
    automatic: { count: automatic, to: incidentsTo({ from: since, answered: 'automatic' }) },
    handled: { count: handled, to: incidentsTo({ from: since, answered: 'playbook' }) },
    incidents: { count: incidents, to: incidentsTo({ from: since }) },
  } satisfies Record<string, Counted>;
}

/** The incidents that times are measured of; of each time those that have it. */
export function measuredNumbers({ since, incidents, ...times }: Stand['metrics']) {
  const from = since === undefined ? {} : { from: since };
  const reached = (time: 'detect' | 'decide' | 'contain' | 'recover'): Counted => ({
    count: times[`${time}Ms`]?.count ?? 0,
    to: incidentsTo({ ...from, reached: time }),
  });
  return {
    all: { count: incidents, to: incidentsTo(from) },
    detect: reached('detect'),
    decide: reached('decide'),
    contain: reached('contain'),
    recover: reached('recover'),
  } satisfies Record<string, Counted>;
}

const dayMs = 86_400_000;

/** Incidents opened on a day of UTC. */
export function openedOn(day: string, count: number): Counted {
  const start = Date.parse(`${day}T00:00:00Z`);
  return { count, to: incidentsTo({ from: new Date(start).toISOString(), to: new Date(start + dayMs).toISOString() }) };
}

function incidentsTo(filter: Readonly<Record<string, string>>): string {
  return `/incidents?${new URLSearchParams({ status: 'any', order: 'newest', ...filter })}`;
}
