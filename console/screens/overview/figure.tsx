/** A number with what it counts; it opens the list that it is the length of. */
import type { ReactElement, ReactNode } from 'react';
import { Link } from '../../app/link.tsx';
import css from './overview.module.css';

export type Meaning = 'plain' | 'critical' | 'high' | 'medium' | 'low' | 'waiting' | 'warn' | 'bad' | 'good';

type FigureProps = {
  readonly to: string;
  readonly label: string;
  readonly value: number | string;
  /** Colour, where the number is more than nothing. */
  readonly meaning?: Meaning;
  readonly more?: ReactNode;
};

export function Figure({ to, label, value, meaning = 'plain', more }: FigureProps): ReactElement {
  return (
    <Link to={to} className={css['figure']}>
      <span className={css['value']} data-meaning={value === 0 ? 'plain' : meaning} data-none={value === 0}>
        {value}
      </span>
      <span className={css['label']}>{label}</span>
      {more === undefined ? null : <span className={css['more']}>{more}</span>}
    </Link>
  );
}
