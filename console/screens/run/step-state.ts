/** The state of a step as people tell it apart, from its status, whether its run goes on, and what Temporal says of its attempts. */
import type { RunView, RunWorkflow } from '../../../api/contract/runs.ts';

export type StepView = RunView['steps'][number];
export type Attempt = RunWorkflow['attempts'][number];

export type StepState =
  | 'ahead'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'waiting-for-people'
  | 'waiting'
  | 'done'
  | 'undoing'
  | 'undone'
  | 'undo-failed'
  | 'failed'
  | 'denied'
  | 'expired'
  | 'cancelled'
  | 'skipped'
  | 'withheld';

/** Of several in one node, the one that matters most comes first. */
const weight: readonly StepState[] = [
  'undo-failed',
  'failed',
  'retrying',
  'waiting-for-people',
  'undoing',
  'running',
  'waiting',
  'queued',
  'denied',
  'expired',
  'undone',
  'cancelled',
  'done',
  'withheld',
  'skipped',
  'ahead',
];

/** As the look has them (look/state.tsx). */
type StepTone = 'still' | 'active' | 'waiting' | 'good' | 'warn' | 'bad';

export const toneOfStep: Readonly<Record<StepState, StepTone>> = {
  ahead: 'still',
  queued: 'still',
  running: 'active',
  retrying: 'warn',
  'waiting-for-people': 'waiting',
  waiting: 'waiting',
  done: 'good',
  undoing: 'warn',
  undone: 'still',
  'undo-failed': 'bad',
  failed: 'bad',
  denied: 'bad',
  expired: 'warn',
  cancelled: 'still',
  skipped: 'still',
  withheld: 'still',
};

export const wordsOfStep: Readonly<Record<StepState, string>> = {
  ahead: 'ahead',
  queued: 'queued',
  running: 'running',
  retrying: 'retrying',
  'waiting-for-people': 'waiting for a person',
  waiting: 'waiting',
  done: 'done',
  undoing: 'undoing',
  undone: 'undone',
  'undo-failed': 'undo failed',
  failed: 'failed',
  denied: 'denied',
  expired: 'expired',
  cancelled: 'cancelled',
  skipped: 'skipped',
  withheld: 'left out by the approval',
};

export function stateOf(step: StepView, attempt?: Attempt): StepState {
  if (step.status !== 'running' && step.status !== 'waiting') return step.status;
  if (step.approval !== undefined || step.task !== undefined) return 'waiting-for-people';
  if (attempt !== undefined && (attempt.attempt > 1 || attempt.lastError !== undefined)) return 'retrying';
  if (attempt?.state === 'waiting') return 'queued';
  return step.status;
}

export function heaviest(states: readonly StepState[]): StepState {
  return weight.find((state) => states.includes(state)) ?? 'ahead';
}

export function isOver(state: StepState): boolean {
  return !['ahead', 'queued', 'running', 'retrying', 'waiting-for-people', 'waiting', 'undoing'].includes(state);
}

/** `outer[1].each[3].apply` → `apply`, the step of the playbook that it is an execution of. */
export function planIdOf(key: string): string {
  const at = key.lastIndexOf('].') + 2;
  return at < 2 ? key : key.slice(at);
}

/** The attempts belong to the actions that are under way, of each action in the order in which they were begun. */
export function attemptsBySteps(steps: readonly StepView[], attempts: readonly Attempt[]): ReadonlyMap<string, Attempt> {
  const underWay = steps
    .filter(({ kind, status }) => kind === 'action' && (status === 'running' || status === 'undoing'))
    .toSorted((a, b) => (a.startedAtMs ?? 0) - (b.startedAtMs ?? 0));
  const left = [...attempts];
  const found = new Map<string, Attempt>();
  for (const { step, action } of underWay) {
    const at = left.findIndex((attempt) => attempt.action === action);
    if (at < 0) continue;
    found.set(step, left[at] as Attempt);
    left.splice(at, 1);
  }
  return found;
}
