/** All steps of the tour, by phase: what is done, what is next, what comes. */
import IconArrowRight from '@tabler/icons-react/icons/IconArrowRight';
import IconCheck from '@tabler/icons-react/icons/IconCheck';
import IconCircle from '@tabler/icons-react/icons/IconCircle';
import IconMinus from '@tabler/icons-react/icons/IconMinus';
import type { ReactElement } from 'react';
import { outcomeOf, phases } from './steps.ts';
import type { Facts, Step, StepState } from './steps.ts';
import css from './tour.module.css';

const marks = { done: IconCheck, passed: IconMinus, now: IconArrowRight, later: IconCircle } as const;
const words: Readonly<Record<StepState, string>> = { done: 'done', passed: 'left out', now: 'next', later: 'to come' };

export function Checklist({ steps, facts }: { readonly steps: readonly Step[]; readonly facts: Facts }): ReactElement {
  return (
    <div className={css['phases']}>
      {phases.map((phase) => (
        <section key={phase} aria-label={phase}>
          <h2 className={css['phase']}>{phase}</h2>
          <ol className={css['steps']}>
            {steps
              .filter((step) => step.phase === phase)
              .map((step) => (
                <One key={step.id} step={step} outcome={step.state === 'done' ? outcomeOf(step, facts) : undefined} />
              ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function One({ step: { title, state }, outcome }: { readonly step: Step; readonly outcome: string | undefined }): ReactElement {
  const Mark = marks[state];
  return (
    <li data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <Mark size={14} aria-hidden="true" />
      <span>
        {title}
        <span className="unseen">, {words[state]}</span>
        {outcome === undefined ? null : <span className={css['outcome']}>{outcome}</span>}
      </span>
    </li>
  );
}
