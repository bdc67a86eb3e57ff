/**
 * The rest of a parallel that has joined: branches that were stopped or had failed before. What they did is undone before the
 * parallel is done, newest first, also what was still under way when they were stopped; or it is kept, where that is asked for.
 */
import { actions, type ActionSpec } from '../actions.ts';
import type { PlanStep } from '../plan.ts';
import { undo } from './effects.ts';
import { stay, type Move } from './move.ts';
import type { StepState } from './state.ts';
import { containerOf, goesBack, startTimer, stepOf, stepOfKind, type Turn } from './turn.ts';

/** Enough branches have ended well and nothing inside is under way any more: waits, takes back, goes on. */
export function restEnded(turn: Turn, state: StepState): Move {
  if (stepOfKind(turn, state.id, 'parallel').join?.keep) return { to: 'next' };
  if (!state.undoing) {
    if (Object.keys(turn.state.owed).some((owed) => mayChange(turn, owed, state))) return stay;
    state.undoing = effectsOfRest(turn, state);
  }
  // Some other answer came while an undo is out.
  if (turn.state.effects.some(({ waiter }) => waiter === state.key)) return stay;
  for (let index = state.undoing.pop(); index !== undefined; index = state.undoing.pop()) if (undo(turn, index, state.key)) return stay;
  const failed = effectsOfRest(turn, state).find((index) => turn.state.effects[index]?.status === 'undo-failed');
  if (failed === undefined) return { to: 'next' };
  return {
    to: 'fail',
    error: { code: 'effect-failed', message: `step \`${turn.state.effects[failed]?.step}\` of the rest could not be undone` },
  };
}

/** The parallel is itself stopped while it takes back what the rest did: all of it is taken back without it. */
export function abandonRest(turn: Turn, state: StepState): void {
  if (!state.joined || stepOfKind(turn, state.id, 'parallel').join?.keep) return;
  for (const index of effectsOfRest(turn, state).toReversed()) undo(turn, index);
}

/** An action of a stopped step has answered. Tells whether the effect, if there is one, is taken care of. */
export function lateInRest(turn: Turn, step: StepState): boolean {
  for (const around of joinedAround(turn, step)) {
    if (!stepOfKind(turn, around.id, 'parallel').join?.keep) {
      if (turn.state.active[around.key]) return true;
      continue;
    }
    const lease = step.effect === undefined ? undefined : turn.state.effects[step.effect]?.lease;
    if (lease && !goesBack(turn)) startTimer(turn, { kind: 'lease', step: step.key, atMs: lease.untilMs });
    return true;
  }
  return false;
}

/** The joined parallels in whose rest the step is, from the inside out. */
export function joinedAround(turn: Turn, step: StepState): readonly StepState[] {
  const found: StepState[] = [];
  for (let at = step, up = containerOf(turn, at); up; [at, up] = [up, containerOf(turn, up)]) {
    if (up.joined && !isWinner(turn, up, at)) found.push(up);
  }
  return found;
}

function isWinner(turn: Turn, parallel: StepState, child: StepState): boolean {
  const branch = stepOfKind(turn, parallel.id, 'parallel').join?.branchOf[child.id];
  return branch !== undefined && (parallel.won ?? []).includes(branch);
}

function isOfRest(turn: Turn, key: string, parallel: StepState): boolean {
  const step = turn.state.steps[key];
  return step !== undefined && joinedAround(turn, step).includes(parallel);
}

/** Of an answer that is owed: whether it may be of a change. */
function mayChange(turn: Turn, owed: string, parallel: StepState): boolean {
  const [, key] = /^(?:act|child|open|close):(.*)$/su.exec(owed) ?? [];
  const step = key === undefined ? undefined : turn.state.steps[key];
  return step !== undefined && changesSomething(stepOf(turn, step.id)) && isOfRest(turn, step.key, parallel);
}

function changesSomething(step: PlanStep): boolean {
  if (step.kind === 'action') return (actions[step.action] as ActionSpec).does === 'effect';
  return step.kind === 'playbook' || (step.kind === 'manual' && step.undo !== undefined);
}

function effectsOfRest(turn: Turn, parallel: StepState): number[] {
  return turn.state.effects.flatMap(({ step }, index) => (isOfRest(turn, step, parallel) ? [index] : []));
}
