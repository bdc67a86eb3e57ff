/** The strip at the top: what is open by severity, and what waits. */
import type { ReactElement } from 'react';
import { Figure } from './figure.tsx';
import type { workNumbers } from './numbers.ts';
import css from './overview.module.css';

export function Now({ numbers }: { readonly numbers: ReturnType<typeof workNumbers> }): ReactElement {
  return (
    <div className={css['now']}>
      <section aria-label="Open incidents by severity" className={css['strip']}>
        {(['critical', 'high', 'medium', 'low'] as const).map((severity) => (
          <Figure key={severity} of={numbers[severity]} label={severity} meaning={severity} />
        ))}
      </section>
      <section aria-label="Needs somebody" className={css['strip']}>
        <Figure of={numbers.late} label="late" meaning="bad" />
        <Figure of={numbers.atRisk} label="at risk of it" meaning="warn" />
        <Figure of={numbers.unassigned} label="unassigned" />
        <Figure of={numbers.mine} label="mine" />
      </section>
      <section aria-label="Under way" className={css['strip']}>
        <Figure of={numbers.approvals} label="approvals" meaning="waiting" more={{ of: numbers.expiring, label: 'within 15 min' }} />
        <Figure of={numbers.tasks} label="tasks" meaning="waiting" />
        <Figure of={numbers.running} label="running" />
        <Figure of={numbers.failed} label="failed, 24h" meaning="bad" />
      </section>
    </div>
  );
}
