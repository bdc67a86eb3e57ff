/**
 * A step that a person skips. It is stopped first; where it has come to its end before it could be, that end holds and the skip is refused.
 * What it may have done is taken back, and then the run goes on behind it. A skipped approval grants nothing.
 */
import { EdictError } from '../../errors.ts';
import type { RunCommandOf } from '../control/command.ts';
import { leave, move, stopOwed } from './flow.ts';
import type { Entry } from './move.ts';
import { requireProcedure } from './pause.ts';
import type { StepState } from './state.ts';
import { stepOf, type Turn } from './turn.ts';

type Skip = RunCommandOf<'skip'>;

export function skip(turn: Turn, command: Skip): 'later' | undefined {
  requireProcedure(turn.state, 'told to skip a step');
  const held = heldEntry(turn, command.step);
  if (held) {
    skipHeld(turn, held, command);
    return undefined;
  }
  const state = turn.state.steps[command.step];
  if (!state || !turn.state.active[state.key]) throw notNow(turn, command.step, state);
  requireSkippable(turn, state);
  const { id, by, reason } = command;
  state.skip = { command: id, by, reason };
  if (stopsAtOnce(turn, state)) move(turn, state, () => ({ to: 'skip' }));
  else stopOwed(turn, state);
  return 'later';
}

function heldEntry({ state }: Turn, key: string): Entry | undefined {
  return state.paused && state.deferred?.find(({ id, prefix }) => `${prefix}${id}` === key);
}

/** It would begin when the run is resumed: what comes behind it is held in its place. */
function skipHeld(turn: Turn, held: Entry, { by, reason }: Skip): void {
  const { state } = turn;
  state.deferred = state.deferred?.filter((entry) => entry !== held) ?? [];
  const key = `${held.prefix}${held.id}`;
  const step: StepState = { key, ...held, status: 'running', startedAtMs: turn.nowMs, skipped: { by, reason } };
  state.steps[key] = step;
  state.active[key] = true;
  leave(turn, step, 'skipped', stepOf(turn, held.id).next);
}

function notNow({ plan }: Turn, key: string, state: StepState | undefined): EdictError {
  if (state) return new EdictError('run-state-wrong', `step \`${key}\` is ${state.status}: it cannot be skipped any more`);
  const id = (key.split('.').at(-1) ?? '').replace(/\[\d+\]$/u, '');
  if (!Object.hasOwn(plan.steps, id)) return new EdictError('not-found', `the playbook has no step \`${key}\``);
  return new EdictError('run-state-wrong', `step \`${key}\` has not begun: pause the run, and skip it when it is the next`);
}

const skippable = new Set(['action', 'approval', 'manual', 'playbook', 'wait']);

function requireSkippable(turn: Turn, state: StepState): void {
  const { kind, cleanup } = stepOf(turn, state.id);
  if (state.skip) throw new EdictError('run-state-wrong', `step \`${state.key}\` is being skipped already by \`${state.skip.by}\``);
  if (!skippable.has(kind) || cleanup)
    throw new EdictError('run-state-wrong', `a ${kind} step cannot be skipped: skip the steps inside \`${state.key}\``);
  if (turn.state.clearing?.[state.key])
    throw new EdictError('run-state-wrong', `step \`${state.key}\` takes back its last attempt: skip it when that is done`);
}

/** Nothing is owed an answer that says how it ended. */
function stopsAtOnce(turn: Turn, { key, retrying }: StepState): boolean {
  if (retrying) return true;
  return !(['act', 'child', 'open'].some((owed) => turn.state.owed[`${owed}:${key}`]) || isAsked(turn, key));
}

function isAsked({ state }: Turn, key: string): boolean {
  const step = state.steps[key];
  return step?.approval !== undefined || step?.task !== undefined;
}
