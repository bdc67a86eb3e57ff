/** A screen's frame: title, one line of what it is, actions at the right, and the room below. `fill`: the content scrolls by itself. */
import { useEffect } from 'react';
import type { ReactElement, ReactNode } from 'react';
import css from './css/page.module.css';

type PageProps = {
  readonly title: string;
  /** Shown in place of the title, where it is more than text. */
  readonly heading?: ReactNode;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly fill?: boolean;
  readonly children: ReactNode;
};

export function Page({ title, heading, about, actions, fill = false, children }: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${title} · Edict`;
  }, [title]);
  return (
    <div className={css['page']}>
      <header className={css['head']}>
        <div className={css['words']}>
          <h1 className={css['title']}>{heading ?? title}</h1>
          {about === undefined ? null : <div className={`${css['about']} sentence`}>{about}</div>}
        </div>
        <div className={css['actions']}>{actions}</div>
      </header>
      <div className={fill ? css['fill'] : css['body']} {...(fill ? {} : { tabIndex: -1 })}>
        {children}
      </div>
    </div>
  );
}

/** Sections under one another, where the room of a tab has no padding of its own. */
export function Stack({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css['stack']}>{children}</div>;
}

type SectionProps = { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode; readonly flush?: boolean };

/** A titled part of a page. `flush`: its content reaches the edges (a table, a graph). */
export function Section({ title, aside, children, flush = false }: SectionProps): ReactElement {
  return (
    <section className={css['section']} aria-label={title}>
      <div className={css['section-head']}>
        <h2 className={css['section-title']}>{title}</h2>
        <div className={css['aside']}>{aside}</div>
      </div>
      <div className={flush ? css['flush'] : css['section-body']}>{children}</div>
    </section>
  );
}
