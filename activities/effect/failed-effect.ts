/**
 * An attempt at an effect has failed. If that is final, what landed is taken back, so that a failed effect holds nowhere. Where it cannot be
 * taken back, the ledger says `uncertain`, and the step fails with a code that says that it may have happened: its undo is up to the run.
 */
import { EdictError, errorTable, type ErrorCode } from '../../domain/errors.ts';
import type { EffectRow } from '../../store/port.ts';
import { differences, observedJson, pointRow, wholeDesired } from './desired-state.ts';
import type { Ports } from '../ports.ts';
import type { EffectWork } from './effect-work.ts';
import type { PointReceipt } from './receipt.ts';

/** What to throw. */
export async function failed(work: EffectWork, row: EffectRow, error: unknown, done: readonly PointReceipt[]): Promise<unknown> {
  if (!isFinal(work.ports, error)) return error;
  const stuck: string[] = [];
  for (const name of row.targets) {
    try {
      await work.ports.store.points.locked(name, () => takeBackAt(work, name, done));
    } catch {
      stuck.push(`\`${name}\``);
    }
  }
  return await recordFailed(work, error, stuck);
}

/** Writes the end of an effect into the ledger; `stuck`: where it may still hold. Gives what to throw. */
export async function recordFailed(
  { ports, call, key }: Pick<EffectWork, 'ports' | 'call' | 'key'>,
  error: unknown,
  stuck: readonly string[],
): Promise<unknown> {
  const code: ErrorCode = error instanceof EdictError ? error.code : 'effect-failed';
  const message = error instanceof Error ? error.message : String(error);
  if (stuck.length === 0) {
    await ports.store.effects.failed(key, { code, message });
    return error;
  }
  const uncertain = `${message}; it may still hold at ${stuck.join(', ')}`;
  await ports.store.effects.uncertain(key, { code, message: uncertain });
  return errorTable[code].status >= 500 ? error : new EdictError('effect-failed', `${uncertain} [${code}]`, { where: call.step });
}

/** No attempt follows, and there is something to take back: an effect that is undone already has ended otherwise. */
export function isFinal(ports: Ports, error: unknown): boolean {
  const { lastAttempt, signal } = ports.caller();
  if (signal.aborted || isOver(error)) return false;
  return lastAttempt || (error instanceof EdictError && !errorTable[error.code].retryable);
}

/** The effect is undone already: there is nothing of this attempt to take back. */
function isOver(error: unknown): boolean {
  return error instanceof EdictError && (error.code === 'run-state-wrong' || error.code === 'effect-state-wrong');
}

async function takeBackAt(work: EffectWork, name: string, done: readonly PointReceipt[]): Promise<void> {
  const { ports, spec, key } = work;
  const { desired } = await pointRow(ports.store, name);
  const before = done.find((receipt) => receipt.point === name)?.before ?? desired;
  const wanted = spec.without(desired, key, before);
  const connector = await ports.connector(name);
  let observed = await connector.observe();
  if (differences(wanted, observed).length > 0)
    ({ observed } = await connector.apply(await wholeDesired(ports.store, wanted), `${key}/undo`));
  const health = differences(wanted, observed).length === 0 ? 'in-force' : 'drifted';
  await ports.store.points.setDesired(name, wanted, `system:effect/${key}`);
  await ports.store.points.setObserved(name, observedJson(observed), health);
}
