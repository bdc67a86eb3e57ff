/** One step, or all executions of one within a loop: how it stands, what waits for a person, input, output, decisions, effects, history. */
import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { RunDetail } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { Link } from '../../app/link.tsx';
import { CopyButton } from '../../look/copy.tsx';
import { lengthOf } from '../../look/time.ts';
import { Countdown, When } from '../../look/when.tsx';
import { EffectParts } from './effect-part.tsx';
import { inputOf } from './input-of.ts';
import { Part } from './part.tsx';
import { StepActions } from './step-actions.tsx';
import { StepList, StepStateOf } from './step-list.tsx';
import { planIdOf, stateOf, type Attempt, type StepView } from './step-state.ts';
import { Waits } from './waits.tsx';
import { ValuesOf } from './values-of.tsx';
import css from './run.module.css';

type StepPanelProps = {
  readonly detail: RunDetail;
  readonly plan: Plan | undefined;
  /** The key of an execution, or the id of a step of the plan. */
  readonly chosen: string;
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly onChoose: (step: string | undefined) => void;
};

export function StepPanel({ detail, plan, chosen, attempts, onChoose }: StepPanelProps): ReactElement {
  const steps = detail.view?.steps ?? [];
  const own = steps.find(({ step }) => step === chosen);
  const executions = steps.filter(({ step }) => planIdOf(step) === chosen);
  const view = own ?? (executions.length === 1 ? executions[0] : undefined);
  const planned = plan?.steps[planIdOf(chosen)];
  return (
    <>
      <header className={css['panel-head']}>
        <div className={css['panel-title']}>
          <h2>{planned?.title ?? chosen}</h2>
          <CloseButton aria-label="Back to the run" onClick={() => onChoose(undefined)} />
        </div>
        <p className={css['line']}>
          {view === undefined ? (
            <span className={css['quiet']}>{executions.length === 0 ? 'not begun' : `${executions.length} executions`}</span>
          ) : (
            <StepStateOf step={view} attempt={attempts.get(view.step)} />
          )}
          <code>{chosen}</code>
          <span className={css['quiet']}>{view?.action ?? planned?.kind}</span>
        </p>
      </header>
      {view === undefined ? (
        executions.length > 1 ? (
          <Part title="Executions">
            <div className={css['executions']}>
              <StepList steps={executions} attempts={attempts} onChoose={onChoose} />
            </div>
          </Part>
        ) : (
          <Ahead plan={plan} chosen={chosen} />
        )
      ) : (
        <Execution detail={detail} plan={plan} view={view} attempt={attempts.get(view.step)} onChoose={onChoose} />
      )}
    </>
  );
}

function Ahead({ plan, chosen }: { readonly plan: Plan | undefined; readonly chosen: string }): ReactElement {
  const step = plan?.steps[planIdOf(chosen)];
  return (
    <Part title="What it would do">
      <p className={css['quiet']}>The run has not come here.</p>
      {step?.if === undefined ? null : (
        <p>
          Only if <code>{step.if}</code>
        </p>
      )}
      {step?.kind === 'action' ? (
        <p>
          {step.action}
          {step.undo === undefined ? '' : `, undone by ${step.undo}`}
        </p>
      ) : null}
    </Part>
  );
}

type ExecutionProps = Omit<StepPanelProps, 'chosen' | 'attempts'> & { readonly view: StepView; readonly attempt: Attempt | undefined };

function Execution({ detail, plan, view, attempt, onChoose }: ExecutionProps): ReactElement {
  const effects = detail.effects.filter(({ step }) => step === view.step);
  return (
    <>
      <Stands view={view} attempt={attempt} />
      <Waits run={detail.run} view={view} />
      <StepActions detail={detail} plan={plan} view={view} />
      <Input detail={detail} plan={plan} view={view} />
      {view.outputs === undefined || Object.keys(view.outputs).length === 0 ? null : (
        <Part title="Output" aside={<CopyButton text={JSON.stringify(view.outputs, undefined, 2)} label="Copy as JSON" />}>
          <ValuesOf of={view.outputs} label="Output" />
        </Part>
      )}
      <EffectParts effects={effects} />
      <History detail={detail} view={view} onChoose={onChoose} />
    </>
  );
}

function Stands({ view, attempt }: { readonly view: StepView; readonly attempt: Attempt | undefined }): ReactElement | null {
  const { summary, error, lease, skipped, recordedIn, untilMs, child } = view;
  const state = stateOf(view, attempt);
  const known =
    [summary, error, lease, skipped, recordedIn, child].some((one) => one !== undefined) || state === 'retrying' || state === 'waiting';
  if (!known) return null;
  return (
    <Part title="How it stands">
      {summary === undefined ? null : <p>{summary}</p>}
      {state === 'retrying' && attempt !== undefined ? <Retrying attempt={attempt} /> : null}
      {state === 'waiting' && untilMs !== undefined ? (
        <p>
          waits <Countdown until={new Date(untilMs).toISOString()} />
        </p>
      ) : null}
      {error === undefined ? null : (
        <div className={css['fault']}>
          <code>{error.code}</code> {error.message}
        </div>
      )}
      {lease === undefined ? null : (
        <p>
          {state === 'done' ? 'undone by itself in ' : 'held for '}
          {state === 'done' ? <Countdown until={new Date(lease.untilMs).toISOString()} late="over since" /> : lease.duration}
        </p>
      )}
      {skipped === undefined ? null : (
        <p>
          skipped by <strong>{skipped.by}</strong>: {skipped.reason}
        </p>
      )}
      {recordedIn === undefined ? null : (
        <p>
          taken over from <Link to={`/runs/${recordedIn}`}>{recordedIn}</Link>: nothing was done here
        </p>
      )}
      {child === undefined ? null : (
        <p>
          its run is <Link to={`/runs/${child}`}>{child}</Link>
        </p>
      )}
    </Part>
  );
}

function Retrying({ attempt: { attempt, most, nextAt, lastError } }: { readonly attempt: Attempt }): ReactElement {
  return (
    <div className={css['fault']} data-tone="warn">
      <p>
        attempt {attempt}
        {most === undefined ? '' : ` of ${most}`}
        {nextAt === undefined ? ' is under way' : ''}
        {nextAt === undefined ? null : (
          <>
            {' '}
            in <Countdown until={nextAt} late="due for" />
          </>
        )}
      </p>
      {lastError === undefined ? null : <p>{lastError}</p>}
    </div>
  );
}

function Input({
  detail,
  plan,
  view,
}: {
  readonly detail: RunDetail;
  readonly plan: Plan | undefined;
  readonly view: StepView;
}): ReactElement | null {
  const { data: compiler } = useQuery({ queryKey: ['compiler'], queryFn: () => import('../playbook/compiler.ts'), staleTime: Infinity });
  const input = useMemo(
    () => (plan === undefined || compiler === undefined ? undefined : inputOf(detail, plan, view, compiler.evaluateTemplate)),
    [detail, plan, view, compiler],
  );
  if (input === undefined || Object.keys(input).length === 0) return null;
  return (
    <Part title="Input" aside={<CopyButton text={JSON.stringify(input, undefined, 2)} label="Copy as JSON" />}>
      <ValuesOf of={input} label="Input" />
    </Part>
  );
}

function History({ detail, view, onChoose }: Pick<ExecutionProps, 'detail' | 'view' | 'onChoose'>): ReactElement {
  const { startedAtMs, endedAtMs, attempt, step } = view;
  const told = detail.commands.filter(({ params }) => params['step'] === step);
  const loop = step.includes('].') ? planIdOf(step) : undefined;
  return (
    <Part title="History" aside={startedAtMs === undefined || endedAtMs === undefined ? undefined : lengthOf(endedAtMs - startedAtMs)}>
      <ul className={css['moments']}>
        {startedAtMs === undefined ? null : (
          <Moment atMs={startedAtMs} what={attempt === undefined ? 'began' : `began, attempt ${attempt}`} />
        )}
        {told.map(({ id, at, kind, by, status, error }) => (
          <li key={id}>
            <When at={at} as="clock" />
            <span>
              {by}: {kind} · {status}
              {error === undefined ? '' : `, ${error.message}`}
            </span>
          </li>
        ))}
        {endedAtMs === undefined ? null : <Moment atMs={endedAtMs} what={view.status} />}
      </ul>
      {loop === undefined ? null : (
        <p>
          <button type="button" className={css['plain']} onClick={() => onChoose(loop)}>
            all executions of {loop}
          </button>
        </p>
      )}
    </Part>
  );
}

function Moment({ atMs, what }: { readonly atMs: number; readonly what: string }): ReactElement {
  return (
    <li>
      <When at={new Date(atMs).toISOString()} as="clock" />
      <span>{what}</span>
    </li>
  );
}
