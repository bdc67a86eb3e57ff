/** The frame of what may be asked of a point: what it does in a sentence, what starts it, and what came of it. */
import { Button } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Failure } from '../../look/told.tsx';
import css from './points.module.css';

type AskProps = {
  readonly title: string;
  readonly about: ReactNode;
  readonly verb: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly ready?: boolean;
  readonly onAsk: () => void;
  /** Fields, above what starts it. */
  readonly children?: ReactNode;
  readonly answer: ReactNode;
};

export function Ask({ title, about, verb, busy, error, ready = true, onAsk, children, answer }: AskProps): ReactElement {
  return (
    <section className={css['ask']} aria-label={title}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onAsk();
        }}
      >
        <div className={css['head']}>
          <h3 className={css['title']}>{title}</h3>
          <Button type="submit" size="compact-sm" variant="default" loading={busy} disabled={!ready}>
            {verb}
          </Button>
        </div>
        <p className={css['quiet']}>{about}</p>
        {children}
      </form>
      <div role="status">{error === null ? answer : null}</div>
      {error === null ? null : <Failure error={error} inline />}
    </section>
  );
}
