/**
 * The quick way of a run: quick actions, and the steps between them, are gone through ahead of the workflow by one activity inside the
 * workflow task. The engine here takes the answers in their order, so that what a worker did and did not live to tell is simply done
 * again. What cannot be had like this goes the ordinary way.
 */
import type { Ahead, QuickAnswer } from '../../activities/contract.ts';
import type { Command, PerformCommand } from '../../domain/playbook/engine/messages.ts';
import { isQuick } from '../../domain/playbook/quick.ts';
import { localFirst } from '../local-first.ts';
import { control, quickControl } from '../options.ts';
import { performOrdinary } from './actions.ts';
import { launch, type QuickWay, type RunDriver } from './launch.ts';

/** Answers leave with the end of the workflow task, in one message: after so much the task has to end. */
const bytesInTask = 1_000_000;
/** The engine's state goes along where that costs less than it saves. */
const largestCopy = 1_000_000;

export const quickWay = (): QuickWay => ({ batch: [], coming: new Map(), busy: false, bytes: 0 });

const keyOf = ({ step, invocation }: Pick<PerformCommand, 'step' | 'invocation'>): string => `${step}#${invocation}`;

/** `held`: its turn comes after what is under way. `taken`: it needs nothing more. Undefined: it goes the ordinary way. */
export function goesQuickly({ quick }: RunDriver, command: Command): 'held' | 'taken' | undefined {
  if (!quick || !isQuick(command)) return undefined;
  if (quick.coming.has(keyOf(command))) {
    quick.coming.set(keyOf(command), command);
    return 'taken';
  }
  if (quick.busy) return 'held';
  quick.batch.push(command);
  return 'taken';
}

export function beginAhead(driver: RunDriver): void {
  const { quick, state } = driver;
  if (!quick || quick.busy || quick.batch.length === 0) return;
  const commands = quick.batch.splice(0);
  const { fed } = driver;
  quick.busy = true;
  const breath = quick.bytes > bytesInTask;
  const copied = !breath && state.sizeBytes <= largestCopy;
  const input = { run: state.run, commands, ...(copied ? { state } : {}) };
  // An activity that goes through the server ends the task.
  const nothing = async (): Promise<Ahead> => ({ answers: [], sizeBytes: 0 });
  const work = breath ? () => control['run.ahead'](input) : () => localFirst(() => quickControl['run.ahead'](input), nothing);
  launch(driver, work, {
    done: ({ answers, sizeBytes }) => {
      quick.bytes = (breath ? 0 : quick.bytes) + sizeBytes;
      // What came between makes another story of what was foreseen; what was asked for stays answered.
      const asked = new Set(commands.map(keyOf));
      take(driver, quick, commands, driver.fed === fed ? answers : answers.filter((answer) => asked.has(keyOf(answer))));
    },
    failed: () => take(driver, quick, commands, []),
  });
}

/** The answers that came with the run, taken as soon as its first turn has asked for them. */
export function foresee(driver: RunDriver, ahead: Ahead | undefined, begin: () => void): void {
  const { quick } = driver;
  if (!quick || !ahead) return begin();
  quick.busy = true;
  quick.bytes = ahead.sizeBytes;
  for (const answer of ahead.answers) quick.coming.set(keyOf(answer), undefined);
  begin();
  takeAll(driver, quick, ahead.answers);
  driver.loaded = { ...driver.loaded, ahead: undefined };
  driver.goOn();
}

function take(driver: RunDriver, quick: QuickWay, asked: readonly PerformCommand[], answers: readonly QuickAnswer[]): void {
  for (const answer of answers) quick.coming.set(keyOf(answer), undefined);
  for (const command of asked) {
    if (quick.coming.has(keyOf(command))) quick.coming.set(keyOf(command), command);
    else performOrdinary(driver, command);
  }
  takeAll(driver, quick, answers);
}

function takeAll(driver: RunDriver, quick: QuickWay, answers: readonly QuickAnswer[]): void {
  for (const answer of answers) {
    const command = quick.coming.get(keyOf(answer));
    quick.coming.delete(keyOf(answer));
    if (command) settle(driver, command, answer);
  }
  quick.busy = false;
}

function settle(driver: RunDriver, command: PerformCommand, { step, outputs, error, atMs: nowMs }: QuickAnswer): void {
  if (outputs) driver.feed({ type: 'action-completed', step, undo: false, outputs, nowMs });
  else if (error) driver.feed({ type: 'action-failed', step, undo: false, error, nowMs });
  else performOrdinary(driver, command);
}
