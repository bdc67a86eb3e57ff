/** A run under way, and the one way in which any part of the driver starts something that takes time: in flight, in the run's own scope. */
import { CancellationScope } from '@temporalio/workflow';
import type { LoadedRun } from '../../activities/contract.ts';
import type { Command, EngineEvent, PerformCommand, StartChildCommand } from '../../domain/playbook/engine/messages.ts';
import type { Fault, RunState } from '../../domain/playbook/engine/state.ts';
import { faultOf } from '../fault.ts';

export type RunDriver = {
  /** With another plan once the run was migrated. */
  loaded: LoadedRun;
  state: RunState;
  /** Performed later: there is no room in flight, or the run goes on in its next execution. */
  readonly held: Command[];
  /** Of the run: what it starts is cancelled by it alone, whichever handler was the cause. */
  readonly scope: CancellationScope;
  readonly actions: Map<string, CancellationScope>;
  readonly timers: Map<string, CancellationScope>;
  /**
   * A timer that is not needed any more is forgotten instead of cancelled. Where a local activity outlasts its workflow task, a replay has
   * its answer one task earlier: a timer that was started in that task and is cancelled by the answer would never have been started.
   */
  readonly keepsTimers: boolean;
  /** Absent in runs that began before there was a quick way. */
  readonly quick: QuickWay | undefined;
  /** Calls that begin at the end of the turn, ordered together. */
  readonly calls: StartChildCommand[];
  /** Called runs under way: step → run. */
  readonly children: Map<string, string>;
  inFlight: number;
  /** Events that the engine was given. */
  fed: number;
  /** Nothing new is begun: this execution hands over once nothing is in flight. */
  handingOver: boolean;
  finished: boolean;
  fault: Fault | undefined;
  readonly continueAfterEvents: number;
  /** Called when the run has finished, failed or can hand over. */
  readonly wake: () => void;
  /** Gives the engine an event, and performs what it answers. */
  readonly feed: (event: EngineEvent) => void;
  /** Performs what is held, as far as there is room. */
  readonly goOn: () => void;
};

/** `batch` begins at the end of the turn. `coming`: answers that are there and not taken yet, each with the command once it is asked for. */
export type QuickWay = {
  readonly batch: PerformCommand[];
  readonly coming: Map<string, PerformCommand | undefined>;
  busy: boolean;
  /** Of answers since the run last went through the server. */
  bytes: number;
};

export type After<T> = { readonly done: (value: T) => void; readonly failed: (fault: Fault) => void };

/** Runs `work` as one thing in flight. What it throws goes to `failed`. */
export function launch<T>(driver: RunDriver, work: () => Promise<T>, after: After<T>): CancellationScope {
  driver.inFlight++;
  const scope = scopeIn(driver);
  const settle = (next: () => void): void => {
    driver.inFlight--;
    next();
    driver.goOn();
  };
  scope.run(work).then(
    (value) => settle(() => after.done(value)),
    (error: unknown) => settle(() => after.failed(faultOf(error))),
  );
  return scope;
}

export const scopeIn = ({ scope }: Pick<RunDriver, 'scope'>): CancellationScope =>
  new CancellationScope({ cancellable: true, parent: scope });
