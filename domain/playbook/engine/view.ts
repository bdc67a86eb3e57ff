/** The run as people see it: the steps that were entered, in the order of entering. */
import type { Plan } from '../plan.ts';
import type { RunView, StepView } from '../view.ts';
import type { RunState, StepState } from './state.ts';

/** A step that the plan does not have, as before it is loaded, is of an unknown kind. */
export function viewOf(plan: Pick<Plan, 'steps'>, state: RunState): RunView {
  return {
    run: state.run,
    playbook: state.playbook,
    version: state.version,
    status: statusOf(state),
    outcome: state.outcome,
    steps: Object.values(state.steps).map((step) => stepView(plan, state, step)),
    outputs: state.outputs,
    error: state.error,
    ...(state.paused ? { paused: pausedView(state.paused) } : {}),
    ...(state.forkOf ? { forkOf: state.forkOf } : {}),
  };
}

function pausedView({ by, reason, sinceMs }: NonNullable<RunState['paused']>): NonNullable<RunView['paused']> {
  return { by, reason, sinceMs };
}

function statusOf(state: RunState): RunView['status'] {
  if (state.phase === 'ended') return 'ended';
  if (state.paused) return 'paused';
  if (state.phase === 'settling' && !waitsForPeople(state))
    return Object.values(state.timers).some(({ kind }) => kind === 'lease') ? 'leased' : 'running';
  return waitsForPeople(state) ? 'waiting-for-people' : 'running';
}

function waitsForPeople({ active, steps, owed }: RunState): boolean {
  if (Object.keys(active).some((key) => (steps[key]?.approval ?? steps[key]?.task)?.id !== undefined)) return true;
  return Object.keys(owed).some((key) => key.startsWith('undo:') && steps[key.slice(5)]?.undoTask !== undefined);
}

function taskView({ task, undoTask }: StepState): Pick<StepView, 'task'> {
  const id = (undoTask ?? task)?.id;
  return id === undefined ? {} : { task: id };
}

function stepView(plan: Pick<Plan, 'steps'>, state: RunState, step: StepState): StepView {
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
    ...taskView(step),
    ...(step.attempt === undefined ? {} : { attempt: step.attempt }),
    ...(step.child ? { child: step.child.run } : {}),
    summary: step.summary,
    ...(step.skipped ? { skipped: step.skipped } : {}),
    ...(step.recorded ? { recordedIn: step.recorded.run } : {}),
    ...leaseView(state, step),
  };
}

function leaseView(state: RunState, { recorded, effect }: StepState): Pick<StepView, 'lease'> {
  const lease = recorded?.lease ?? (effect === undefined ? undefined : state.effects[effect]?.lease);
  return lease ? { lease } : {};
}

function leaseEnd(state: RunState, { status, effect }: StepState): number | undefined {
  return status === 'done' && effect !== undefined ? state.effects[effect]?.lease?.untilMs : undefined;
}
