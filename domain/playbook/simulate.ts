/**
 * The second driver: runs a plan in memory, in virtual time, with fakes for actions and people as data. The same engine and the
 * same semantics as on Temporal; used by tests of playbooks, by what-if views of runs, and by the engine's own tests.
 */
import { digestOf } from '../digest.ts';
import { EdictError, errorTable, type ErrorCode } from '../errors.ts';
import type { Signal } from '../incident/signal.ts';
import type { JsonObject } from '../json.ts';
import { actions, type ActionName, type ActionSpec } from './actions.ts';
import { advance, start } from './engine/engine.ts';
import { defaultRetry, type Command, type EngineEvent, type OpenApprovalCommand, type PerformCommand } from './engine/messages.ts';
import type { RunState } from './engine/state.ts';
import { effectKey } from './engine/turn.ts';
import { viewOf } from './engine/view.ts';
import type { Plan } from './plan.ts';
import type { RunView } from './view.ts';

/** How one performance of an action goes. A list of them: one for each performance, the last one for the rest. */
export type Fake = {
  readonly outputs?: JsonObject | undefined;
  readonly fail?: ErrorCode | undefined;
  readonly message?: string | undefined;
  readonly takesMs?: number | undefined;
};

export type PersonAct = {
  readonly atMs: number;
  readonly who: string;
  readonly decision: 'approve' | 'deny';
  /** The approval step. */
  readonly step: string;
  /** The voter's roles; without them, the ones that the approval asks for. */
  readonly roles?: readonly string[] | undefined;
  readonly reason?: string | undefined;
};

export type Simulation = {
  readonly plan: Plan;
  readonly inputs?: JsonObject | undefined;
  readonly signal?: Signal | undefined;
  readonly incident?: string | undefined;
  readonly requester?: string | undefined;
  readonly fakes: { readonly [action: string]: Fake | readonly Fake[] };
  readonly people?: readonly PersonAct[] | undefined;
  /** Signals of the run's incident, after the one that started it. */
  readonly signals?: readonly { readonly atMs: number; readonly signal: Signal }[] | undefined;
  readonly cancel?: { readonly atMs: number; readonly by: string; readonly reason: string } | undefined;
  /** Called with every state between two events: for time travel and for tests. */
  readonly observe?: ((state: RunState, event: EngineEvent | undefined, commands: readonly Command[]) => RunState | void) | undefined;
};

export type SimulatedEffect = {
  readonly step: string;
  readonly action: ActionName;
  readonly params: JsonObject;
  readonly atMs: number;
  undoneAtMs?: number;
};
export type SimulatedApproval = {
  readonly id: string;
  readonly command: OpenApprovalCommand;
  readonly openedAtMs: number;
  status: 'open' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly votes: { readonly who: string; readonly decision: string }[];
  readonly asked: { readonly atMs: number; readonly kind: string; readonly to: readonly string[] }[];
};
export type VoteResult = { readonly act: PersonAct; readonly refused?: ErrorCode | undefined };

export type SimulatedRun = {
  readonly view: RunView;
  /** Steps entered on the main road, in order: not skipped, not inside `parallel` or `foreach`. */
  readonly path: readonly string[];
  readonly effects: readonly SimulatedEffect[];
  readonly approvals: readonly SimulatedApproval[];
  readonly votes: readonly VoteResult[];
  /** When the outcome was decided, and when the last lease was over; from the start of the run. */
  readonly outcomeAtMs: number;
  readonly endedAtMs: number;
};

type Due = { readonly atMs: number; readonly event: EngineEvent | (() => void) };
type Bench = Omit<Simulation, 'fakes'> & {
  readonly fakes: Map<string, Fake[]>;
  readonly due: Due[];
  readonly effects: SimulatedEffect[];
  readonly approvals: SimulatedApproval[];
  readonly votes: VoteResult[];
  nowMs: number;
  state: RunState | undefined;
  ended: boolean;
};

const mostEvents = 200_000;

export function simulate(simulation: Simulation): SimulatedRun {
  const { plan, requester = 'simulation' } = simulation;
  const fakes = new Map(
    Object.entries(simulation.fakes).map(([action, fake]) => [
      action,
      [...(Array.isArray(fake) ? (fake as readonly Fake[]) : [fake as Fake])],
    ]),
  );
  const bench: Bench = {
    ...simulation,
    requester,
    fakes,
    due: [],
    effects: [],
    approvals: [],
    votes: [],
    nowMs: 0,
    state: undefined,
    ended: false,
  };
  for (const act of simulation.people ?? []) later(bench, act.atMs, () => vote(bench, act));
  for (const { atMs, signal } of simulation.signals ?? []) later(bench, atMs, { type: 'signal-received', nowMs: atMs, signal });
  if (simulation.cancel)
    later(bench, simulation.cancel.atMs, {
      type: 'cancel-requested',
      nowMs: simulation.cancel.atMs,
      by: simulation.cancel.by,
      reason: simulation.cancel.reason,
    });
  const started = start(plan, {
    run: 'simulated',
    nowMs: 0,
    inputs: simulation.inputs ?? {},
    signal: simulation.signal,
    incident: simulation.incident,
    requester,
  });
  take(bench, started.state, undefined, started.commands);
  for (let count = 0; !bench.ended && bench.due.length > 0; count++) {
    if (count > mostEvents)
      throw new EdictError('run-state-wrong', 'the simulated run does not come to an end', { expected: `at most ${mostEvents} events` });
    step(bench);
  }
  return resultOf(bench);
}

function step(bench: Bench): void {
  const next = bench.due.shift();
  if (!next || !bench.state) return;
  bench.nowMs = next.atMs;
  if (typeof next.event === 'function') return next.event();
  const event = { ...next.event, nowMs: bench.nowMs };
  const { state, commands } = advance(bench.plan, bench.state, event);
  take(bench, state, event, commands);
}

function take(bench: Bench, state: RunState, event: EngineEvent | undefined, commands: readonly Command[]): void {
  bench.state = bench.observe?.(state, event, commands) ?? state;
  for (const command of commands) perform(bench, command);
}

/** Keeps `due` sorted; what is due at the same time stays in order. */
function later(bench: Bench, atMs: number, event: EngineEvent | (() => void)): void {
  let at = bench.due.length;
  while (at > 0 && (bench.due[at - 1]?.atMs ?? 0) > atMs) at--;
  bench.due.splice(at, 0, { atMs, event });
}

function perform(bench: Bench, command: Command): void {
  const { nowMs } = bench;
  switch (command.type) {
    case 'perform':
      return act(bench, command);
    case 'open-approval':
      return openApproval(bench, command);
    case 'close-approval':
      return closeApproval(bench, command);
    case 'escalate':
      return void bench.approvals
        .find(({ id }) => id === command.approval)
        ?.asked.push({ atMs: nowMs, kind: command.kind, to: command.to });
    case 'start-timer':
      return later(bench, command.atMs, { type: 'timer-fired', timer: command.timer, nowMs: command.atMs });
    case 'cancel-action':
      return cancelAction(bench, command.step);
    // A timer that fires after it was cancelled is ignored by the engine.
    case 'cancel-timer':
      return dropTimer(bench, command.timer);
    case 'finish':
      bench.ended = true;
  }
}

function dropTimer(bench: Bench, timer: string): void {
  const at = bench.due.findIndex(({ event }) => typeof event === 'object' && event.type === 'timer-fired' && event.timer === timer);
  if (at >= 0) bench.due.splice(at, 1);
}

function cancelAction(bench: Bench, key: string): void {
  const at = bench.due.findIndex(
    ({ event }) =>
      typeof event === 'object' &&
      (event.type === 'action-completed' || event.type === 'action-failed') &&
      !event.undo &&
      event.step === key,
  );
  if (at < 0) return;
  bench.due.splice(at, 1);
  later(bench, bench.nowMs, {
    type: 'action-failed',
    step: key,
    undo: false,
    nowMs: bench.nowMs,
    error: { code: 'cancelled', message: 'cancelled' },
  });
}

function act(bench: Bench, command: PerformCommand): void {
  const undo = command.undoes !== undefined;
  const { attempts, firstMs, maxMs } = command.retry ?? defaultRetry;
  let atMs = bench.nowMs;
  for (let attempt = 1; ; attempt++) {
    const fake = nextFake(bench, command);
    atMs += fake.takesMs ?? 0;
    if (fake.fail === undefined) {
      const outputs =
        fake.outputs ??
        (command.action === 'control.noop' && command.params['value'] !== undefined ? { value: command.params['value'] } : {});
      return later(bench, atMs, succeed(bench, command, outputs, atMs));
    }
    const error = { code: fake.fail, message: fake.message ?? `${command.action} failed` };
    if (attempt >= attempts || !errorTable[fake.fail].retryable)
      return later(bench, atMs, { type: 'action-failed', step: command.step, undo, nowMs: atMs, error });
    atMs += Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  }
}

function succeed(bench: Bench, command: PerformCommand, outputs: JsonObject, atMs: number): EngineEvent {
  const undo = command.undoes !== undefined;
  if (undo) {
    const effect = bench.effects.find((each) => effectKey('simulated', each.step) === command.undoes && each.undoneAtMs === undefined);
    if (effect) effect.undoneAtMs = atMs;
  } else if ((actions[command.action] as ActionSpec).does === 'effect') {
    bench.effects.push({ step: command.step, action: command.action, params: command.params, atMs });
  }
  return { type: 'action-completed', step: command.step, undo, outputs, nowMs: atMs };
}

function nextFake(bench: Bench, { action, undoes }: PerformCommand): Fake {
  const list = bench.fakes.get(action);
  const fake = list && list.length > 1 ? list.shift() : list?.[0];
  if (fake) return fake;
  if (undoes !== undefined || action === 'control.noop' || Object.keys(actions[action].outputs).length === 0) return {};
  throw new EdictError('input-invalid', `the test has no fake for action \`${action}\``, {
    help: `add it under \`fakes\`, with ${Object.keys(actions[action].outputs).join(', ')}`,
  });
}

function openApproval(bench: Bench, command: OpenApprovalCommand): void {
  const id = `approval-${bench.approvals.length + 1}`;
  bench.approvals.push({ id, command, openedAtMs: bench.nowMs, status: 'open', votes: [], asked: [] });
  later(bench, bench.nowMs, {
    type: 'approval-opened',
    step: command.step,
    approval: id,
    digest: digestOf(command.plan),
    nowMs: bench.nowMs,
  });
}

function closeApproval(bench: Bench, { approval, status }: Extract<Command, { type: 'close-approval' }>): void {
  const record = bench.approvals.find(({ id }) => id === approval);
  if (!record) return;
  if (record.status === 'open') record.status = status;
  later(bench, bench.nowMs, { type: 'approval-decided', approval, status: record.status, nowMs: bench.nowMs });
}

function vote(bench: Bench, act: PersonAct): void {
  const record = bench.approvals.findLast(({ command }) => command.step === act.step);
  const refused = refusalOf(bench, record, act);
  bench.votes.push({ act, ...(refused === undefined ? {} : { refused }) });
  if (refused !== undefined || !record) return;
  record.votes.push({ who: act.who, decision: act.decision });
  const approvals = record.votes.filter(({ decision }) => decision === 'approve').length;
  if (act.decision === 'deny') record.status = 'denied';
  else if (approvals >= record.command.quorum) record.status = 'approved';
  if (record.status === 'approved' || record.status === 'denied')
    later(bench, bench.nowMs, { type: 'approval-decided', approval: record.id, status: record.status, nowMs: bench.nowMs });
}

/** The rules of the store, in its order. */
function refusalOf(bench: Bench, record: SimulatedApproval | undefined, act: PersonAct): ErrorCode | undefined {
  if (!record || record.status !== 'open') return 'approval-closed';
  if (bench.nowMs >= record.command.expiresAtMs) return 'approval-expired';
  if (act.who === bench.requester) return 'approval-by-requester';
  const asked = [...record.command.roles, ...record.asked.flatMap(({ to }) => to)];
  if (act.roles && !act.roles.some((role) => asked.includes(role))) return 'approval-role-missing';
  return record.votes.some(({ who }) => who === act.who) ? 'approval-vote-repeated' : undefined;
}

function resultOf(bench: Bench): SimulatedRun {
  const { state, plan } = bench;
  if (!state) throw new EdictError('defect', 'the simulated run did not start');
  const view = viewOf(plan, state);
  const path = view.steps
    .filter(
      ({ step: key, status }) =>
        status !== 'skipped' && plan.steps[key] !== undefined && plan.steps[key].in === undefined && !key.includes('.'),
    )
    .map(({ step: key }) => key);
  return {
    view,
    path,
    effects: bench.effects,
    approvals: bench.approvals,
    votes: bench.votes,
    outcomeAtMs: state.endedAtMs ?? bench.nowMs,
    endedAtMs: bench.nowMs,
  };
}
