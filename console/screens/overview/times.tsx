/** How long it took to detect, decide, contain and recover: the median, and the worst. */
import type { ReactElement } from 'react';
import type { z } from 'zod';
import type { MetricsSummary } from '../../../api/contract/incidents.ts';
import { Link } from '../../app/link.tsx';
import { Section } from '../../look/page.tsx';
import { lengthOf } from '../../look/time.ts';
import { measuredNumbers } from './numbers.ts';
import css from './overview.module.css';

const phases = [
  ['detect', 'Detect', 'seen → accepted'],
  ['decide', 'Decide', 'accepted → approved'],
  ['contain', 'Contain', 'accepted → in force'],
  ['recover', 'Recover', 'accepted → undone'],
] as const;

export function Times({ metrics }: { readonly metrics: z.infer<typeof MetricsSummary> }): ReactElement {
  const numbers = measuredNumbers(metrics);
  return (
    <Section
      title="Time to"
      aside={<Link to={numbers.all.to}>{numbers.all.count === 1 ? 'newest incident' : `newest ${numbers.all.count} incidents`}</Link>}
      flush
    >
      <table className={css['times']}>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Phase</span>
            </th>
            <th scope="col">Median</th>
            <th scope="col">Worst</th>
            <th scope="col">Of</th>
          </tr>
        </thead>
        <tbody>
          {phases.map(([name, title, about]) => {
            const spread = metrics[`${name}Ms`];
            const { count, to } = numbers[name];
            return (
              <tr key={name}>
                <th scope="row">
                  {title} <span className={css['who']}>{about}</span>
                </th>
                <td className={css['median']}>{spread === undefined ? '–' : lengthOf(spread.medianMs)}</td>
                <td>{spread === undefined ? '–' : lengthOf(spread.worstMs)}</td>
                <td>{count === 0 ? 0 : <Link to={to}>{count}</Link>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}
