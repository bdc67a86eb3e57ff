/** What is under way: what waits for people, the newest run as a graph and step by step, what was done outside, and incidents that share something. */
import type { ReactElement, ReactNode } from 'react';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import type { RunSummary } from '../../../api/contract/runs.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { partOf } from '../../app/part.tsx';
import { Severity } from '../../look/severity.tsx';
import { State } from '../../look/state.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { usePlan } from '../playbook/use-plan.ts';
import { RunState } from '../run/progress.tsx';
import { stateOf, toneOfStep, wordsOfStep } from '../run/step-state.ts';
import css from './incident.module.css';

const RunMap = partOf(() => import('../run/graph/run-map.tsx'), 'RunMap');
const none: readonly never[] = [];

export function Aside({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  const [newest, ...older] = detail.runs;
  return (
    <aside className={css['aside']} aria-label="Under way">
      <Waiting detail={detail} />
      <Part title="Run">
        {newest === undefined ? (
          <p className={css['quiet']}>
            No playbook ran for it. <code>/run</code> starts one.
          </p>
        ) : (
          <NewestRun run={newest} />
        )}
        {older.length === 0 ? null : (
          <ul className={css['older']}>
            {older.map(({ run, playbook, outcome, status }) => (
              <li key={run}>
                <Link to={`/runs/${run}`}>{playbook}</Link>
                <State value={outcome ?? status} terse />
              </li>
            ))}
          </ul>
        )}
      </Part>
      {detail.effects.length === 0 ? null : (
        <Part title="Done outside">
          <ul className={css['effects']}>
            {detail.effects.map(({ key, action, targets, status }) => (
              <li key={key}>
                <State value={status} terse />
                <span title={targets.join(', ')}>
                  {action} <span className={css['quiet']}>{targets.join(', ')}</span>
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Related detail={detail} />
    </aside>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section aria-label={title} className={css['part']}>
      <h2 className={css['part-title']}>{title}</h2>
      {children}
    </section>
  );
}

function Waiting({ detail }: { readonly detail: IncidentDetail }): ReactElement | null {
  const approvals = detail.approvals.filter(({ status }) => status === 'open');
  const tasks = detail.tasks.filter(({ status }) => status === 'open');
  if (approvals.length + tasks.length === 0) return null;
  return (
    <Part title="Waits for people">
      <ul className={css['waits']}>
        {approvals.map(({ id, summary, expiresAt }) => (
          <li key={id}>
            <Link to={`/approvals/${id}`}>{summary}</Link>
            <span className={css['quiet']}>
              approval, <Countdown until={expiresAt} late="over since" /> left
            </span>
          </li>
        ))}
        {tasks.map(({ id, run, title, claimedBy }) => (
          <li key={id}>
            <Link to={`/runs/${run}`}>{title}</Link>
            <span className={css['quiet']}>task, {claimedBy === undefined ? 'nobody has it' : `with ${claimedBy}`}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Its graph, which leads to the run's own screen, and its steps in the order in which they were begun. */
function NewestRun({ run }: { readonly run: RunSummary }): ReactElement {
  const { data } = useRead('runs.get', { params: { run: run.run } });
  const { data: plan } = usePlan(data?.playbook, data?.version);
  return (
    <>
      <div className={css['run']}>
        <Link to={`/runs/${run.run}`}>{run.playbook}</Link>
        {data === undefined ? null : <RunState detail={data} />}
      </div>
      {plan === undefined ? null : (
        <Link to={`/runs/${run.run}`} className={css['map']} aria-label={`The graph of ${run.playbook}`}>
          <RunMap plan={plan} steps={data?.view?.steps ?? none} />
        </Link>
      )}
      <ol className={css['steps']}>
        {data?.view?.steps.slice(0, 40).map((step) => {
          const state = stateOf(step, undefined);
          return (
            <li key={step.step}>
              <Link to={`/runs/${run.run}`} search={{ step: step.step }} className={css['step']}>
                {step.step}
              </Link>
              <State value={state} tone={toneOfStep[state]} label={wordsOfStep[state]} />
            </li>
          );
        })}
      </ol>
    </>
  );
}

function Related({ detail }: { readonly detail: IncidentDetail }): ReactElement | null {
  if (detail.related.length === 0) return null;
  return (
    <Part title="Related">
      <ul className={css['related']}>
        {detail.related.map(({ id, title, severity, status, openedAt, shared }) => (
          <li key={id}>
            <Severity value={severity} terse />
            <div>
              <Link to={`/incidents/${id}`}>{title}</Link>
              <p className={css['quiet']}>
                {status} · <When at={openedAt} as="distance" /> · both have {shared.join(', ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}
