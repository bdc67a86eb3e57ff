/**
 * What was recorded of the actions of runs, as answers to the actions of another run: of the same step with the same parameters, else of
 * any step that asked the same, else of the same step with other parameters, which is said. What nobody recorded is not made up.
 */
import { canonicalJson } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { actions, type ActionSpec } from '../actions.ts';
import type { PerformCommand } from '../engine/messages.ts';
import type { Fake } from '../simulate.ts';
import type { StepView } from '../view.ts';
import type { RecordedRun } from './record.ts';

/** One performance. `params` is known once the run was gone through again. */
export type Performance = {
  readonly step: string;
  readonly action: string;
  readonly params?: JsonObject | undefined;
  readonly fake: Fake;
  readonly undo: Fake;
};

/** As the run's view has it; a step of a long loop that forgot its items is not among them. */
export function performancesOf(recorded: RecordedRun): readonly Performance[] {
  return recorded.view.steps.flatMap((step) => {
    const { action, status } = step;
    if (action === undefined || status === 'skipped' || status === 'running' || status === 'waiting') return [];
    const undo: Fake = status === 'undo-failed' ? { fail: step.error?.code ?? 'effect-failed', final: true } : {};
    return [{ step: step.step, action, fake: fakeOf(recorded, step), undo }];
  });
}

function fakeOf(recorded: RecordedRun, step: StepView): Fake {
  const { status, outputs, error } = step;
  const takesMs = tookMs(recorded, step);
  if (status === 'cancelled') return { fail: 'cancelled', final: true, takesMs: takesMs + 1 };
  const failed = status === 'failed' || (status !== 'done' && outputs === undefined && error !== undefined);
  return failed
    ? { fail: error?.code ?? 'effect-failed', message: error?.message, final: true, takesMs }
    : { outputs: outputs ?? {}, takesMs };
}

function tookMs({ effectsAtMs, startedAtMs }: RecordedRun, { step, startedAtMs: from = 0, endedAtMs = from }: StepView): number {
  const done = effectsAtMs[step];
  return Math.max(0, done === undefined ? endedAtMs - from : done + startedAtMs - from);
}

export type Answers = {
  /** Throws `input-invalid` for what was not recorded and has no fake. */
  readonly answer: (command: PerformCommand) => Fake | undefined;
  /** What was answered by something else than its own recording. */
  readonly notes: Set<string>;
};

/** `faked`: actions that the user has given an answer for. */
export function answersOf(performances: readonly Performance[], faked: ReadonlySet<string>): Answers {
  const notes = new Set<string>();
  const used = new Map<Performance, string>();
  const answer = (command: PerformCommand): Fake | undefined => {
    if (command.undoes !== undefined)
      return performances.find(({ step, action }) => step === command.step && isUndoOf(command, action))?.undo;
    const found = performanceFor(performances, command, used) ?? (faked.has(command.action) ? undefined : withOther(performances, command));
    if (found === undefined) return orFake(command, faked);
    used.set(found, command.step);
    if (found.params !== undefined && !asked(found, command))
      notes.add(`step \`${command.step}\` asks \`${command.action}\` otherwise than was recorded; the recorded answer is taken`);
    return found.fake;
  };
  return { answer, notes };
}

const isUndoOf = ({ action }: PerformCommand, of: string): boolean =>
  Object.hasOwn(actions, of) && (actions[of as keyof typeof actions] as ActionSpec).undo === action;

const asked = ({ params }: Performance, command: PerformCommand): boolean =>
  params !== undefined && canonicalJson(params) === canonicalJson(command.params);

function performanceFor(
  performances: readonly Performance[],
  command: PerformCommand,
  used: ReadonlyMap<Performance, string>,
): Performance | undefined {
  const same = performances.filter((each) => each.action === command.action && (each.params === undefined || asked(each, command)));
  const own = same.find(({ step }) => step === command.step);
  // Whoever reads twice reads the same; what changed something changed it once.
  const again = (actions[command.action] as ActionSpec).does === 'read';
  return own ?? same.find((each) => each.params !== undefined && (again || (used.get(each) ?? command.step) === command.step));
}

function withOther(performances: readonly Performance[], command: PerformCommand): Performance | undefined {
  return performances.find(({ step, action }) => step === command.step && action === command.action);
}

function orFake({ action, step }: PerformCommand, faked: ReadonlySet<string>): Fake | undefined {
  const { outputs }: ActionSpec = actions[action];
  if (faked.has(action) || action === 'control.noop' || Object.keys(outputs).length === 0) return undefined;
  throw new EdictError('input-invalid', `step \`${step}\` performs \`${action}\`, of which nothing was recorded`, {
    where: step,
    expected: `an answer with ${Object.keys(outputs).join(', ')}`,
    help: `say by a fake what \`${action}\` answers`,
  });
}
