/** The run as people see it: the steps that were entered, in the order of entering. */
import type { JsonObject } from '../../json.ts';
import type { Plan } from '../plan.ts';
import type { RunView, StepView } from '../view.ts';
import type { RunState, StepState } from './state.ts';

export function viewOf(plan: Plan, state: RunState): RunView {
  return {
    run: state.run,
    playbook: state.playbook,
    version: state.version,
    status: statusOf(state),
    ...(state.outcome === undefined ? {} : { outcome: state.outcome }),
    steps: Object.values(state.steps).map((step) => stepView(plan, state, step)),
    ...(state.outputs === undefined ? {} : { outputs: state.outputs }),
    ...(state.error === undefined ? {} : { error: state.error }),
  };
}

function statusOf(state: RunState): RunView['status'] {
  if (state.phase === 'ended') return 'ended';
  if (state.phase === 'settling') return Object.values(state.timers).some(({ kind }) => kind === 'lease') ? 'leased' : 'running';
  return Object.keys(state.active).some((key) => state.steps[key]?.approval?.id !== undefined) ? 'waiting-for-people' : 'running';
}

function stepView(plan: Plan, state: RunState, step: StepState): StepView {
  const planned = plan.steps[step.id];
  const lease = step.effect === undefined ? undefined : state.effects[step.effect]?.lease;
  const untilMs = step.untilMs ?? (step.status === 'done' ? lease?.untilMs : undefined);
  const outputs: JsonObject | undefined = step.outputs;
  return {
    step: step.key,
    kind: planned?.kind ?? 'unknown',
    ...(planned?.kind === 'action' ? { action: planned.action } : {}),
    status: step.status,
    startedAtMs: step.startedAtMs,
    ...(step.endedAtMs === undefined ? {} : { endedAtMs: step.endedAtMs }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(step.error === undefined ? {} : { error: step.error }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(step.approval?.id === undefined ? {} : { approval: step.approval.id }),
  };
}
