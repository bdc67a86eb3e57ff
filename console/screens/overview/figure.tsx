/** A number with what it counts; it opens the list that it is the length of. */
import type { ReactElement } from 'react';
import { Link } from '../../app/link.tsx';
import type { Counted } from './numbers.ts';
import css from './overview.module.css';

export type Meaning = 'plain' | 'critical' | 'high' | 'medium' | 'low' | 'waiting' | 'warn' | 'bad' | 'good';

type FigureProps = {
  readonly of: Counted;
  readonly label: string;
  /** In place of the number: a share, whose number is said below. */
  readonly value?: string;
  /** Colour, where the number is more than nothing. */
  readonly meaning?: Meaning;
  /** What else is counted of the same, with a list of its own. */
  readonly more?: { readonly of: Counted; readonly label: string } | undefined;
};

export function Figure({ of: { count, to }, label, value, meaning = 'plain', more }: FigureProps): ReactElement {
  return (
    <div className={css['figures']}>
      <Link to={to} className={css['figure']}>
        <span className={css['value']} data-meaning={count === 0 ? 'plain' : meaning} data-none={count === 0}>
          {value ?? count.toLocaleString()}
        </span>
        <span className={css['label']}>{label}</span>
        {value === undefined ? null : <span className={css['who']}>{count.toLocaleString()} of them</span>}
      </Link>
      {more === undefined || more.of.count === 0 ? null : (
        <Link to={more.of.to} className={css['more']}>
          {more.of.count.toLocaleString()} {more.label}
        </Link>
      )}
    </div>
  );
}
