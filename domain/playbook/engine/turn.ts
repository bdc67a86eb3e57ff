/** One turn of the engine: what every part of it works on while one event is handled. */
import { EdictError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Scope } from '../expression.ts';
import type { Plan, PlanStep, StepKind, StepOf } from '../plan.ts';
import type { Command } from './messages.ts';
import type { Fault, RunState, StepState, TimerKind } from './state.ts';

export type Turn = {
  /** Another one once the run was migrated. */
  plan: Plan;
  readonly state: RunState;
  readonly commands: Command[];
  readonly nowMs: number;
  /** Steps to enter, in order. A queue, so that a long chain needs no deep stack. */
  readonly ready: { readonly id: string; readonly prefix: string }[];
  /** Blocks that were stopped between two attempts. */
  readonly abandoned: StepState[];
};

export function stepOf(turn: Turn, id: string): PlanStep {
  const step = Object.hasOwn(turn.plan.steps, id) ? turn.plan.steps[id] : undefined;
  if (!step) throw new EdictError('playbook-invalid', `plan has no step \`${id}\``);
  return step;
}

export function stepOfKind<K extends StepKind>(turn: Turn, id: string, kind: K): StepOf<K> {
  const step = stepOf(turn, id);
  if (step.kind !== kind) throw new EdictError('playbook-invalid', `step \`${id}\` is a ${step.kind} step`, { expected: kind });
  return step as StepOf<K>;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof EdictError) return { code: error.code, message: error.message };
  return { code: 'defect', message: error instanceof Error ? error.message : String(error) };
}

/** All of a run is in the memory of the worker that has it, and goes through it once for each of its executions. */
const largestState = 16 * 1024 * 1024;
/** Larger outputs belong into an artifact, and the output names its digest. */
export const largestOutput = 8 * 1024 * 1024;
/** A step's record without its outputs, and the timers, effects and answers that it may have. */
export const stepBytes = 200;

/** Length as JSON in UTF-8, at most a little too much. */
export function jsonBytes(value: Json): number {
  return JSON.stringify(value).replace(/[^ -~]/g, '...').length;
}

/** Throws `output-too-large` once a run holds more than can be carried. */
export function charge({ state }: Turn, bytes: number): void {
  state.sizeBytes += bytes;
  if (state.sizeBytes > largestState) {
    throw new EdictError('output-too-large', `run \`${state.run}\` holds more than ${largestState} characters of inputs and outputs`, {
      help: 'store large values as artifacts, or split the run',
    });
  }
}

/** Whether everything is taken back, now or next. */
export const goesBack = ({ state }: Turn): boolean => state.phase === 'cancelling' || state.phase === 'undoing';

export type NewTimer = { readonly kind: TimerKind; readonly step: string; readonly atMs: number; readonly number?: number };

export function startTimer(turn: Turn, { kind, step, atMs, number = 0 }: NewTimer): void {
  const timer = timerId(kind, step, number);
  turn.state.timers[timer] = { kind, step, atMs, ...(number === 0 ? {} : { number }) };
  turn.commands.push({ type: 'start-timer', timer, atMs });
}

export function cancelTimer(turn: Turn, timer: string): void {
  if (!turn.state.timers[timer]) return;
  delete turn.state.timers[timer];
  turn.commands.push({ type: 'cancel-timer', timer });
}

export const timerId = (kind: TimerKind, step: string, number = 0): string => `${kind}:${step}${number === 0 ? '' : `#${number}`}`;

export const effectKey = (run: string, step: string, invocation = 1): string => `${run}/${step}/${invocation}`;

/** Tells what a step does from what it did before a block around it was gone through again. */
export function invocationOf(turn: Turn, state: StepState): number {
  let generation = 0;
  if (turn.state.reruns === undefined) return 1;
  for (let at: StepState | undefined = state; at; at = containerOf(turn, at)) generation = Math.max(generation, at.generation ?? 0);
  return generation + 1;
}

/** The key of the step that encloses it, or undefined at the top. */
export function containerOf(turn: Turn, { id, prefix }: Pick<StepState, 'id' | 'prefix'>): StepState | undefined {
  const container = stepOf(turn, id).in;
  if (container === undefined) return undefined;
  const { kind } = stepOf(turn, container);
  return turn.state.steps[kind === 'foreach' || kind === 'while' ? loopKey(prefix) : `${prefix}${container}`];
}

/** `outer[1].each[3].` → `outer[1].each` */
function loopKey(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('['));
}

function loopIndex(prefix: string): number {
  return Number(prefix.slice(prefix.lastIndexOf('[') + 1, -2));
}

/** `outer[1].each[3].` → `outer[1].` */
function outerPrefix(prefix: string): string {
  const key = loopKey(prefix);
  return key.slice(0, key.lastIndexOf('.') + 1);
}

/** Names as a step with this prefix sees them: loop variables from the inside out, then the run's own, then steps. */
export function scopeOf(turn: Turn, prefix: string, extra: JsonObject = {}): Scope {
  const { state } = turn;
  return (root) => {
    if (Object.hasOwn(extra, root)) return extra[root];
    if (root === 'inputs') return state.inputs;
    if (root === 'signal') return state.signal ?? {};
    if (root === 'incident') return state.incident;
    if (root === 'run')
      return { id: state.run, requester: state.requester, ...(state.incident === undefined ? {} : { incident: state.incident }) };
    return loopValue(turn, prefix, root) ?? stepValue(turn, prefix, root.replaceAll('_', '-'));
  };
}

function loopValue(turn: Turn, prefix: string, root: string): Json | undefined {
  for (let at = prefix; at !== ''; at = outerPrefix(at)) {
    if (root === 'index') return loopIndex(at);
    const loop = turn.state.steps[loopKey(at)];
    if (loop?.loop && stepOfKind(turn, loop.id, 'foreach').as === root) return loop.loop.items[loopIndex(at)];
    if (loop?.turns && stepOfKind(turn, loop.id, 'while').as === root) return loop.turns.value;
  }
  return undefined;
}

function stepValue(turn: Turn, prefix: string, id: string): Json | undefined {
  for (let at = prefix; ; at = outerPrefix(at)) {
    const step = turn.state.steps[`${at}${id}`];
    if (step) return exposed(turn, step);
    if (at === '') return undefined;
  }
}

const ended = new Set(['done', 'undoing', 'undone', 'undo-failed']);

/** What expressions see of a step that was entered. */
function exposed({ state }: Turn, step: StepState): JsonObject {
  const lease = step.recorded?.lease ?? (step.effect === undefined ? undefined : state.effects[step.effect]?.lease);
  return {
    ...step.outputs,
    ok: ended.has(step.status) && step.error === undefined,
    status: step.status,
    ...(step.error ? { error: step.error } : {}),
    ...(lease ? { lease } : {}),
  };
}
