/** A run: its graph as it goes, the step that is looked at beside it, and what one may tell it. */
import { SegmentedControl } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import type { RunDetail, RunWorkflow } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { Link } from '../../app/link.tsx';
import { useParam, useUrlState } from '../../app/url.ts';
import { Page } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { usePlan } from '../playbook/use-plan.ts';
import { Controls } from './controls.tsx';
import { Progress, RunState } from './progress.tsx';
import { RunPanel } from './run-panel.tsx';
import { runGraphOf, type RunGraph, type RunNode } from './graph/run-graph.ts';
import { StepList } from './step-list.tsx';
import { StepPanel } from './step-panel.tsx';
import { attemptsBySteps, planIdOf } from './step-state.ts';
import { useAttempts, useRun } from './use-run.ts';
import css from './run.module.css';

const PlanGraph = partOf(() => import('./graph/plan-graph.tsx'), 'PlanGraph');
const nobody: readonly never[] = [];

export function Screen(): ReactElement {
  const run = useParam('run');
  const { data, error, refetch } = useRun(run);
  if (data === undefined) {
    return <Page title="Run">{error === null ? <Loading lines={8} /> : <Failure error={error} onRetry={() => void refetch()} />}</Page>;
  }
  return <Known detail={data} key={run} />;
}

function Known({ detail }: { readonly detail: RunDetail }): ReactElement {
  const plan = usePlan(detail.playbook, detail.version);
  const workflow = useAttempts(detail.run, detail.status !== 'ended');
  return (
    <Page
      title={plan.data?.title ?? detail.playbook}
      about={<About detail={detail} />}
      actions={<Controls detail={detail} plan={plan.data} />}
      fill
    >
      <Progress detail={detail} plan={plan.data} />
      <Room detail={detail} plan={plan.data} workflow={workflow.data} planError={plan.error} />
    </Page>
  );
}

function About({ detail }: { readonly detail: RunDetail }): ReactElement {
  const { playbook, version, requester, orderedAt, incident, origin, forkOf } = detail;
  return (
    <span className={css['about']}>
      <RunState detail={detail} />
      <span>
        <Link to={`/playbooks/${playbook}`} search={{ version }}>
          {playbook} {version}
        </Link>
      </span>
      <span>
        by <strong>{requester}</strong> <When at={orderedAt} as="distance" />
      </span>
      {incident === undefined ? null : (
        <span>
          for <Link to={`/incidents/${incident}`}>{incident}</Link>
        </span>
      )}
      {origin === undefined ? null : (
        <span>
          {originWords[origin.kind]} <Link to={`/runs/${origin.run}`}>{origin.run}</Link>
        </span>
      )}
      {forkOf === undefined ? null : (
        <span>
          begun again at {forkOf.from} of <Link to={`/runs/${forkOf.run}`}>{forkOf.run}</Link>
        </span>
      )}
    </span>
  );
}

const originWords = { child: 'called by', undo: 'takes back', after: 'follows' } as const;

type RoomProps = {
  readonly detail: RunDetail;
  readonly plan: Plan | undefined;
  readonly workflow: RunWorkflow | undefined;
  readonly planError: unknown;
};

function Room({ detail, plan, workflow, planError }: RoomProps): ReactElement {
  const [{ step: chosen, view: shown }, setUrl] = useUrlState();
  const steps = detail.view?.steps ?? nobody;
  const attempts = useMemo(() => attemptsBySteps(steps, workflow?.attempts ?? []), [steps, workflow]);
  const graph = useMemo(() => (plan === undefined ? undefined : runGraphOf(plan, steps, attempts)), [plan, steps, attempts]);
  const asList = shown === 'steps' || (plan === undefined && planError !== null);
  const choose = useCallback((step: string | undefined) => setUrl({ step }), [setUrl]);
  return (
    <div className={css['room']}>
      <div className={css['drawn']}>
        <div className={css['switch']}>
          <SegmentedControl
            size="xs"
            aria-label="How the run is shown"
            value={asList ? 'steps' : 'graph'}
            onChange={(value) => setUrl({ view: value === 'graph' ? undefined : value })}
            data={[
              { value: 'graph', label: 'Graph' },
              { value: 'steps', label: `Steps ${steps.length}` },
            ]}
          />
        </div>
        {asList ? (
          <StepList steps={steps} attempts={attempts} onChoose={choose} />
        ) : graph === undefined ? (
          <Loading />
        ) : (
          <Graph graph={graph} steps={steps} chosen={chosen} onChoose={choose} />
        )}
      </div>
      <aside className={css['panel']} aria-label={chosen === undefined ? 'The run' : `Step ${chosen}`}>
        {chosen === undefined ? (
          <RunPanel detail={detail} workflow={workflow} onChoose={choose} />
        ) : (
          <StepPanel key={chosen} detail={detail} plan={plan} chosen={chosen} attempts={attempts} onChoose={choose} />
        )}
      </aside>
    </div>
  );
}

type GraphProps = {
  readonly graph: RunGraph;
  readonly steps: readonly { readonly step: string }[];
  readonly chosen: string | undefined;
  readonly onChoose: (step: string | undefined) => void;
};

function Graph({ graph, steps, chosen, onChoose }: GraphProps): ReactElement {
  const onNode = useCallback(
    ({ id, steps: executions }: RunNode) => onChoose(executions.length === 1 ? executions[0]?.step : id),
    [onChoose],
  );
  const node = chosen === undefined ? undefined : planIdOf(chosen);
  return <PlanGraph graph={graph} live={steps.length > 0} chosen={node} onChoose={onNode} label="Graph of the run" />;
}
