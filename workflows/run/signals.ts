/**
 * Where signals of the run's incident come in. The message carries an id; what the signal is, and whether it is of this incident, an
 * activity reads from the store. They are taken one after the other, in the order in which they came, and each once.
 */
import { CancellationScope, condition, log } from '@temporalio/workflow';
import { faultOf } from '../fault.ts';
import { localFirst } from '../local-first.ts';
import type { SignalReceived } from '../messages.ts';
import { control, quickControl } from '../options.ts';
import type { RunDriver } from './launch.ts';

/** `heard`: ids that came, the newest last; part of the checkpoint. */
export type SignalDesk = {
  readonly run: string;
  readonly driver: () => RunDriver | undefined;
  readonly heard: string[];
  last: Promise<void>;
};

/** More than come in while one of them is on its way by two roads. */
const heardAtMost = 500;
const longestId = 200;

export function openSignalDesk(run: string, driver: () => RunDriver | undefined, heard: readonly string[] = []): SignalDesk {
  return { run, driver, heard: [...heard], last: Promise.resolve() };
}

/** INVARIANT: never throws, as no handler of a signal may. */
export function takeSignal(desk: SignalDesk, message: unknown): Promise<void> {
  const { signal } = (message ?? {}) as Partial<SignalReceived>;
  if (typeof signal !== 'string' || signal.length > longestId || desk.heard.includes(signal)) return desk.last;
  desk.heard.push(signal);
  if (desk.heard.length > heardAtMost) desk.heard.shift();
  const turn = desk.last.then(() => taken(desk, signal));
  desk.last = turn;
  return turn;
}

async function taken(desk: SignalDesk, id: string): Promise<void> {
  try {
    await CancellationScope.nonCancellable(async () => {
      // It may come before the run is loaded, above all right after it went on in a new execution.
      await condition(() => desk.driver() !== undefined);
      const driver = desk.driver();
      // What comes while no step waits for any is not kept, and need not be read.
      if (!driver || !waitsForSignal(driver)) return;
      const { signal } = await read(driver, { run: desk.run, signal: id });
      if (signal) driver.feed({ type: 'signal-received', signal, nowMs: Date.now() });
      else log.warn('a signal that is not of the incident of this run was ignored', { signal: id });
    });
  } catch (error) {
    log.warn('a signal could not be read', { code: faultOf(error).code });
  }
}

function waitsForSignal({ state, loaded: { plan } }: RunDriver): boolean {
  return Object.keys(state.active).some((key) => {
    const step = plan.steps[state.steps[key]?.id ?? ''];
    return step?.kind === 'wait' && step.signal !== undefined;
  });
}

type Asked = { readonly run: string; readonly signal: string };

/** Reading harms nobody when it is done again: inside the workflow task, where that can be. */
function read({ quick }: RunDriver, asked: Asked) {
  const ordinary = () => control['signal.read'](asked);
  return quick ? localFirst(() => quickControl['signal.read'](asked), ordinary) : ordinary();
}
