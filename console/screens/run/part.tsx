/** A titled part of the panel beside the graph. */
import type { ReactElement, ReactNode } from 'react';
import css from './run.module.css';

type PartProps = { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode };

export function Part({ title, aside, children }: PartProps): ReactElement {
  return (
    <section className={css['part']} aria-label={title}>
      <div className={css['part-head']}>
        <h2 className={css['part-title']}>{title}</h2>
        {aside === undefined ? null : <span className={css['part-aside']}>{aside}</span>}
      </div>
      {children}
    </section>
  );
}
