/**
 * Pause and resume. A paused run begins nothing new: what would begin is held. What is under way goes on (actions, waits, approvals
 * and their expiry), and so does everything that makes safe: leases end on time, undos run, a cancellation is obeyed.
 */
import { EdictError } from '../../errors.ts';
import type { RunCommandOf } from '../control/command.ts';
import type { RunState } from './state.ts';
import type { Turn } from './turn.ts';

export function pause(turn: Turn, { id, by, reason }: RunCommandOf<'pause'>): void {
  const { state } = turn;
  requireProcedure(state, 'paused');
  if (state.paused) throw new EdictError('run-state-wrong', `run \`${state.run}\` was paused already by \`${state.paused.by}\``);
  state.paused = { command: id, by, reason, sinceMs: turn.nowMs };
}

export function resume(turn: Turn): void {
  const { state } = turn;
  if (!state.paused) throw new EdictError('run-state-wrong', `run \`${state.run}\` is not paused`);
  delete state.paused;
  if (state.migrating) return;
  turn.ready.push(...(state.deferred ?? []));
  delete state.deferred;
}

/** Of a run whose procedure is over, only undos and leases are left. */
export function requireProcedure({ phase, run }: RunState, done: string): void {
  if (phase === 'running') return;
  throw new EdictError('run-state-wrong', `the procedure of run \`${run}\` has ended: it cannot be ${done}`);
}
