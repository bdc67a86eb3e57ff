/**
 * What a cancellation would do: the engine itself, on a copy of the run's state, with every answer that is still out taken to be the
 * one that leaves most to undo. Nothing here knows how an undo works.
 */
import type { JsonObject } from '../../json.ts';
import { actions, type ActionSpec } from '../actions.ts';
import { advance } from '../engine/engine.ts';
import type { Command, EngineEvent } from '../engine/messages.ts';
import type { EffectStatus, RunState } from '../engine/state.ts';
import type { Plan, PlanStep } from '../plan.ts';

export type PreviewedUndo = {
  readonly step: string;
  /** What takes it back: an action, the end of a child run, or a task for a person. */
  readonly by: string;
  readonly params: JsonObject;
  /** `done`: it is in force; `may-have-happened`: it is under way, or nobody knows; `being-undone`: that has begun already. */
  readonly effect: 'done' | 'may-have-happened' | 'being-undone';
};

export type CancelPreview = {
  readonly run: string;
  /** In this order. */
  readonly undone: readonly PreviewedUndo[];
  /** What stays in force, and why. */
  readonly kept: readonly { readonly step: string; readonly what: string; readonly reason: string }[];
  /** Under way, and stopped by it. */
  readonly stopped: readonly { readonly step: string; readonly kind: string }[];
  /** What the playbook does first, by `on_cancel`. */
  readonly first: readonly { readonly step: string; readonly kind: string; readonly action?: string | undefined }[];
  readonly approvals: readonly { readonly step: string; readonly approval: string }[];
  readonly tasks: readonly { readonly step: string; readonly task: string }[];
};

type Trial = {
  readonly plan: Plan;
  readonly before: RunState;
  state: RunState;
  readonly undone: PreviewedUndo[];
  readonly performed: Set<string>;
};

const mostEvents = 50_000;

/** `live` is left as it is. */
export function cancelPreview(plan: Plan, live: RunState, nowMs: number): CancelPreview {
  const trial: Trial = { plan, before: copyOf(live), state: copyOf(live), undone: [], performed: new Set() };
  for (const owed of Object.keys(live.owed)) if (owed.startsWith('undo:')) alreadyUndoing(trial, owed.slice(5));
  feed(trial, { type: 'cancel-requested', by: 'preview', reason: 'preview', nowMs });
  for (let count = 0; trial.state.phase !== 'ended' && count < mostEvents; count++) {
    const event = nextEvent(trial, nowMs);
    if (!event) break;
    feed(trial, event);
  }
  return { run: live.run, undone: trial.undone, ...staying(trial), ...stopping(trial) };
}

const copyOf = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;

function feed(trial: Trial, event: EngineEvent): void {
  const { state, commands } = advance(trial.plan, trial.state, event);
  trial.state = state;
  for (const command of commands) note(trial, command);
}

function note({ before, undone, performed }: Trial, command: Command): void {
  if (command.type === 'perform' && command.undoes === undefined) performed.add(command.step);
  const undo = undoOf(command);
  if (!undo) return;
  const known = before.effects.findLast(({ step }) => step === undo.step)?.status;
  undone.push({ ...undo, effect: known === 'confirmed' ? 'done' : 'may-have-happened' });
}

function undoOf(command: Command): Omit<PreviewedUndo, 'effect'> | undefined {
  if (command.type === 'perform' && command.undoes !== undefined)
    return { step: command.step, by: command.action, params: withoutReceipt(command.params) };
  if (command.type === 'undo-child') return { step: command.step, by: `cancelling run ${command.child}`, params: {} };
  if (command.type === 'open-task' && command.undo) return { step: command.step, by: `task: ${command.title}`, params: {} };
  return undefined;
}

function withoutReceipt({ receipt: _receipt, ...params }: JsonObject): JsonObject {
  return params;
}

function alreadyUndoing({ before, undone }: Trial, step: string): void {
  const effect = before.effects.findLast((each) => each.step === step);
  if (effect) undone.push({ step, by: effect.undo ?? 'undo', params: effect.params, effect: 'being-undone' });
}

/** The answer to what is owed first; once nothing is, the next timer. */
function nextEvent({ plan, state, performed }: Trial, nowMs: number): EngineEvent | undefined {
  const [owed] = Object.keys(state.owed);
  if (owed === undefined) {
    const [timer] = Object.keys(state.timers);
    return timer === undefined ? undefined : { type: 'timer-fired', timer, nowMs };
  }
  const step = owed.slice(owed.indexOf(':') + 1);
  const answer = answers[owed.slice(0, owed.indexOf(':'))];
  return answer && { ...answer({ step, state, performed, isTask: kindOf(plan, state, step) === 'manual' }), nowMs };
}

type Owed = { readonly step: string; readonly state: RunState; readonly performed: ReadonlySet<string>; readonly isTask: boolean };
type Answer = EngineEvent extends infer E ? (E extends unknown ? Omit<E, 'nowMs'> : never) : never;

const stopped = { code: 'cancelled', message: 'cancelled' } as const;

const answers: { readonly [owed: string]: (owed: Owed) => Answer } = {
  act: ({ step, performed }) =>
    performed.has(step)
      ? { type: 'action-completed', step, undo: false, outputs: {} }
      : { type: 'action-failed', step, undo: false, error: stopped },
  undo: ({ step }) => ({ type: 'action-completed', step, undo: true, outputs: {} }),
  child: ({ step }) => ({ type: 'child-ended', step, end: { outcome: 'cancelled', effects: false } }),
  open: ({ step, isTask }) =>
    isTask ? { type: 'task-failed', step, undo: false, error: stopped } : { type: 'approval-failed', step, error: stopped },
  // Who has taken a task on may have done it.
  close: ({ step, state, isTask }) =>
    isTask
      ? { type: 'task-closed', task: state.steps[step]?.task?.id ?? '', status: 'cancelled', claimed: true }
      : { type: 'approval-decided', approval: state.steps[step]?.approval?.id ?? '', status: 'cancelled' },
  answer: ({ step }) => ({ type: 'command-answered', command: step, status: 'taken' }),
};

function stepAt(plan: Plan, state: RunState, key: string): PlanStep | undefined {
  return plan.steps[state.steps[key]?.id ?? ''];
}

const kindOf = (plan: Plan, state: RunState, key: string): string => stepAt(plan, state, key)?.kind ?? 'unknown';

const stays: ReadonlySet<EffectStatus> = new Set(['kept', 'undo-failed']);

/** Effects without an undo, those whose undo has failed, and what is under way and has none. */
function staying({ plan, before, state }: Trial): Pick<CancelPreview, 'kept'> {
  const inForce = state.effects.filter(({ status }) => stays.has(status)).map(({ step }) => step);
  const underWay = Object.keys(before.owed)
    .filter((owed) => owed.startsWith('act:'))
    .map((owed) => owed.slice(4))
    .filter((key) => isEffectWithoutUndo(stepAt(plan, before, key)));
  return { kept: [...inForce, ...underWay].map((step) => keptOf(stepAt(plan, state, step), step)) };
}

function isEffectWithoutUndo(step: PlanStep | undefined): boolean {
  return step?.kind === 'action' && step.undo === undefined && (actions[step.action] as ActionSpec).does === 'effect';
}

function keptOf(step: PlanStep | undefined, key: string): CancelPreview['kept'][number] {
  const what = step?.kind === 'action' ? step.action : (step?.kind ?? 'unknown');
  const reason = step && 'reason' in step && typeof step.reason === 'string' ? step.reason : 'its undo has failed';
  return { step: key, what, reason };
}

function stopping({ plan, before, state }: Trial): Pick<CancelPreview, 'stopped' | 'first' | 'approvals' | 'tasks'> {
  const active = Object.keys(before.active);
  const entered = Object.keys(state.steps).filter((key) => !Object.hasOwn(before.steps, key));
  return {
    stopped: active.map((step) => ({ step, kind: kindOf(plan, before, step) })),
    first: entered.map((key) => {
      const step = stepAt(plan, state, key);
      return { step: key, kind: step?.kind ?? 'unknown', ...(step?.kind === 'action' ? { action: step.action } : {}) };
    }),
    approvals: active.flatMap((step) => open(step, 'approval', before.steps[step]?.approval?.id)),
    tasks: active.flatMap((step) => open(step, 'task', before.steps[step]?.task?.id)),
  };
}

function open<K extends 'approval' | 'task'>(
  step: string,
  name: K,
  id: string | undefined,
): readonly ({ readonly step: string } & { readonly [P in K]: string })[] {
  return id === undefined ? [] : [{ step, [name]: id } as { readonly step: string } & { readonly [P in K]: string }];
}
