/** Whether a system is reached and takes our credentials: a run of `check-system` asks it, the way that its effects go. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import type { RunDetail } from '../../../../api/contract/runs.ts';
import { useRead, useSend } from '../../../api/queries.ts';
import { Link } from '../../../app/link.tsx';
import { State } from '../../../look/state.tsx';
import { Failure } from '../../../look/told.tsx';
import css from '../settings.module.css';
import { printValue } from './fields.ts';

const lookMs = 700;

export function Connection({ system }: { readonly system: string }): ReactElement {
  const send = useSend('playbooks.run');
  const run = send.data?.run;
  const { data } = useRead(
    'runs.get',
    { params: { run: run ?? '' } },
    { enabled: run !== undefined, everyMs: run === undefined ? false : lookMs },
  );
  const ended = data?.status === 'ended';
  return (
    <div className={css['line']} role="status">
      <Button
        size="compact-xs"
        variant="default"
        loading={send.isPending || (run !== undefined && !ended)}
        onClick={() => send.mutate({ params: { name: 'check-system' }, body: { inputs: { system } } })}
      >
        Test the connection
      </Button>
      {ended ? <Outcome run={data} /> : null}
      {send.error === null ? null : <Failure error={send.error} inline />}
    </div>
  );
}

function Outcome({ run }: { readonly run: RunDetail }): ReactElement {
  const reached = run.outcome === 'done';
  return (
    <>
      <State value={reached ? 'reached' : 'not-reached'} tone={reached ? 'good' : 'bad'} />
      <span className={css['says']}>{reached ? saidOf(run) : reasonOf(run)}</span>
      <Link to={`/runs/${run.run}`}>the run</Link>
    </>
  );
}

/** Who we are to it. */
function saidOf({ view }: RunDetail): string {
  const says = view?.outputs?.['says'];
  if (typeof says !== 'object' || says === null) return '';
  return Object.entries(says)
    .map(([name, value]) => `${name} ${printValue(value)}`)
    .join(', ');
}

function reasonOf({ view, outcome }: RunDetail): string {
  const failed = view?.steps.findLast((step) => step.error !== undefined);
  return view?.error?.message ?? failed?.error?.message ?? outcome ?? '';
}
