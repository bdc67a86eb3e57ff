/** What is in force: policies, and the points that enforce them. */
import type { ReactElement } from 'react';
import type { Overview } from '../../../api/contract/work/overview.ts';
import { Section } from '../../look/page.tsx';
import { Figure } from './figure.tsx';
import css from './overview.module.css';

export function Standing({ overview: { points, policies } }: { readonly overview: Overview }): ReactElement {
  const all = points.unknown + points['in-force'] + points.drifted + points.unreachable;
  return (
    <Section
      title="In force"
      aside={`${policies.enforced} of ${policies.total} policies, ${points['in-force']} of ${all} points as wanted`}
    >
      <div className={css['pair']}>
        <Figure to="/policies" label="policies enforced" value={`${policies.enforced} / ${policies.total}`} />
        <Figure to="/policies?state=in-review" label="in review" value={policies.inReview} meaning="waiting" />
        <Figure to="/points" label="points drifted" value={points.drifted} meaning="warn" />
        <Figure to="/points" label="out of reach" value={points.unreachable} meaning="bad" />
      </div>
    </Section>
  );
}
