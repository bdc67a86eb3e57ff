/** The graph of a playbook with the step that is looked at beside it: what it does, with what, and where it goes from there. */
import { CloseButton } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useUrlState } from '../../app/url.ts';
import { Facts } from '../../look/facts.tsx';
import { Json } from '../../look/json.tsx';
import { runGraphOf, type RunNode } from '../run/graph/run-graph.ts';
import { Part } from '../run/part.tsx';
import css from './playbook.module.css';

const PlanGraph = partOf(() => import('../run/graph/plan-graph.tsx'), 'PlanGraph');

export function PlanView({ plan }: { readonly plan: Plan }): ReactElement {
  const [{ step: chosen }, setUrl] = useUrlState();
  const graph = useMemo(() => runGraphOf(plan), [plan]);
  const onChoose = useCallback(({ id }: RunNode) => setUrl({ step: id }), [setUrl]);
  return (
    <div className={css['split']}>
      <PlanGraph graph={graph} live={false} chosen={chosen} onChoose={onChoose} label="Graph of the playbook" />
      <aside className={css['side']} aria-label={chosen === undefined ? 'The playbook' : `Step ${chosen}`}>
        {chosen === undefined || plan.steps[chosen] === undefined ? (
          <Whole plan={plan} />
        ) : (
          <Step plan={plan} id={chosen} onClose={() => setUrl({ step: undefined })} />
        )}
      </aside>
    </div>
  );
}

function Whole({ plan: { inputs, triggers, outputs, tags } }: { readonly plan: Plan }): ReactElement {
  const named = Object.entries(tags).filter(([, ids]) => Array.isArray(ids) && ids.length > 0);
  return (
    <>
      <Part title="Starts">
        {triggers.length === 0 ? <p className={css['quiet']}>By a stage, by another playbook, or through the API.</p> : null}
        {triggers.map((trigger) => (
          <p key={JSON.stringify(trigger)}>
            {trigger.kind === 'manual' ? `by hand: ${trigger.roles.join(', ')}` : null}
            {trigger.kind === 'signal' ? (
              <>
                on a signal <code>{trigger.when}</code>
              </>
            ) : null}
            {trigger.kind === 'schedule' ? `by a schedule: ${trigger.cron ?? 'at intervals'}` : null}
            {trigger.kind === 'playbook' ? `when ${trigger.playbook} ends: ${trigger.outcomes.join(', ')}` : null}
          </p>
        ))}
      </Part>
      <Takes inputs={inputs} />
      {Object.keys(outputs).length === 0 ? null : (
        <Part title="Gives">
          <Facts of={Object.entries(outputs).map(([name, cel]) => [name, <code key={name}>{cel}</code>])} />
        </Part>
      )}
      {named.length === 0 ? null : (
        <Part title="Answers to">
          <Facts of={named.map(([catalogue, ids]) => [catalogue, (ids as readonly string[]).join(', ')])} />
        </Part>
      )}
    </>
  );
}

function Takes({ inputs }: Pick<Plan, 'inputs'>): ReactElement {
  return (
    <Part title="Takes">
      {Object.keys(inputs).length === 0 ? <p className={css['quiet']}>Nothing.</p> : null}
      <Facts
        of={Object.entries(inputs).map(([name, { type, default: usual, description }]) => [
          name,
          <span key={name}>
            {type}
            {usual === undefined ? '' : `, ${JSON.stringify(usual)} where not given`}
            {description === undefined ? null : <span className={css['quiet']}> {description}</span>}
          </span>,
        ])}
      />
    </Part>
  );
}

function Step({ plan, id, onClose }: { readonly plan: Plan; readonly id: string; readonly onClose: () => void }): ReactElement {
  const step = plan.steps[id];
  return (
    <>
      <header className={css['side-head']}>
        <h2>{step?.title ?? id}</h2>
        <CloseButton aria-label="Back to the playbook" onClick={onClose} />
      </header>
      <Part title="As it was compiled" aside={step?.kind}>
        <Json value={step} label={`Step ${id}`} />
      </Part>
    </>
  );
}
