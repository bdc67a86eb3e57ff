/** The run itself, where no step is chosen: what waits for people first, then what it was given, gave, changed and was told. */
import type { ReactElement } from 'react';
import type { RunDetail, RunWorkflow } from '../../../api/contract/runs.ts';
import { Link } from '../../app/link.tsx';
import { Digest } from '../../look/digest.tsx';
import { State } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';
import { Part } from './part.tsx';
import { stateOf } from './step-state.ts';
import { ValuesOf } from './values-of.tsx';
import { Waits } from './waits.tsx';
import css from './run.module.css';

type RunPanelProps = { readonly detail: RunDetail; readonly workflow: RunWorkflow | undefined; readonly onChoose: (step: string) => void };

export function RunPanel({ detail, workflow, onChoose }: RunPanelProps): ReactElement {
  const { view, inputs } = detail;
  const waiting = (view?.steps ?? []).filter((step) => stateOf(step) === 'waiting-for-people');
  return (
    <>
      {view?.paused === undefined ? null : (
        <Part title="Paused">
          <p>
            by <strong>{view.paused.by}</strong> <When at={new Date(view.paused.sinceMs).toISOString()} as="distance" />:{' '}
            {view.paused.reason}
          </p>
        </Part>
      )}
      {waiting.slice(0, 5).map((step) => (
        <Waits key={step.step} run={detail.run} view={step} />
      ))}
      <Ended detail={detail} />
      {Object.keys(inputs).length === 0 ? null : (
        <Part title="Given">
          <ValuesOf of={inputs} label="Inputs" />
        </Part>
      )}
      <Effects detail={detail} onChoose={onChoose} />
      <Told detail={detail} />
      <Identity detail={detail} workflow={workflow} />
    </>
  );
}

function Ended({ detail: { view, status, cancelledBy } }: { readonly detail: RunDetail }): ReactElement | null {
  const { error, outputs } = view ?? {};
  const nothing = outputs === undefined || Object.keys(outputs).length === 0;
  if (error === undefined && cancelledBy === undefined && (nothing || status !== 'ended')) return null;
  return (
    <Part title="Came to">
      {cancelledBy === undefined ? null : (
        <p>
          cancelled by <strong>{cancelledBy}</strong>
        </p>
      )}
      {error === undefined ? null : (
        <div className={css['fault']}>
          <code>{error.code}</code> {error.message}
        </div>
      )}
      {nothing ? null : <ValuesOf of={outputs} label="Outputs" />}
    </Part>
  );
}

function Effects({ detail: { effects }, onChoose }: Pick<RunPanelProps, 'detail' | 'onChoose'>): ReactElement {
  return (
    <Part title="Changed outside" aside={effects.length === 0 ? undefined : `${effects.length}`}>
      {effects.length === 0 ? (
        <p className={css['quiet']}>It has changed nothing outside Edict.</p>
      ) : (
        <ul className={css['rows']}>
          {effects.slice(0, 50).map((effect) => (
            <li key={effect.key} className={css['row']}>
              <p className={css['line']}>
                <State value={effect.status} />
                <button type="button" className={css['plain']} onClick={() => onChoose(effect.step)}>
                  {effect.step}
                </button>
              </p>
              <p className={css['quiet']}>
                {effect.action} · {[...effect.targets, ...effect.subjects].join(', ')}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Told({ detail: { commands } }: { readonly detail: RunDetail }): ReactElement | null {
  if (commands.length === 0) return null;
  return (
    <Part title="Told by people">
      <ul className={css['rows']}>
        {commands.map(({ id, kind, by, at, reason, status, error }) => (
          <li key={id} className={css['row']}>
            <p className={css['line']}>
              <strong>{by}</strong> {kind}{' '}
              <State value={status} tone={status === 'taken' ? 'good' : status === 'refused' ? 'bad' : 'still'} />{' '}
              <When at={at} as="distance" />
            </p>
            <p className={css['quiet']}>
              {reason}
              {error === undefined ? '' : ` — ${error.message}`}
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Identity({ detail, workflow }: Pick<RunPanelProps, 'detail' | 'workflow'>): ReactElement {
  const { run, planDigest, forks, migrations } = detail;
  return (
    <Part title="Record">
      <p className={css['line']}>
        <code>{run}</code>
      </p>
      <p className={css['line']}>
        <span className={css['quiet']}>plan</span> <Digest value={planDigest} />
      </p>
      {workflow?.link === undefined ? null : (
        <p>
          <a href={workflow.link} target="_blank" rel="noreferrer">
            Its workflow in Temporal
          </a>
        </p>
      )}
      {migrations.map(({ version, by }) => (
        <p key={version} className={css['quiet']}>
          taken to {version} by {by}
        </p>
      ))}
      {forks.map((fork) => (
        <p key={fork}>
          begun again as <Link to={`/runs/${fork}`}>{fork}</Link>
        </p>
      ))}
    </Part>
  );
}
