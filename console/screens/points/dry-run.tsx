/** What would be done to make the point as it is wanted now. Nothing is done. */
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { useSend } from '../../api/queries.ts';
import { State } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';
import { Ask } from './ask.tsx';
import css from './points.module.css';

export function DryRun({ name }: Pick<Point, 'name'>): ReactElement {
  const send = useSend('points.dry-run');
  return (
    <Ask
      title="Dry-run"
      about="What would be done to make it as it is wanted now. It is looked at, and nothing is changed."
      verb="Plan it"
      busy={send.isPending}
      error={send.error}
      onAsk={() => send.mutate({ params: { name }, body: {} })}
      answer={send.data === undefined ? null : <Steps steps={send.data.steps} at={send.data.at} />}
    />
  );
}

function Steps({ steps, at }: { readonly steps: readonly string[]; readonly at: string }): ReactElement {
  if (steps.length === 0)
    return (
      <p className={css['line']}>
        <State value="as-wanted" tone="good" label="already as wanted" /> <When at={at} as="clock" />
      </p>
    );
  return (
    <>
      <p className={css['line']}>
        <State value="steps" tone="warn" label={steps.length === 1 ? 'one step' : `${steps.length} steps`} /> <When at={at} as="clock" />
      </p>
      <ol className={css['steps']}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </>
  );
}
