/**
 * One run of a playbook: loads what was ordered, drives the engine until it has finished, and records the end. Survives any
 * worker; a long run goes on in a new execution with the engine's state as its checkpoint.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
} from '@temporalio/workflow';
import type { LoadedRun, VoteOutcome } from '../activities/contract.ts';
import { viewOf } from '../domain/playbook/engine/view.ts';
import type { MigrationPreview } from '../domain/playbook/control/migration.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { CancelPreview } from '../domain/playbook/control/cancel-preview.ts';
import type { RunView } from '../domain/playbook/view.ts';
import { failureOfFault, faultOf } from './fault.ts';
import { messageNames } from './messages.ts';
import type {
  CancelMessage,
  ChildNews,
  CommandMessage,
  PlaybookRunInput,
  RunCheckpoint,
  RunEnd,
  SignalReceived,
  TaskMessage,
  VoteMessage,
} from './messages.ts';
import { localFirst } from './local-first.ts';
import { control, quickControl } from './options.ts';
import { inFewWords, takeNews, tellCaller, tellWhenLeased } from './run/called-runs.ts';
import { openCommandDesk, previewOfCancel, previewOfMigration, takeCommand } from './run/commands.ts';
import { openSignalDesk, takeSignal, type SignalDesk } from './run/signals.ts';
import { recordedOnItsWay } from './run/end.ts';
import { startAlone } from './run-child.ts';
import { beginRun, canHandOver, feed, isOver, resumeRun, type RunDriver } from './run/driver.ts';
import { openTaskDesk, takeAnswer } from './run/task-desk.ts';
import { castVote, formFault, takeVoteSignal, type VoteDesk } from './run/vote-desk.ts';

const voteUpdate = defineUpdate<VoteOutcome, [VoteMessage]>(messageNames.vote);
const voteSignal = defineSignal<[VoteMessage]>(messageNames.voteSignal);
const cancelSignal = defineSignal<[CancelMessage]>(messageNames.cancel);
const commandSignal = defineSignal<[CommandMessage]>(messageNames.command);
const childNewsSignal = defineSignal<[ChildNews]>(messageNames.childNews);
const incidentSignal = defineSignal<[SignalReceived]>(messageNames.incidentSignal);
const tellCallerSignal = defineSignal(messageNames.tellCaller);
const taskSignal = defineSignal<[TaskMessage]>(messageNames.taskAnswered);
const cancelPreviewQuery = defineQuery<CancelPreview>(messageNames.cancelPreview);
const migrationPreviewQuery = defineQuery<MigrationPreview, [Plan]>(messageNames.migrationPreview);
const stateQuery = defineQuery<RunView>(messageNames.state);

export async function playbookRun(input: PlaybookRunInput): Promise<RunView> {
  const desk: VoteDesk = { voters: copyOf(input.checkpoint?.voters), refusedSignals: 0 };
  let driver: RunDriver | undefined;
  let cancelledBy: CancelMessage | undefined;
  const cancel = ({ by, reason }: CancelMessage): void => {
    cancelledBy = { by, reason };
    if (driver) feed(driver, { type: 'cancel-requested', by, reason, nowMs: Date.now() });
  };

  setHandler(stateQuery, () => (driver ? viewOf(driver.loaded.plan, driver.state) : viewBefore(input)));
  // A message may come before the run is loaded, above all right after it went on in a new execution.
  const vote = (signed: VoteMessage): Promise<VoteOutcome> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => driver !== undefined);
      return castVote(desk, driver as RunDriver, signed);
    });
  setHandler(voteUpdate, vote, { validator: (signed) => throwIf(formFault(driver, signed)) });
  setHandler(voteSignal, (signed) => takeVoteSignal(desk, () => vote(signed)));
  setHandler(cancelSignal, async (message) => {
    const by = await orderedCancellation(input.run);
    if (by === undefined) log.warn('a cancellation that nobody ordered was ignored');
    else cancel({ by, reason: reasonOf(message) });
  });

  const commands = openCommandDesk(input.run, () => driver);
  setHandler(commandSignal, (message) => takeCommand(commands, message));
  setHandler(cancelPreviewQuery, () => previewOfCancel(commands));
  setHandler(migrationPreviewQuery, (plan) => previewOfMigration(commands, plan));
  const tasks = openTaskDesk(input.run, () => driver);
  setHandler(taskSignal, (message) => takeAnswer(tasks, message));

  const signals = openSignalDesk(input.run, () => driver, input.checkpoint?.heard);
  setHandler(incidentSignal, (message) => takeSignal(signals, message));

  let told = input.checkpoint?.tellCaller ?? false;
  setHandler(tellCallerSignal, () => void (told = true));
  setHandler(childNewsSignal, (message) => takeNews(() => driver, message));

  // A cancellation by Temporal's own means ends as ours do: with everything undone. Nothing in here is torn down by it.
  CancellationScope.current().cancelRequested.catch(() => cancel({ by: 'temporal', reason: 'the workflow was cancelled' }));
  return CancellationScope.nonCancellable(async () => {
    const quick = input.driver !== undefined;
    const nowMs = Date.now();
    const loaded = await load(input, nowMs);
    if (loaded.ended) return conclude(input, loaded, { view: loaded.ended, answer: loaded.ended, harmless: quick, told });
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    const keepsTimers = (input.driver ?? 0) >= 3;
    const beginning = { run: input.run, nowMs, loaded, continueAfterEvents: input.continueAfterEvents, quick, keepsTimers, wake };
    driver = input.checkpoint ? resumeRun(beginning, input.checkpoint) : beginRun(beginning);
    if (input.called) tellWhenLeased(driver);
    if (cancelledBy) cancel(cancelledBy);
    await awake;
    // INVARIANT: what a message begins while others are still being answered comes to its end first: a run that could hand over a moment ago is not over.
    await condition(() => allHandlersFinished() && driver !== undefined && isOver(driver));
    if (driver.fault) throw failureOfFault(driver.fault);
    if (canHandOver(driver)) await handOver(input, driver, { ...desk, told, heard: signals.heard });
    const view = viewOf(driver.loaded.plan, driver.state);
    const harmless = quick && !told && isHarmless(driver);
    return conclude(input, loaded, { view, answer: answerOf(view, driver, input), harmless, told });
  });
}

/** Before the run is loaded; one that goes on in a new execution is where it was. */
function viewBefore({ run, checkpoint }: PlaybookRunInput): RunView {
  if (checkpoint) return viewOf({ steps: {} }, checkpoint.state);
  return { run, playbook: '', version: '', status: 'running', steps: [] };
}

/** Temporal carries, it does not authorise: what cancels is the recorded order. INVARIANT: a signal's handler never throws, or the run stands still. */
async function orderedCancellation(run: string): Promise<string | undefined> {
  try {
    const { by } = await CancellationScope.nonCancellable(() => control['run.cancellation']({ run }));
    return by;
  } catch (error) {
    log.warn('a cancellation could not be checked', { code: faultOf(error).code });
    return undefined;
  }
}

/** What comes through Temporal may be anything. */
function reasonOf(message: unknown): string {
  const { reason } = (message ?? {}) as Partial<CancelMessage>;
  return typeof reason === 'string' ? reason.slice(0, 500) : 'no reason given';
}

/** A run that begins goes as far as it gets with what is quick, in the same breath. */
async function load({ run, driver, checkpoint }: PlaybookRunInput, nowMs: number): Promise<LoadedRun> {
  const ordinary = (): Promise<LoadedRun> => control['run.load']({ run });
  const local = (): Promise<LoadedRun> => quickControl['run.load']({ run, ...(checkpoint ? {} : { beginsAtMs: nowMs }) });
  try {
    return await (driver === undefined ? ordinary() : localFirst(local, ordinary));
  } catch (error) {
    throw failureOfFault(faultOf(error));
  }
}

type Carried = Pick<VoteDesk, 'voters'> & Pick<SignalDesk, 'heard'> & { readonly told: boolean };

async function handOver(input: PlaybookRunInput, { state, held }: RunDriver, { voters, told, heard }: Carried): Promise<never> {
  const checkpoint: RunCheckpoint = {
    state,
    held,
    voters,
    ...(told ? { tellCaller: true } : {}),
    ...(heard.length === 0 ? {} : { heard }),
  };
  return continueAsNew<typeof playbookRun>({ ...input, checkpoint });
}

/** What only read may come to its end inside the workflow task: where that has to be done again, it ends in the same way. */
function isHarmless({ loaded: { plan }, state: { effects, approvals, tasks = {} } }: RunDriver): boolean {
  return effects.length === 0 && isEmpty(approvals) && isEmpty(tasks) && Object.values(plan.steps).every(({ kind }) => kind !== 'playbook');
}

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

/** The store has all of it; what follows in the history need not carry it again. */
function answerOf(view: RunView, run: RunDriver, { called, driver }: PlaybookRunInput): RunView {
  if (called) return inFewWords(view, run);
  return driver === undefined ? view : { ...view, steps: view.steps.filter(({ error }) => error !== undefined) };
}

type End = RunEnd & { readonly harmless: boolean; readonly told: boolean };

/** Sees to it that the end is recorded, and tells it to who waits. */
async function conclude(input: PlaybookRunInput, loaded: LoadedRun, { view, answer, harmless, told }: End): Promise<RunView> {
  if (input.driver === 4 && harmless && !told && !loaded.followed) return recordedOnItsWay(view, answer);
  await record(view, harmless);
  if (told) await tellCaller(loaded, input.run);
  return answer;
}

/** Records the end, and starts what follows it. */
async function record(view: RunView, quick: boolean): Promise<void> {
  const end = { run: view.run, view };
  const ordinary = () => control['run.finish'](end);
  try {
    const done = await (quick ? localFirst(() => quickControl['run.finish'](end), ordinary) : ordinary());
    for (const follower of done?.followers ?? []) await startAlone(follower);
  } catch (error) {
    throw failureOfFault(faultOf(error));
  }
}

function throwIf(refused: ReturnType<typeof formFault>): void {
  if (refused) throw failureOfFault(refused);
}

function copyOf(voters: RunCheckpoint['voters'] = {}): VoteDesk['voters'] {
  return Object.fromEntries(Object.entries(voters).map(([approval, people]) => [approval, [...people]]));
}
