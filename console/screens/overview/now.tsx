/** The strip at the top: what is open by severity, and what waits. */
import type { ReactElement } from 'react';
import type { z } from 'zod';
import type { IncidentCounts } from '../../../api/contract/incidents.ts';
import type { Overview } from '../../../api/contract/work/overview.ts';
import { Figure } from './figure.tsx';
import css from './overview.module.css';

type Counts = z.infer<typeof IncidentCounts>;

export function Now({ counts, overview }: { readonly counts: Counts; readonly overview: Overview }): ReactElement {
  const { severities } = counts;
  const { approvals, tasks, runs } = overview;
  return (
    <div className={css['now']}>
      <section aria-label="Open incidents by severity" className={css['strip']}>
        {(['critical', 'high', 'medium', 'low'] as const).map((severity) => (
          <Figure key={severity} to={`/incidents?severity=${severity}`} label={severity} value={severities[severity]} meaning={severity} />
        ))}
      </section>
      <section aria-label="Needs somebody" className={css['strip']}>
        <Figure to="/incidents?sla=late" label="late" value={counts.late} meaning="bad" />
        <Figure to="/incidents?sla=at-risk" label="at risk of it" value={counts.atRisk} meaning="warn" />
        <Figure to="/incidents?assignee=nobody" label="unassigned" value={counts.unassigned} />
        <Figure to="/incidents?assignee=me" label="mine" value={counts.mine} />
      </section>
      <section aria-label="Under way" className={css['strip']}>
        <Figure
          to="/approvals"
          label="approvals"
          value={approvals.open}
          meaning="waiting"
          more={approvals.expiringSoon > 0 ? `${approvals.expiringSoon} within 15 min` : undefined}
        />
        <Figure to="/runs?status=running" label="tasks" value={tasks.open} meaning="waiting" />
        <Figure to="/runs?status=running" label="running" value={runs.active} />
        <Figure to="/runs?status=ended" label="failed, 24 h" value={runs.failed} meaning="bad" />
      </section>
    </div>
  );
}
