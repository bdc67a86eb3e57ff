/**
 * The driver of the engine on Temporal: performs commands by activities and timers, and feeds what comes of them back as events.
 * One action is one activity; commands of one turn are started together.
 */
import { CancellationScope, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { LoadedRun } from '../../activities/contract.ts';
import { advance, start } from '../../domain/playbook/engine/engine.ts';
import type { Command, EngineEvent } from '../../domain/playbook/engine/messages.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { faultOf } from '../fault.ts';
import type { RunCheckpoint } from '../messages.ts';
import { closeApproval, escalate, openApproval } from './approvals.ts';
import { beginCalls, callsUnderWay, cancelCalled, followAgain, startCalled, undoCalled } from './called-runs.ts';
import { answerCommand, waitsForResume } from './commands.ts';
import { closeTask, escalateTask, openTask } from './task-desk.ts';
import { askExtension } from './leases.ts';
import { reportDivergence } from './divergence.ts';
import { cancelAction, performOrdinary } from './actions.ts';
import { beginAhead, foresee, goesQuickly, quickWay } from './ahead.ts';
import { scopeIn, type RunDriver } from './launch.ts';

export type { RunDriver } from './launch.ts';

/** Temporal allows 2,000 activities in flight in a workflow; a quarter leaves room for what is not ours. */
const inFlightAtMost = 500;

export type Beginning = {
  readonly run: string;
  /** When it began to be loaded. */
  readonly nowMs: number;
  readonly loaded: LoadedRun;
  readonly continueAfterEvents?: number | undefined;
  /** Whether quick actions may go the quick way. */
  readonly quick: boolean;
  /** Whether timers that are not needed any more are forgotten instead of cancelled. */
  readonly keepsTimers: boolean;
  readonly wake: () => void;
};

export function beginRun(beginning: Beginning): RunDriver {
  const { run, nowMs, loaded } = beginning;
  const { state, commands } = start(loaded.plan, { ...loaded, run, nowMs });
  const driver = driverOf(beginning, state);
  foresee(driver, loaded.ahead, () => perform(driver, commands));
  return driver;
}

/** Goes on where the execution before left off: its timers are started again, and what it held is performed. */
export function resumeRun(beginning: Beginning, { state, held }: RunCheckpoint): RunDriver {
  const driver = driverOf(beginning, state);
  // Until the store has recorded a migration, it knows the plan of before.
  if (state.migrating) driver.loaded = { ...driver.loaded, plan: state.migrating.plan };
  for (const [timer, { atMs }] of Object.entries(state.timers)) startTimer(driver, timer, atMs);
  followAgain(driver);
  perform(driver, held);
  return driver;
}

export function feed(driver: RunDriver, event: EngineEvent): void {
  if (driver.finished || driver.fault) return;
  driver.fed++;
  try {
    const { state, commands, plan } = advance(driver.loaded.plan, driver.state, event);
    driver.state = state;
    if (plan) driver.loaded = { ...driver.loaded, plan };
    perform(driver, commands);
  } catch (error) {
    driver.fault = faultOf(error);
    driver.wake();
  }
}

export const canHandOver = (driver: RunDriver): boolean => driver.handingOver && driver.inFlight === 0 && !driver.finished;

/** Nothing more comes of this execution. */
export const isOver = (driver: RunDriver): boolean => driver.finished || driver.fault !== undefined || canHandOver(driver);

function driverOf({ loaded, quick, keepsTimers, continueAfterEvents = Infinity, wake }: Beginning, state: RunState): RunDriver {
  const driver: RunDriver = {
    loaded,
    state,
    held: [],
    scope: CancellationScope.current(),
    actions: new Map(),
    timers: new Map(),
    keepsTimers,
    quick: quick ? quickWay() : undefined,
    calls: [],
    children: new Map(),
    inFlight: 0,
    fed: 0,
    handingOver: false,
    finished: false,
    fault: undefined,
    continueAfterEvents,
    wake,
    feed: (event) => feed(driver, event),
    goOn: () => perform(driver, []),
  };
  return driver;
}

function perform(driver: RunDriver, commands: readonly Command[]): void {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  driver.handingOver ||= continueAsNewSuggested || historyLength > driver.continueAfterEvents;
  driver.held.push(...commands);
  let at = 0;
  for (let command = driver.held[at]; command; command = driver.held[++at]) {
    if (isFull(driver, command)) break;
    if (isHeld(driver, command)) continue;
    const quickly = goesQuickly(driver, command);
    if (quickly === 'held') continue;
    driver.held.splice(at--, 1);
    if (quickly === undefined) (performers[command.type].perform as (driver: RunDriver, command: Command) => void)(driver, command);
  }
  beginAhead(driver);
  beginCalls(driver);
  if (driver.finished || canHandOver(driver)) driver.wake();
}

const isFull = ({ handingOver, inFlight }: RunDriver, { type }: Command): boolean =>
  performers[type].inFlight && !handingOver && inFlight >= inFlightAtMost;

function isHeld(driver: RunDriver, command: Command): boolean {
  if (command.type === 'start-child' && callsUnderWay(driver) >= inFlightAtMost) return true;
  return performers[command.type].inFlight && (driver.handingOver || waitsForResume(driver, command));
}

type Performer<T extends Command['type']> = {
  readonly inFlight: boolean;
  readonly perform: (driver: RunDriver, command: Extract<Command, { type: T }>) => void;
};

const performers: { readonly [T in Command['type']]: Performer<T> } = {
  perform: { inFlight: true, perform: performOrdinary },
  'open-approval': { inFlight: true, perform: openApproval },
  'close-approval': { inFlight: true, perform: closeApproval },
  escalate: { inFlight: true, perform: escalate },
  'cancel-action': { inFlight: false, perform: (driver, { step }) => cancelAction(driver, step) },
  'start-timer': { inFlight: false, perform: (driver, { timer, atMs }) => startTimer(driver, timer, atMs) },
  'cancel-timer': { inFlight: false, perform: (driver, { timer }) => cancelTimer(driver, timer) },
  'start-child': { inFlight: true, perform: startCalled },
  'cancel-child': { inFlight: true, perform: cancelCalled },
  'undo-child': { inFlight: true, perform: undoCalled },
  'ask-extension': { inFlight: true, perform: askExtension },
  'report-divergence': { inFlight: true, perform: reportDivergence },
  'answer-command': { inFlight: true, perform: answerCommand },
  'open-task': { inFlight: true, perform: openTask },
  'close-task': { inFlight: true, perform: closeTask },
  'escalate-task': { inFlight: true, perform: escalateTask },
  finish: { inFlight: false, perform: (driver) => void (driver.finished = true) },
};

function startTimer(driver: RunDriver, timer: string, atMs: number): void {
  const scope = scopeIn(driver);
  driver.timers.set(timer, scope);
  const ended = (): void => void driver.timers.delete(timer);
  scope
    .run(() => sleep(Math.max(1, atMs - Date.now())))
    .then(
      () => {
        // One that was forgotten fires all the same; there may be another of its name by now.
        if (driver.keepsTimers && driver.timers.get(timer) !== scope) return;
        ended();
        feed(driver, { type: 'timer-fired', timer, nowMs: Math.max(Date.now(), atMs) });
      },
      (error: unknown) => {
        ended();
        if (!isCancellation(error)) driver.fault = faultOf(error);
      },
    );
}

function cancelTimer({ keepsTimers, timers }: RunDriver, timer: string): void {
  if (keepsTimers) timers.delete(timer);
  else timers.get(timer)?.cancel();
}
