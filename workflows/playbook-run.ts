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
import type { RunView } from '../domain/playbook/view.ts';
import { failureOfFault, faultOf } from './fault.ts';
import { messageNames } from './messages.ts';
import type { CancelMessage, PlaybookRunInput, RunCheckpoint, VoteMessage } from './messages.ts';
import { localFirst } from './local-first.ts';
import { control, quickControl } from './options.ts';
import { beginRun, canHandOver, feed, resumeRun, type RunDriver } from './run-driver.ts';
import { castVote, refusalOf, type VoteDesk } from './vote-desk.ts';

const voteUpdate = defineUpdate<VoteOutcome, [VoteMessage]>(messageNames.vote);
const voteSignal = defineSignal<[VoteMessage]>(messageNames.voteSignal);
const cancelSignal = defineSignal<[CancelMessage]>(messageNames.cancel);
const stateQuery = defineQuery<RunView>(messageNames.state);

export async function playbookRun(input: PlaybookRunInput): Promise<RunView> {
  const desk: VoteDesk = { voters: copyOf(input.checkpoint?.voters) };
  let driver: RunDriver | undefined;
  let cancelledBy: CancelMessage | undefined;
  const cancel = ({ by, reason }: CancelMessage): void => {
    cancelledBy = { by, reason };
    if (driver) feed(driver, { type: 'cancel-requested', by, reason, nowMs: Date.now() });
  };

  setHandler(stateQuery, () =>
    driver ? viewOf(driver.loaded.plan, driver.state) : { run: input.run, playbook: '', version: '', status: 'running', steps: [] },
  );
  // A message may come before the run is loaded, above all right after it went on in a new execution.
  const vote = (signed: VoteMessage): Promise<VoteOutcome> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => driver !== undefined);
      return castVote(desk, driver as RunDriver, signed);
    });
  setHandler(voteUpdate, vote, { validator: (signed) => throwIf(refusalOf(desk, driver, signed)) });
  setHandler(voteSignal, async (signed) => {
    await vote(signed).catch((error: unknown) => log.warn('a vote was refused', { code: faultOf(error).code }));
  });
  setHandler(cancelSignal, async (message) => {
    const by = await orderedCancellation(input.run);
    if (by === undefined) log.warn('a cancellation that nobody ordered was ignored');
    else cancel({ by, reason: reasonOf(message) });
  });

  // A cancellation by Temporal's own means ends as ours do: with everything undone. Nothing in here is torn down by it.
  CancellationScope.current().cancelRequested.catch(() => cancel({ by: 'temporal', reason: 'the workflow was cancelled' }));
  return CancellationScope.nonCancellable(async () => {
    const quick = input.driver !== undefined;
    const loaded = await load(input.run, quick);
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    const beginning = { run: input.run, loaded, continueAfterEvents: input.continueAfterEvents, quick, wake };
    driver = input.checkpoint ? resumeRun(beginning, input.checkpoint) : beginRun(beginning);
    if (cancelledBy) cancel(cancelledBy);
    await awake;
    await condition(allHandlersFinished);
    if (driver.fault) throw failureOfFault(driver.fault);
    if (canHandOver(driver)) await handOver(input, driver, desk);
    return finish(input.run, driver);
  });
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

async function load(run: string, quick: boolean): Promise<LoadedRun> {
  const ordinary = (): Promise<LoadedRun> => control['run.load']({ run });
  try {
    return await (quick ? localFirst(() => quickControl['run.load']({ run }), ordinary) : ordinary());
  } catch (error) {
    throw failureOfFault(faultOf(error));
  }
}

async function handOver(input: PlaybookRunInput, { state, held }: RunDriver, { voters }: VoteDesk): Promise<never> {
  const checkpoint: RunCheckpoint = { state, held, voters };
  return continueAsNew<typeof playbookRun>({ ...input, checkpoint });
}

async function finish(run: string, driver: RunDriver): Promise<RunView> {
  const view = viewOf(driver.loaded.plan, driver.state);
  try {
    await control['run.finish']({ run, view });
  } catch (error) {
    throw failureOfFault(faultOf(error));
  }
  return view;
}

function throwIf(refused: ReturnType<typeof refusalOf>): void {
  if (refused) throw failureOfFault(refused);
}

function copyOf(voters: RunCheckpoint['voters'] = {}): VoteDesk['voters'] {
  return Object.fromEntries(Object.entries(voters).map(([approval, people]) => [approval, [...people]]));
}
