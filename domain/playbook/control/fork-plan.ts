/**
 * What a run that begins in the middle takes over from another: of the steps before it, what their records say. Refused where the road
 * from there on would rest on something that does not hold any more: an effect that was undone, an approval of the other run.
 */
import { EdictError } from '../../errors.ts';
import type { Fork, RecordedStep } from './fork.ts';
import { edgesOf } from '../graph.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { RunView, StepStatus, StepView } from '../view.ts';

export type ForkOf = {
  /** The plan that the first run has, and its view. */
  readonly plan: Plan;
  readonly view: RunView;
  /** The plan that the fork is to have. */
  readonly onto: Plan;
  readonly from: string;
};

/** Throws `not-found`, `input-invalid` and `run-state-wrong`, each with the step that stands in the way. */
export function forkOf({ plan, view, onto, from }: ForkOf): Fork {
  requireTopStep(onto, from);
  requireOwnApprovals(onto, from);
  const before = stepsBefore(onto, from);
  const firstTime = view.steps.find(({ step }) => step === from)?.startedAtMs;
  const records = view.steps.filter(({ step }) => Object.hasOwn(plan.steps, step) && before.has(step));
  for (const record of records) requireRecorded(record, onto.steps[record.step], firstTime);
  return { of: view.run, from, steps: records.map(recordOf) };
}

/** Blocks and what belongs to a cancellation have a life of their own: a run begins again outside of them. */
function requireTopStep({ playbook, version, steps }: Plan, from: string): void {
  const step = Object.hasOwn(steps, from) ? steps[from] : undefined;
  if (!step)
    throw new EdictError('not-found', `\`${playbook}\` ${version} has no step \`${from}\``, {
      where: '/from',
      expected: `one of ${Object.values(steps)
        .filter((each) => isTop(each))
        .map(({ id }) => id)
        .join(', ')}`,
    });
  if (isTop(step)) return;
  throw new EdictError(
    'input-invalid',
    `step \`${from}\` is inside ${step.in === undefined ? 'what a cancellation runs' : `\`${step.in}\``}`,
    {
      where: '/from',
      expected: 'a step outside of loops and other blocks',
      help: step.in === undefined ? undefined : `begin again at \`${step.in}\``,
    },
  );
}

const isTop = ({ in: around, cleanup, id }: PlanStep): boolean => around === undefined && !cleanup && !id.includes('.');

/** An approval never carries over. What it covers is reached only through it, or not at all. */
function requireOwnApprovals(plan: Plan, from: string): void {
  const ahead = reachable(plan, from);
  for (const id of ahead) {
    const step = plan.steps[id];
    const approval = step?.kind === 'action' ? step.approval : undefined;
    if (approval === undefined || (ahead.has(approval) && !reachable(plan, from, approval).has(id))) continue;
    throw new EdictError('run-state-wrong', `step \`${id}\` needs approval \`${approval}\`, which was given to the other run alone`, {
      where: '/from',
      help: `begin again at \`${approval}\` or before`,
    });
  }
}

function requireRecorded(
  { step, status, kind, endedAtMs }: StepView,
  planned: PlanStep | undefined,
  firstTimeMs: number | undefined,
): void {
  if (planned && planned.kind !== kind)
    throw new EdictError('run-state-wrong', `step \`${step}\` was a ${kind} step and is a ${planned.kind} step now`, { where: '/version' });
  if (underWay.has(status)) throw new EdictError('run-state-wrong', `step \`${step}\` before it is still ${status}`, { where: '/from' });
  const undoneSince = undone.has(status) && (firstTimeMs === undefined || (endedAtMs ?? Infinity) > firstTimeMs);
  if (!undoneSince) return;
  throw new EdictError('run-state-wrong', `what step \`${step}\` did was taken back: what comes after it cannot rest on it`, {
    where: '/from',
    help: `begin again at \`${step}\` or before`,
  });
}

const underWay: ReadonlySet<StepStatus> = new Set(['running', 'waiting', 'undoing']);
const undone: ReadonlySet<StepStatus> = new Set(['undone', 'undo-failed']);

function recordOf({ step, kind, status, startedAtMs, endedAtMs, outputs, error, summary, lease }: StepView): RecordedStep {
  return {
    step,
    kind,
    status,
    startedAtMs: startedAtMs ?? 0,
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(error === undefined ? {} : { error }),
    ...(summary === undefined ? {} : { summary }),
    ...(lease === undefined ? {} : { lease }),
  };
}

/** From which the step can be reached, and what is inside of those. */
function stepsBefore(plan: Plan, from: string): ReadonlySet<string> {
  const before = new Set<string>();
  for (const { id } of Object.values(plan.steps)) if (id !== from && reachable(plan, topOf(plan, id)).has(from)) before.add(id);
  return before;
}

function topOf({ steps }: Plan, id: string): string {
  let at = id;
  for (let around = steps[at]?.in; around !== undefined; around = steps[at]?.in) at = around;
  return at;
}

/** With the step itself; not beyond `wall`, and not by way of a cancellation. */
function reachable({ steps }: Plan, from: string, wall?: string): ReadonlySet<string> {
  const found = new Set([from]);
  for (const id of found) {
    const step = id === wall ? undefined : steps[id];
    for (const { to, kind } of step ? edgesOf(step) : []) if (kind !== 'cancelled' && Object.hasOwn(steps, to)) found.add(to);
  }
  return found;
}
