/** What one may tell a run about a step: skip it, begin a new run here, let its effect hold longer. Only what makes sense where it stands. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { RunDetail } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { useGo } from '../../app/url.ts';
import { Confirm } from '../../look/confirm.tsx';
import { TypedForm, useTyped } from '../playbook/typed-form.tsx';
import { fieldsOfInputs } from '../playbook/input-fields.ts';
import { Part } from './part.tsx';
import { isOver, stateOf, type StepView } from './step-state.ts';
import css from './run.module.css';

type StepActionsProps = { readonly detail: RunDetail; readonly plan: Plan | undefined; readonly view: StepView };
type Open = keyof typeof words | undefined;

export function StepActions({ detail, plan, view }: StepActionsProps): ReactElement | null {
  const [open, setOpen] = useState<Open>();
  const can = useCan({ detail, plan, view });
  if (can.length === 0) return null;
  const close = () => setOpen(undefined);
  const about = { run: detail.run, step: view.step, onClose: close };
  return (
    <Part title="Tell the run">
      <div className={css['buttons']}>
        {can.map((what) => (
          <Button key={what} variant="default" onClick={() => setOpen(what)}>
            {words[what]}
          </Button>
        ))}
      </div>
      {open === 'skip' ? <Skip {...about} /> : null}
      {open === 'extend' ? <Extend {...about} /> : null}
      {open === 'rerun' && plan !== undefined ? <Rerun detail={detail} plan={plan} from={view.step} onClose={close} /> : null}
    </Part>
  );
}

const words = { skip: 'Skip…', extend: 'Let it hold longer…', rerun: 'Run again from here…' } as const;

function useCan({ detail, plan, view }: StepActionsProps): readonly (keyof typeof words)[] {
  const may = useMay();
  const goesOn = detail.status !== 'ended';
  const step = plan?.steps[view.step];
  return [
    ...(may('runs.skip') && goesOn && !isOver(stateOf(view)) ? (['skip'] as const) : []),
    ...(may('runs.extend') && goesOn && view.lease !== undefined && view.status === 'done' ? (['extend'] as const) : []),
    ...(may('runs.rerun') && step !== undefined && step.in === undefined ? (['rerun'] as const) : []),
  ];
}

type AboutStep = { readonly run: string; readonly step: string; readonly onClose: () => void };

function Skip({ run, step, onClose }: AboutStep): ReactElement {
  const { mutate, isPending, error } = useSend('runs.skip', {
    stale: ['runs.get'],
    onDone: () => {
      notify(`The run is told to skip ${step}.`);
      onClose();
    },
  });
  return (
    <Confirm
      title={`Skip ${step}`}
      opened
      onClose={onClose}
      verb="Skip it"
      danger
      reason="required"
      busy={isPending}
      error={error}
      onConfirm={(reason) => mutate({ params: { run }, body: { step, reason } })}
    >
      <p>The run goes on without it. What the step may have done is taken back first; what was given to it by others stays as it is.</p>
    </Confirm>
  );
}

function Extend({ run, step, onClose }: AboutStep): ReactElement {
  const [how, setHow] = useState('for');
  const [duration, setDuration] = useState('2h');
  const { mutate, isPending, error } = useSend('runs.extend', {
    stale: ['runs.get', 'approvals.list'],
    onDone: () => {
      notify('People are asked to let it hold longer.');
      onClose();
    },
  });
  return (
    <Confirm
      title={`Let ${step} hold longer`}
      opened
      onClose={onClose}
      verb="Ask for it"
      reason="required"
      busy={isPending}
      error={error}
      onConfirm={(reason) =>
        mutate({ params: { run }, body: { step, reason, ...(how === 'for' ? { for: duration.trim() } : { permanent: true }) } })
      }
    >
      <p>People are asked for exactly that. Until they say yes, the lease ends when it was going to.</p>
      <SegmentedControl
        size="xs"
        aria-label="How much longer"
        value={how}
        onChange={setHow}
        data={[
          { value: 'for', label: 'For longer' },
          { value: 'permanent', label: 'For good' },
        ]}
      />
      {how === 'for' ? (
        <TextInput
          label="By how much"
          description="30m, 2h, 1d"
          value={duration}
          onChange={(event) => setDuration(event.currentTarget.value)}
        />
      ) : null}
    </Confirm>
  );
}

type RerunProps = { readonly detail: RunDetail; readonly plan: Plan; readonly from: string; readonly onClose: () => void };

export function Rerun({ detail, plan, from, onClose }: RerunProps): ReactElement {
  const go = useGo();
  const fields = fieldsOfInputs(plan.inputs, detail.inputs);
  const state = useTyped(fields, detail.inputs);
  const { mutate, isPending, error } = useSend('runs.rerun', {
    stale: ['runs.list', 'runs.get'],
    onDone: ({ run }) => {
      notify(`A new run begins at ${from}.`);
      onClose();
      go(`/runs/${run}`);
    },
  });
  const send = () => {
    const inputs = state.take();
    if (inputs !== undefined) mutate({ params: { run: detail.run }, body: { from, inputs } });
  };
  return (
    <Confirm
      title={`Run again from ${from}`}
      opened
      onClose={onClose}
      verb="Begin the new run"
      busy={isPending}
      error={error}
      onConfirm={send}
    >
      <p>
        A new run begins at {from}, with the recorded outputs of the steps before it. This run stays as it is. What needs an approval is
        asked for again.
      </p>
      <TypedForm fields={fields} state={state} />
    </Confirm>
  );
}
