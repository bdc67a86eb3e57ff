/** The tour beside every screen: the step that is next with what this person can do about it, and all steps when asked for. */
import { Button, CloseButton } from '@mantine/core';
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown';
import IconChevronUp from '@tabler/icons-react/icons/IconChevronUp';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useMay, useSession } from '../../api/session.tsx';
import { notify } from '../notices.tsx';
import { actOf } from './act.ts';
import { ActPart } from './act-part.tsx';
import { Checklist } from './checklist.tsx';
import { Finished } from './finished.tsx';
import { stepsOf } from './steps.ts';
import type { Step } from './steps.ts';
import { useFacts } from './use-facts.ts';
import css from './tour.module.css';

export function Dock({ onEnd }: { readonly onEnd: () => void }): ReactElement {
  const { facts, ready } = useFacts();
  const [open, setOpen] = useState(false);
  const steps = stepsOf(facts);
  const now = steps.find(({ state }) => state === 'now');
  return (
    <aside id="tour" className={css['dock']} aria-label="Tour" tabIndex={-1} data-tour={now?.id ?? 'finished'}>
      {open ? (
        <div id="tour-steps" className={css['all']} role="group" aria-label="All steps of the tour" tabIndex={0}>
          <Checklist steps={steps} facts={facts} />
        </div>
      ) : null}
      <div className={css['bar']}>
        <Progress steps={steps} />
        <div className={css['now']}>
          {ready ? now === undefined ? <Finished facts={facts} /> : <Now step={now} facts={facts} /> : <p>Looking at how far it is…</p>}
        </div>
        <div className={css['foot']}>
          <Button
            variant="subtle"
            color="gray"
            aria-expanded={open}
            aria-controls="tour-steps"
            rightSection={open ? <IconChevronDown size={14} aria-hidden="true" /> : <IconChevronUp size={14} aria-hidden="true" />}
            onClick={() => setOpen(!open)}
          >
            All steps
          </Button>
          <CloseButton
            aria-label="End the tour"
            onClick={() => {
              onEnd();
              notify('The tour is put away. Ctrl K, “Start the tour” brings it back as it stood.');
            }}
          />
        </div>
      </div>
    </aside>
  );
}

function Progress({ steps }: { readonly steps: readonly Step[] }): ReactElement {
  const over = steps.filter(({ state }) => state === 'done' || state === 'passed').length;
  return (
    <div className={css['progress']}>
      <span className={css['tour']}>Tour</span>
      <span className={css['count']}>
        {over} of {steps.length}
        <span className="unseen"> steps done</span>
      </span>
      <span className={css['marks']} aria-hidden="true">
        {steps.map(({ id, state }) => (
          <span key={id} data-state={state} />
        ))}
      </span>
    </div>
  );
}

function Now({ step, facts }: { readonly step: Step; readonly facts: Parameters<typeof actOf>[1] }): ReactElement {
  const { person } = useSession();
  const may = useMay();
  return (
    <>
      <div className={css['words']}>
        <p className={css['title']} role="status">
          {step.title}
        </p>
        <p className={css['about']}>{step.about}</p>
      </div>
      <ActPart act={actOf(step.id, facts, { id: person.id, roles: person.roles, may })} />
    </>
  );
}
