/** The beginning of a run that takes over what the steps before gave in another. Their effects are not its own: it undoes none of them. */
import { EdictError } from '../../errors.ts';
import type { Fork, RecordedStep } from '../control/fork.ts';
import type { StepState } from './state.ts';
import { charge, jsonBytes, stepBytes, stepOf, type Turn } from './turn.ts';

export function beginForked(turn: Turn, fork: Fork): void {
  if (stepOf(turn, fork.from).in !== undefined)
    throw new EdictError('input-invalid', `step \`${fork.from}\` is inside a block: no run begins there`);
  for (const record of fork.steps) {
    charge(turn, stepBytes + jsonBytes(record.outputs ?? {}));
    turn.state.steps[record.step] = stateOf(fork.of, record);
  }
  turn.ready.push({ id: fork.from, prefix: '' });
}

function stateOf(run: string, { step, status, startedAtMs, endedAtMs, outputs, error, summary, lease }: RecordedStep): StepState {
  return {
    key: step,
    id: step,
    prefix: '',
    status,
    startedAtMs,
    recorded: { run, ...(lease ? { lease } : {}) },
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(outputs ? { outputs } : {}),
    ...(error ? { error } : {}),
    ...(summary === undefined ? {} : { summary }),
  };
}
