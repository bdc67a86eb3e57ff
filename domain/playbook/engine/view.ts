/** The run as people see it: the steps that were entered, in the order of entering. */
import type { Plan } from '../plan.ts';
import type { RunView, StepView } from '../view.ts';
import type { RunState, StepState } from './state.ts';

export function viewOf(plan: Plan, state: RunState): RunView {
  return {
    run: state.run,
    playbook: state.playbook,
    version: state.version,
    status: statusOf(state),
    outcome: state.outcome,
    steps: Object.values(state.steps).map((step) => stepView(plan, state, step)),
    outputs: state.outputs,
    error: state.error,
  };
}

function statusOf(state: RunState): RunView['status'] {
  if (state.phase === 'ended') return 'ended';
  if (state.phase === 'settling') return Object.values(state.timers).some(({ kind }) => kind === 'lease') ? 'leased' : 'running';
  return Object.keys(state.active).some((key) => state.steps[key]?.approval?.id !== undefined) ? 'waiting-for-people' : 'running';
}

function stepView(plan: Plan, state: RunState, step: StepState): StepView {
  const planned = plan.steps[step.id];
  const { key, status, startedAtMs, endedAtMs, outputs, error } = step;
  return {
    step: key,
    kind: planned?.kind ?? 'unknown',
    action: planned?.kind === 'action' ? planned.action : undefined,
    status,
    startedAtMs,
    endedAtMs,
    outputs,
    error,
    untilMs: step.untilMs ?? leaseEnd(state, step),
    approval: step.approval?.id,
    summary: step.summary,
  };
}

function leaseEnd(state: RunState, { status, effect }: StepState): number | undefined {
  return status === 'done' && effect !== undefined ? state.effects[effect]?.lease?.untilMs : undefined;
}
