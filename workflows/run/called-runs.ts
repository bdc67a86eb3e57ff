/**
 * Runs that a run calls: ordered on record, started as child workflows under their own ids, and followed to their end. They outlive the
 * execution that started them: one that goes on in a new execution asks them to tell it, and reads from the store what they came to.
 */
import { condition, getExternalWorkflowHandle, log, ParentClosePolicy, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { LoadedRun } from '../../activities/contract.ts';
import type { Command, StartChildCommand } from '../../domain/playbook/engine/messages.ts';
import type { ChildEnd, ChildRun, Fault } from '../../domain/playbook/engine/state.ts';
import { viewOf } from '../../domain/playbook/engine/view.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { faultOf } from '../fault.ts';
import { messageNames, newRun, workflowIds, workflowTypes } from '../messages.ts';
import type { CancelMessage, ChildNews, PlaybookRunInput } from '../messages.ts';
import { control, watching } from '../options.ts';
import { failureOf, runToEnd } from '../run-child.ts';
import { launch, type RunDriver } from './launch.ts';

/** What a called run answers. */
export type CalledEnd = RunView & { readonly effects?: boolean };
type CalledRun = (input: PlaybookRunInput) => Promise<CalledEnd>;
type Handle = ChildWorkflowHandle<CalledRun>;

/** So many are ordered by one activity. */
const together = 50;

export const callsUnderWay = ({ inFlight, children, calls }: RunDriver): number => inFlight + children.size + calls.length;

export function startCalled(driver: RunDriver, command: StartChildCommand): void {
  driver.calls.push(command);
}

/** Ordered together, started together: a loop over a thousand calls costs a few activities, not a thousand. */
export function beginCalls(driver: RunDriver): void {
  while (driver.calls.length > 0) {
    const commands = driver.calls.splice(0, together);
    launch(driver, () => begun(driver, commands), {
      done: (answers) => answers.forEach((answer, index) => taken(driver, commands[index], answer)),
      failed: (error) => commands.forEach((command) => taken(driver, command, { refused: error })),
    });
  }
}

type Begun = { readonly child: ChildRun; readonly handle: Handle | undefined } | { readonly refused: Fault };

async function begun(driver: RunDriver, commands: readonly StartChildCommand[]): Promise<readonly Begun[]> {
  const calls = commands.map(({ step, invocation, playbook, inputs }) => ({ step, invocation, playbook, inputs }));
  const ordered = await control['child.order']({ run: driver.state.run, calls });
  return Promise.all(
    ordered.map(async (child, index): Promise<Begun> => {
      if ('refused' in child) return child;
      return { child, handle: await startedOnce(child.run, commands[index]?.detach !== true) };
    }),
  );
}

function taken(driver: RunDriver, command: StartChildCommand | undefined, answer: Begun): void {
  if (!command) return;
  const { step, detach } = command;
  if ('refused' in answer) return ended(driver, step, { outcome: 'failed', error: answer.refused, effects: false, refused: true });
  const { child, handle } = answer;
  if (!detach) follow(driver, { step, run: child.run, handle });
  driver.feed({ type: 'child-started', step, child, nowMs: Date.now() });
}

/** Undefined where it runs already: an ordered run is started by whoever comes first. */
async function startedOnce(run: string, called: boolean): Promise<Handle | undefined> {
  try {
    return await startChild<CalledRun>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      args: [{ ...newRun(run), ...(called ? { called } : {}) }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

type Followed = { readonly step: string; readonly run: string; readonly handle?: Handle | undefined };

function follow(driver: RunDriver, { step, run, handle }: Followed): void {
  driver.children.set(step, run);
  if (!handle) return askToBeTold(driver, step, run);
  handle.result().then(
    ({ outcome = 'failed', outputs, error, effects = false }) =>
      ended(driver, step, { outcome, effects, ...(outputs ? { outputs } : {}), ...(error ? { error } : {}) }),
    (error: unknown) => {
      const { type, message } = failureOf(error);
      log.error('a called run broke', { run, type, message });
      ended(driver, step, { outcome: 'failed', error: { code: 'defect', message: `run \`${run}\` broke: ${message}` }, effects: true });
    },
  );
}

/** In a new execution, the ends of what the one before started do not come by themselves. */
export function followAgain(driver: RunDriver): void {
  for (const { key, child } of Object.values(driver.state.steps))
    if (child && driver.state.owed[`child:${key}`]) follow(driver, { step: key, run: child.run });
}

/** One that has ended cannot be asked: then the store knows. */
function askToBeTold(driver: RunDriver, step: string, run: string): void {
  launch(driver, () => getExternalWorkflowHandle(workflowIds.playbookRun(run)).signal(messageNames.tellCaller), {
    done: () => undefined,
    failed: () => readEnd(driver, step, run),
  });
}

function readEnd(driver: RunDriver, step: string, child: string): void {
  launch(driver, () => control['child.result']({ run: driver.state.run, child }), {
    done: ({ end }) => end && ended(driver, step, end),
    failed: ({ code }) => log.warn('the end of a called run could not be read', { run: child, code }),
  });
}

function ended(driver: RunDriver, step: string, end: ChildEnd): void {
  driver.children.delete(step);
  driver.feed({ type: 'child-ended', step, end, nowMs: Date.now() });
  driver.goOn();
}

/** What was held and never begun is answered for as cancelled. */
export function cancelCalled(driver: RunDriver, { step }: Extract<Command, { type: 'cancel-child' }>): void {
  const at = driver.held.findIndex((command) => command.type === 'start-child' && command.step === step);
  if (at >= 0) {
    driver.held.splice(at, 1);
    const error = { code: 'cancelled', message: 'cancelled before it began' } as const;
    return ended(driver, step, { outcome: 'cancelled', error, effects: false, refused: true });
  }
  const child = driver.state.steps[step]?.child?.run;
  // Otherwise it is being started, and the engine asks again once it is.
  if (child === undefined) return;
  const { run } = driver.state;
  const cancel = async () => {
    await control['child.cancel']({ run, child });
    await carryCancellation(run, child);
  };
  launch(driver, cancel, { done: () => undefined, failed: ({ code }) => log.warn('a called run could not be cancelled', { child, code }) });
}

/** The recorded word cancels; the signal says that there is one. One that has ended needs it no more. */
async function carryCancellation(by: string, child: string): Promise<void> {
  const message: CancelMessage = { by: `run:${by}`, reason: 'the run that called it goes back' };
  const handle = getExternalWorkflowHandle(workflowIds.playbookRun(child));
  await handle.signal(messageNames.cancel, message).catch((error: unknown) => log.info('nothing to cancel', { child, ...faultOf(error) }));
}

export function undoCalled(driver: RunDriver, { step, child }: Extract<Command, { type: 'undo-child' }>): void {
  launch(driver, () => takeBack(driver.state.run, child), {
    done: () => driver.feed({ type: 'action-completed', step, undo: true, outputs: {}, nowMs: Date.now() }),
    failed: (error) => driver.feed({ type: 'action-failed', step, undo: true, error, nowMs: Date.now() }),
  });
}

/** Until nothing of it is left: by itself while it goes on, by a run of its own when it has ended. */
async function takeBack(run: string, child: string): Promise<void> {
  for (;;) {
    const answer = await control['child.undo']({ run, child });
    if (answer.next === 'nothing') return;
    if (answer.next === 'run') await runToEnd(answer.run);
    else {
      await carryCancellation(run, child);
      await watching['run.await']({ run: child });
    }
  }
}

/** INVARIANT: never throws, as no handler of a signal may. What the message says is an id; what it means, the store says. */
export async function takeNews(driver: () => RunDriver | undefined, message: unknown): Promise<void> {
  const { child } = (message ?? {}) as Partial<ChildNews>;
  if (typeof child !== 'string') return log.warn('news of no run was ignored');
  await condition(() => driver() !== undefined);
  const run = driver();
  const step =
    run && Object.keys(run.state.owed).find((owed) => owed.startsWith('child:') && run.state.steps[owed.slice(6)]?.child?.run === child);
  if (run && step !== undefined) readEnd(run, step.slice(6), child);
}

/** Of a called run: once its procedure has ended and a lease still holds, whoever called it goes on. */
export function tellWhenLeased(driver: RunDriver): void {
  const { origin, plan } = driver.loaded;
  if (origin?.kind !== 'child') return;
  const tell = async (): Promise<void> => {
    await control['run.finish']({ run: driver.state.run, view: viewOf(plan, driver.state) });
    await tellCaller(driver.loaded, driver.state.run);
  };
  const isLeased = (): boolean => !driver.finished && driver.state.phase === 'settling' && viewOf(plan, driver.state).status === 'leased';
  void condition(isLeased).then(() => launch(driver, tell, { done: () => undefined, failed: () => undefined }));
}

export async function tellCaller({ origin }: Pick<LoadedRun, 'origin'>, run: string): Promise<void> {
  if (origin?.kind !== 'child') return;
  const news: ChildNews = { child: run };
  const handle = getExternalWorkflowHandle(workflowIds.playbookRun(origin.run));
  // It may have ended: then nobody waits.
  await handle.signal(messageNames.childNews, news).catch(() => log.info('nobody waits for the end of this run'));
}

/** In a few words: the steps are in the store. */
export function inFewWords(view: RunView, { state: { effects } }: RunDriver): CalledEnd {
  const left = effects.some(({ status }) => status === 'confirmed' || status === 'uncertain');
  return { ...view, steps: [], effects: left };
}
