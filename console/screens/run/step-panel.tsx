/** One step, or all executions of one within a loop: how it stands, what waits for a person, input, output, decisions, effects, history. */
import { CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { RunDetail } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { Link } from '../../app/link.tsx';
import { loadPart } from '../../app/parts.ts';
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
  const executions = steps.filter(({ step }) => planIdOf(step) === chosen);
  const view = steps.find(({ step }) => step === chosen) ?? (executions.length === 1 ? executions[0] : undefined);
  return (
    <>
      <Head title={plan?.steps[planIdOf(chosen)]?.title ?? chosen} onClose={() => onChoose(undefined)}>
        {view === undefined ? (
          <span className={css['quiet']}>{executions.length === 0 ? 'not begun' : `${executions.length} executions`}</span>
        ) : (
          <StepStateOf step={view} attempt={attempts.get(view.step)} />
        )}
        <code>{chosen}</code>
        <span className={css['quiet']}>{kindOf(view, plan, chosen)}</span>
      </Head>
      {view === undefined ? (
        <NotOne executions={executions} plan={plan} chosen={chosen} attempts={attempts} onChoose={onChoose} />
      ) : (
        <Execution detail={detail} plan={plan} view={view} attempt={attempts.get(view.step)} onChoose={onChoose} />
      )}
    </>
  );
}

/** What it does, or what kind of step it is. */
function kindOf(view: StepView | undefined, plan: Plan | undefined, chosen: string): string {
  return view?.action ?? plan?.steps[planIdOf(chosen)]?.kind ?? '';
}

type HeadProps = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode };

function Head({ title, onClose, children }: HeadProps): ReactElement {
  return (
    <header className={css['panel-head']}>
      <div className={css['panel-title']}>
        <h2>{title}</h2>
        <CloseButton aria-label="Back to the run" onClick={onClose} />
      </div>
      <p className={css['line']}>{children}</p>
    </header>
  );
}

type NotOneProps = Omit<StepPanelProps, 'detail'> & { readonly executions: readonly StepView[] };

function NotOne({ executions, plan, chosen, attempts, onChoose }: NotOneProps): ReactElement {
  if (executions.length === 0) return <Ahead plan={plan} chosen={chosen} />;
  return (
    <Part title="Executions">
      <div className={css['executions']}>
        <StepList steps={executions} attempts={attempts} onChoose={onChoose} />
      </div>
    </Part>
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
  const state = stateOf(view, attempt);
  const retrying = state === 'retrying' && attempt !== undefined;
  const waiting = state === 'waiting' && view.untilMs !== undefined;
  const known = [view.summary, view.error, view.lease, view.skipped, view.recordedIn, view.child].some((one) => one !== undefined);
  if (!known && !retrying && !waiting) return null;
  return (
    <Part title="How it stands">
      {view.summary === undefined ? null : <p>{view.summary}</p>}
      {retrying ? <Retrying attempt={attempt} /> : null}
      {waiting ? (
        <p>
          waits <Countdown until={new Date(view.untilMs ?? 0).toISOString()} />
        </p>
      ) : null}
      {view.error === undefined ? null : (
        <div className={css['fault']}>
          <code>{view.error.code}</code> {view.error.message}
        </div>
      )}
      <Holds view={view} />
      <Elsewhere view={view} />
    </Part>
  );
}

/** How long its effect holds. */
function Holds({ view: { lease, status } }: { readonly view: StepView }): ReactElement | null {
  if (lease === undefined) return null;
  if (status !== 'done') return <p>held for {lease.duration}</p>;
  return (
    <p>
      undone by itself in <Countdown until={new Date(lease.untilMs).toISOString()} late="over since" />
    </p>
  );
}

/** What people or other runs have to do with it. */
function Elsewhere({ view: { skipped, recordedIn, child } }: { readonly view: StepView }): ReactElement {
  return (
    <>
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
    </>
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
  const { data: compiler } = useQuery({
    queryKey: ['compiler'],
    queryFn: () => loadPart(() => import('../playbook/compiler.ts')),
    staleTime: Infinity,
  });
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
