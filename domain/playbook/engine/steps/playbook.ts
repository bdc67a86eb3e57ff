/**
 * `playbook`: another playbook as a run of its own, ordered by whoever asked for this one. The step is done when the child's outcome is
 * one that it accepts; what the child did is, from then on, an effect of this step, and taken back with the others.
 */
import { evaluateTemplates } from '../../template.ts';
import type { PlaybookStep } from '../../plan.ts';
import { undo } from '../effects.ts';
import { stay, type Kind, type Move } from '../move.ts';
import { lateInRest } from '../rest.ts';
import type { ChildEnd, ChildRun, StepState } from '../state.ts';
import { goesBack, invocationOf, jsonBytes, largestOutput, scopeOf, stepOfKind, type Turn } from '../turn.ts';

export const playbook: Kind<'playbook'> = {
  enter: (turn, state, step) => {
    const inputs = evaluateTemplates(step.params, scopeOf(turn, state.prefix));
    turn.state.owed[`child:${state.key}`] = true;
    turn.commands.push({
      type: 'start-child',
      step: state.key,
      invocation: invocationOf(turn, state),
      playbook: step.playbook,
      ...(step.version === undefined ? {} : { version: step.version }),
      inputs,
      ...(step.detach ? { detach: true } : {}),
    });
    return stay;
  },
};

/** A detached child is on its own from here on, also when the step was stopped meanwhile. */
export function childStarted(turn: Turn, state: StepState, child: ChildRun): Move {
  if (!turn.state.owed[`child:${state.key}`] || state.child) return stay;
  state.child = child;
  const { detach } = stepOfKind(turn, state.id, 'playbook');
  if (detach) delete turn.state.owed[`child:${state.key}`];
  if (state.status === 'running') {
    state.outputs = { run: child.run, version: child.version };
    if (state.skip && !detach) turn.commands.push({ type: 'cancel-child', step: state.key });
    return detach ? { to: 'next', outputs: state.outputs } : stay;
  }
  if (!detach) turn.commands.push({ type: 'cancel-child', step: state.key });
  return stay;
}

export function childEnded(turn: Turn, state: StepState, end: ChildEnd): Move {
  delete turn.state.owed[`child:${state.key}`];
  const step = stepOfKind(turn, state.id, 'playbook');
  recordWhatItDid(turn, state, step, end);
  if (state.status !== 'running') return tooLate(turn, state);
  if (end.refused && end.error) return { to: 'fail', error: end.error };
  const { outcome, error } = end;
  state.outputs = { ...state.outputs, outcome };
  if (!step.accept.includes(outcome)) {
    const why = error === undefined ? '' : `: ${error.message}`;
    return {
      to: 'fail',
      error: { code: 'child-failed', message: `playbook \`${step.playbook}\` (run \`${state.child?.run ?? ''}\`) ended: ${outcome}${why}` },
    };
  }
  const outputs = { ...end.outputs, ...state.outputs };
  if (jsonBytes(outputs) <= largestOutput) return { to: 'next', outputs };
  const message = `playbook \`${step.playbook}\` gave step \`${state.key}\` more than ${largestOutput} characters`;
  return { to: 'fail', error: { code: 'output-too-large', message } };
}

/** What it did and left in force is one effect here. A child that failed or was cancelled has taken its own back. */
function recordWhatItDid(turn: Turn, state: StepState, step: PlaybookStep, end: ChildEnd): void {
  if (!end.effects || !state.child) return;
  const status = step.undo === undefined ? 'kept' : 'confirmed';
  state.effect = turn.state.effects.push({ step: state.key, child: state.child.run, params: {}, status }) - 1;
}

/** The step was stopped meanwhile: what its child did does not stay. When the whole run is undone, its turn comes. */
function tooLate(turn: Turn, state: StepState): Move {
  if (lateInRest(turn, state)) return stay;
  if (state.effect !== undefined && !goesBack(turn)) undo(turn, state.effect);
  return stay;
}
