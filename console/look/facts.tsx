/** What is known of a thing, a term and a value a line: `<Facts of={[['kind', kind], ['changed', <When at={at} />]]} />`. A line without a value is left out. */
import { Fragment } from 'react';
import type { ReactElement, ReactNode } from 'react';
import css from './css/facts.module.css';

export type Fact = readonly [term: string, value: ReactNode];

export function Facts({ of, label }: { readonly of: readonly Fact[]; readonly label?: string }): ReactElement {
  return (
    <dl className={css['facts']} aria-label={label}>
      {of.map(([term, value]) =>
        value === undefined || value === null ? null : (
          <Fragment key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
