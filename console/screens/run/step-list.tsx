/** The steps of a run in the order in which they were begun, as a list: thousands of them too. */
import type { ReactElement } from 'react';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { State } from '../../look/state.tsx';
import { Empty } from '../../look/told.tsx';
import { lengthOf } from '../../look/time.ts';
import { When } from '../../look/when.tsx';
import { stateOf, wordsOfStep, type Attempt, type StepView, toneOfStep } from './step-state.ts';
import css from './run.module.css';

type StepListProps = {
  readonly steps: readonly StepView[];
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly onChoose: (step: string) => void;
};

export function StepList({ steps, attempts, onChoose }: StepListProps): ReactElement {
  return (
    <DataTable
      label="Steps"
      rows={steps}
      rowId={({ step }) => step}
      rowLabel={({ step }) => step}
      onOpen={({ step }) => onChoose(step)}
      empty={<Empty title="No step has begun">The run is queued: a worker takes it in a moment.</Empty>}
      columns={columnsOf(attempts)}
    />
  );
}

function columnsOf(attempts: ReadonlyMap<string, Attempt>): readonly Column<StepView>[] {
  return [
    { key: 'state', title: 'State', width: '11rem', cell: (step) => <StepStateOf step={step} attempt={attempts.get(step.step)} /> },
    { key: 'step', title: 'Step', width: 'minmax(9rem, 1fr)', cell: ({ step }) => <span className={css['key']}>{step}</span> },
    {
      key: 'does',
      title: 'Does',
      width: 'minmax(8rem, 1fr)',
      cell: ({ action, kind, summary }) => <span className={css['does']}>{summary ?? action ?? kind}</span>,
    },
    {
      key: 'began',
      title: 'Began',
      width: '5.5rem',
      cell: ({ startedAtMs }) => (startedAtMs === undefined ? '' : <When at={new Date(startedAtMs).toISOString()} as="clock" />),
    },
    {
      key: 'took',
      title: 'Took',
      width: '5rem',
      align: 'end',
      cell: ({ startedAtMs, endedAtMs }) => (startedAtMs === undefined || endedAtMs === undefined ? '' : lengthOf(endedAtMs - startedAtMs)),
    },
  ];
}

export function StepStateOf({ step, attempt }: { readonly step: StepView; readonly attempt: Attempt | undefined }): ReactElement {
  const state = stateOf(step, attempt);
  const retry =
    state === 'retrying' && attempt !== undefined ? ` ${attempt.attempt}${attempt.most === undefined ? '' : ` of ${attempt.most}`}` : '';
  return <State value={state} tone={toneOfStep[state]} label={`${wordsOfStep[state]}${retry}`} />;
}
