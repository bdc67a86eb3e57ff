/**
 * The driver of the engine on Temporal: performs commands by activities and timers, and feeds what comes of them back as events.
 * One action is one activity; commands of one turn are started together.
 */
import { ActivityCancellationType, CancellationScope, isCancellation, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { ActionActivities, LoadedRun } from '../activities/contract.ts';
import { advance, start } from '../domain/playbook/engine/engine.ts';
import { defaultRetry, defaultTimeoutMs } from '../domain/playbook/engine/messages.ts';
import type { Command, EngineEvent, OpenApprovalCommand, PerformCommand } from '../domain/playbook/engine/messages.ts';
import type { Fault, RunState } from '../domain/playbook/engine/state.ts';
import { faultOf } from './fault.ts';
import { taskQueues } from './messages.ts';
import type { RunCheckpoint } from './messages.ts';
import { control } from './options.ts';

/** Temporal allows 2,000 activities in flight in a workflow; a quarter leaves room for what is not ours. */
const inFlightAtMost = 500;
/** An activity that waits for a worker is not failed for it before this. */
const queueingMs = 3_600_000;
/** Workers beat by themselves: an activity whose worker died is taken over after this. Heavy work may keep a worker from beating. */
const heartbeatMs = { ordinary: 5_000, analysis: 30_000 } as const;

export type RunDriver = {
  readonly loaded: LoadedRun;
  state: RunState;
  /** Performed later: there is no room in flight, or the run goes on in its next execution. */
  readonly held: Command[];
  /** Of the run: what it starts is cancelled by it alone, whichever handler was the cause. */
  readonly scope: CancellationScope;
  readonly actions: Map<string, CancellationScope>;
  readonly timers: Map<string, CancellationScope>;
  inFlight: number;
  /** Nothing new is begun: this execution hands over once nothing is in flight. */
  handingOver: boolean;
  finished: boolean;
  fault: Fault | undefined;
  readonly continueAfterEvents: number;
  /** Called when the run has finished, failed or can hand over. */
  readonly wake: () => void;
};

export type Beginning = {
  readonly run: string;
  readonly loaded: LoadedRun;
  readonly continueAfterEvents?: number | undefined;
  readonly wake: () => void;
};

export function beginRun({ run, loaded, continueAfterEvents = Infinity, wake }: Beginning): RunDriver {
  const { state, commands } = start(loaded.plan, { ...loaded, run, nowMs: Date.now() });
  const driver = driverOf({ run, loaded, continueAfterEvents, wake }, state);
  perform(driver, commands);
  return driver;
}

/** Goes on where the execution before left off: its timers are started again, and what it held is performed. */
export function resumeRun(beginning: Beginning, { state, held }: RunCheckpoint): RunDriver {
  const driver = driverOf(beginning, state);
  for (const [timer, { atMs }] of Object.entries(state.timers)) startTimer(driver, timer, atMs);
  perform(driver, held);
  return driver;
}

export function feed(driver: RunDriver, event: EngineEvent): void {
  if (driver.finished || driver.fault) return;
  try {
    const { state, commands } = advance(driver.loaded.plan, driver.state, event);
    driver.state = state;
    perform(driver, commands);
  } catch (error) {
    driver.fault = faultOf(error);
    driver.wake();
  }
}

export const canHandOver = (driver: RunDriver): boolean => driver.handingOver && driver.inFlight === 0 && !driver.finished;

function driverOf({ loaded, continueAfterEvents = Infinity, wake }: Beginning, state: RunState): RunDriver {
  return {
    loaded,
    state,
    held: [],
    scope: CancellationScope.current(),
    actions: new Map(),
    timers: new Map(),
    inFlight: 0,
    handingOver: false,
    finished: false,
    fault: undefined,
    continueAfterEvents,
    wake,
  };
}

function perform(driver: RunDriver, commands: readonly Command[]): void {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  driver.handingOver ||= continueAsNewSuggested || historyLength > driver.continueAfterEvents;
  driver.held.push(...commands);
  let at = 0;
  for (let command = driver.held[at]; command; command = driver.held[++at]) {
    const waits = performers[command.type].inFlight && (driver.handingOver || driver.inFlight >= inFlightAtMost);
    if (waits && !driver.handingOver) break;
    if (waits) continue;
    driver.held.splice(at--, 1);
    (performers[command.type].perform as (driver: RunDriver, command: Command) => void)(driver, command);
  }
  if (driver.finished || canHandOver(driver)) driver.wake();
}

type Performer<T extends Command['type']> = {
  readonly inFlight: boolean;
  readonly perform: (driver: RunDriver, command: Extract<Command, { type: T }>) => void;
};

const performers: { readonly [T in Command['type']]: Performer<T> } = {
  perform: { inFlight: true, perform: performAction },
  'open-approval': { inFlight: true, perform: openApproval },
  'close-approval': { inFlight: true, perform: closeApproval },
  escalate: { inFlight: true, perform: escalate },
  'cancel-action': { inFlight: false, perform: (driver, { step }) => cancelAction(driver, step) },
  'start-timer': { inFlight: false, perform: (driver, { timer, atMs }) => startTimer(driver, timer, atMs) },
  'cancel-timer': { inFlight: false, perform: (driver, { timer }) => driver.timers.get(timer)?.cancel() },
  finish: { inFlight: false, perform: (driver) => void (driver.finished = true) },
};

type After<T> = { readonly done: (value: T) => void; readonly failed: (fault: Fault) => void };

/** Runs `work` as one thing in flight. What it throws goes to `failed`. */
function launch<T>(driver: RunDriver, work: () => Promise<T>, after: After<T>): CancellationScope {
  driver.inFlight++;
  const scope = scopeIn(driver);
  const settle = (next: () => void): void => {
    driver.inFlight--;
    next();
    perform(driver, []);
  };
  scope.run(work).then(
    (value) => settle(() => after.done(value)),
    (error: unknown) => settle(() => after.failed(faultOf(error))),
  );
  return scope;
}

const scopeIn = ({ scope }: RunDriver): CancellationScope => new CancellationScope({ cancellable: true, parent: scope });

function performAction(driver: RunDriver, command: PerformCommand): void {
  const { step, invocation, params, approval, undoes } = command;
  const undo = undoes !== undefined;
  const key = undo ? `undo:${step}` : step;
  const call = {
    run: driver.state.run,
    step,
    invocation,
    params,
    ...(approval === undefined ? {} : { approval }),
    ...(undo ? { undoes } : {}),
  };
  const scope = launch(driver, () => actionProxy(command)[command.action](call), {
    done: (outputs) => {
      driver.actions.delete(key);
      feed(driver, { type: 'action-completed', step, undo, outputs: outputs ?? {}, nowMs: Date.now() });
    },
    failed: (error) => {
      driver.actions.delete(key);
      feed(driver, { type: 'action-failed', step, undo, error, nowMs: Date.now() });
    },
  });
  driver.actions.set(key, scope);
}

function actionProxy({ timeoutMs = defaultTimeoutMs, retry = defaultRetry, analysis }: PerformCommand): ActionActivities {
  const { attempts, firstMs, maxMs } = retry;
  const options: ActivityOptions = {
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: attempts * (timeoutMs + maxMs) + queueingMs,
    heartbeatTimeout: Math.min(timeoutMs, analysis ? heartbeatMs.analysis : heartbeatMs.ordinary),
    retry: { maximumAttempts: attempts, initialInterval: firstMs, maximumInterval: maxMs, backoffCoefficient: 2 },
    // Whether it happened is known only when it has answered.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(analysis ? { taskQueue: taskQueues.analysis } : {}),
  };
  return proxyActivities<ActionActivities>(options);
}

/** What was held and never begun is answered for as cancelled. */
function cancelAction(driver: RunDriver, step: string): void {
  const at = driver.held.findIndex((command) => command.type === 'perform' && command.step === step && command.undoes === undefined);
  if (at < 0) return driver.actions.get(step)?.cancel();
  driver.held.splice(at, 1);
  feed(driver, {
    type: 'action-failed',
    step,
    undo: false,
    error: { code: 'cancelled', message: 'cancelled before it began' },
    nowMs: Date.now(),
  });
}

function openApproval(driver: RunDriver, command: OpenApprovalCommand): void {
  const { step, plan, summary, facts, roles, quorum, expiresAtMs } = command;
  launch(driver, () => control['approval.open']({ run: driver.state.run, plan, summary, facts, roles, quorum, expiresAtMs }), {
    done: ({ approval: id, digest }) => feed(driver, { type: 'approval-opened', step, approval: id, digest, nowMs: Date.now() }),
    failed: (error) => feed(driver, { type: 'approval-failed', step, error, nowMs: Date.now() }),
  });
}

function closeApproval(driver: RunDriver, { step, approval, status: wanted }: Extract<Command, { type: 'close-approval' }>): void {
  launch(driver, () => control['approval.close']({ approval, status: wanted }), {
    done: ({ status }) =>
      feed(driver, { type: 'approval-decided', approval, status: status === 'open' ? wanted : status, nowMs: Date.now() }),
    failed: (error) => feed(driver, { type: 'approval-failed', step, error, nowMs: Date.now() }),
  });
}

/** Nothing waits for it: an approval is as good without its reminder. */
function escalate(driver: RunDriver, { approval, to, kind }: Extract<Command, { type: 'escalate' }>): void {
  launch(driver, () => control['approval.escalate']({ approval, to, kind }), { done: () => undefined, failed: () => undefined });
}

function startTimer(driver: RunDriver, timer: string, atMs: number): void {
  const scope = scopeIn(driver);
  driver.timers.set(timer, scope);
  const ended = (): void => void driver.timers.delete(timer);
  scope
    .run(() => sleep(Math.max(1, atMs - Date.now())))
    .then(
      () => {
        ended();
        feed(driver, { type: 'timer-fired', timer, nowMs: Math.max(Date.now(), atMs) });
      },
      (error: unknown) => {
        ended();
        if (!isCancellation(error)) driver.fault = faultOf(error);
      },
    );
}
