/** What is in force: policies, and the points that enforce them. */
import type { ReactElement } from 'react';
import type { Overview } from '../../../api/contract/work/overview.ts';
import { Section } from '../../look/page.tsx';
import { Figure } from './figure.tsx';
import { standingNumbers } from './numbers.ts';
import css from './overview.module.css';

export function Standing({ overview }: { readonly overview: Overview }): ReactElement {
  const numbers = standingNumbers(overview);
  return (
    <Section title="In force">
      <div className={css['standing']}>
        <Figure of={numbers.policies} label="policies" />
        <Figure of={numbers.enforced} label="of them in force" meaning="good" />
        <Figure of={numbers.inReview} label="in review" meaning="waiting" />
        <span />
        <Figure of={numbers.points} label="points" />
        <Figure of={numbers.asWanted} label="as wanted" meaning="good" />
        <Figure of={numbers.drifted} label="drifted" meaning="warn" />
        <Figure of={numbers.unreachable} label="out of reach" meaning="bad" />
      </div>
    </Section>
  );
}
