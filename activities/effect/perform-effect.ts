/**
 * The one road of every effect: order → approval → guard → intent → (observe) → act under the point's lock → receipt → desired state →
 * observe → confirmed. The ledger's row decides whether to act or to observe, so that a retry after any crash lands the effect once.
 */
import type { ActionCall } from '../contract.ts';
import type { Observed } from '../../connectors/connector.ts';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { Actor, EffectRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { checkApproval } from './check-approval.ts';
import { checkOrder } from './check-order.ts';
import { intendGuarded } from './guard.ts';
import { differences, observedJson, pointRow, wholeDesired } from './desired-state.ts';
import type { StoredDesired } from './desired-state.ts';
import { observePoint } from './observe-point.ts';
import { effectKey, printReceipt, readReceipt } from './receipt.ts';
import type { EffectReceipt, PointReceipt } from './receipt.ts';

export type EffectSpec = {
  readonly action: ActionName;
  /** Enforcement points, without repetition. They are changed one after the other, in this order. */
  readonly targets: readonly string[];
  /** What should be in force at a point with the effect, from what should be in force now. Pure, and idempotent. */
  readonly desire: (desired: StoredDesired, key: string) => StoredDesired;
  /** Whether the point's own word shows the effect. */
  readonly landed: (observed: Observed, desired: StoredDesired, key: string) => boolean;
  /** What should be in force at the point without it: what a final failure leaves behind. */
  readonly without: (desired: StoredDesired, key: string, before: StoredDesired) => StoredDesired;
};

export type EffectDone = { readonly row: EffectRow; readonly receipt: EffectReceipt; readonly acted: boolean };

type Work = { readonly ports: Ports; readonly call: ActionCall; readonly spec: EffectSpec; readonly key: string };

export async function performEffect(ports: Ports, call: ActionCall, spec: EffectSpec): Promise<EffectDone> {
  const { order, step } = await checkOrder(ports, call, spec.action);
  const approval = await checkApproval(ports, call, step, order);
  const key = effectKey(call);
  const row = await intendGuarded(ports, { call, order, step, targets: spec.targets, approval });
  if (row.status === 'undone') throw new EdictError('run-state-wrong', `effect \`${key}\` was already undone`);
  const work: Work = { ports, call, spec, key };
  return row.status === 'confirmed' ? verify(ports, row) : land(work, row);
}

/** It was done and seen: looks again, for the record, and answers with the receipt. What is missing by now is drift, and healed as such. */
async function verify(ports: Ports, row: EffectRow): Promise<EffectDone> {
  for (const name of row.targets) await observePoint(ports, name);
  return { row, receipt: readReceipt(row), acted: false };
}

type Progress = { readonly done: PointReceipt[]; readonly last: boolean; readonly recorded: readonly PointReceipt[] };

async function land(work: Work, row: EffectRow): Promise<EffectDone> {
  const done: PointReceipt[] = [];
  const recorded = row.receipt === undefined ? [] : readReceipt(row).points;
  try {
    for (const [index, name] of row.targets.entries()) {
      work.ports.caller().heartbeat({ point: name });
      const last = index === row.targets.length - 1;
      await work.ports.store.points.locked(name, () => landAt(work, row, name, { done, last, recorded }));
    }
  } catch (error) {
    await recordFailure(work, row, error, done);
    throw error;
  }
  return { row: await work.ports.store.effects.confirmed(work.key), receipt: { points: done }, acted: true };
}

async function landAt(work: Work, row: EffectRow, name: string, progress: Progress): Promise<void> {
  const { ports, spec, key } = work;
  // INVARIANT: an attempt that was given up for dead must not act after the undo; both hold the point's lock.
  if ((await ports.store.effects.get(key))?.status === 'undone')
    throw new EdictError('run-state-wrong', `effect \`${key}\` was already undone`);
  const { desired: before } = await pointRow(ports.store, name);
  const after = spec.desire(before, key);
  if (!(await alreadyLanded(work, row, name, after))) await applyAt(work, name, after);
  // An attempt before this one may have got further: what it found then is what an undo puts back.
  const found = progress.recorded.find((receipt) => receipt.point === name);
  progress.done.push({ point: name, before: found?.before ?? before, after });
  // The receipt holds what an undo needs: it is recorded before the desired state changes, from which `before` is read.
  if (progress.last) await ports.store.effects.applied(key, printReceipt({ points: progress.done }));
  await ports.store.points.setDesired(name, after, actor(key));
  await confirmAt(work, name, after);
}

/** On a retry the point is asked before anything is done to it. */
async function alreadyLanded(work: Work, row: EffectRow, name: string, after: StoredDesired): Promise<boolean> {
  if (row.attempts <= 1) return false;
  const connector = await work.ports.connector(name);
  const observed = await connector.observe({ signal: work.ports.caller().signal });
  return observed.intact && work.spec.landed(observed, after, work.key);
}

async function applyAt(work: Work, name: string, after: StoredDesired): Promise<void> {
  const { ports, spec, key } = work;
  const connector = await ports.connector(name);
  const receipt = await connector.apply(await wholeDesired(ports.store, after), key, { signal: ports.caller().signal });
  if (!spec.landed(receipt.observed, after, key)) throw unverified(key, name);
}

async function confirmAt(work: Work, name: string, after: StoredDesired): Promise<void> {
  const { ports, spec, key } = work;
  const connector = await ports.connector(name);
  const observed = await connector.observe({ signal: ports.caller().signal });
  const health = differences(after, observed).length === 0 ? 'in-force' : 'drifted';
  await ports.store.points.setObserved(name, observedJson(observed), health);
  if (!spec.landed(observed, after, key)) throw unverified(key, name);
}

/** A final failure takes back what landed, so that a failed effect holds nowhere; what cannot be taken back is said in the row. */
async function recordFailure(work: Work, row: EffectRow, error: unknown, done: readonly PointReceipt[]): Promise<void> {
  if (!isFinal(work.ports, error)) return;
  const stuck: string[] = [];
  for (const name of row.targets) {
    try {
      await work.ports.store.points.locked(name, () => takeBackAt(work, name, done));
    } catch {
      stuck.push(`\`${name}\``);
    }
  }
  const code: ErrorCode = error instanceof EdictError ? error.code : 'effect-failed';
  const tail = stuck.length === 0 ? '' : `; it may still hold at ${stuck.join(', ')}`;
  await work.ports.store.effects.failed(work.key, { code, message: `${messageOf(error)}${tail}` });
}

async function takeBackAt(work: Work, name: string, done: readonly PointReceipt[]): Promise<void> {
  const { ports, spec, key } = work;
  const { desired } = await pointRow(ports.store, name);
  const before = done.find((receipt) => receipt.point === name)?.before ?? desired;
  const wanted = spec.without(desired, key, before);
  const connector = await ports.connector(name);
  if (differences(wanted, await connector.observe()).length > 0)
    await connector.apply(await wholeDesired(ports.store, wanted), `${key}/undo`);
  await ports.store.points.setDesired(name, wanted, actor(key));
}

function isFinal(ports: Ports, error: unknown): boolean {
  const { lastAttempt, signal } = ports.caller();
  if (signal.aborted) return false;
  return lastAttempt || (error instanceof EdictError && !errorTable[error.code].retryable);
}

function actor(key: string): Actor {
  return `system:effect/${key}`;
}

function unverified(key: string, point: string): EdictError {
  return new EdictError('effect-unverified', `effect \`${key}\` was applied at \`${point}\`, but the point does not show it`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
