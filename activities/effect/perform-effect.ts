/**
 * The one road of every effect: order → approval → guard → intent → (observe) → act under the point's lock → what was seen, the receipt and
 * the desired state, recorded at once. The ledger's row decides whether to act or to observe, so that a retry after any crash lands it once.
 */
import type { ActionCall } from '../contract.ts';
import type { Connector, Observed } from '../../connectors/connector.ts';
import { EdictError } from '../../domain/errors.ts';
import { subjectsOf } from '../../domain/guard/question.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { AtPoint, EffectRow, Outlook } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { checkApproval } from './check-approval.ts';
import { checkFound, type CheckedOrder } from './check-order.ts';
import { differences, observedJson, wholeDesired } from './desired-state.ts';
import type { StoredDesired } from './desired-state.ts';
import type { EffectWork, SaidEffect } from './effect-work.ts';
import { failed } from './failed-effect.ts';
import { decide, intend } from './guard.ts';
import { observeAtPoints } from './observe-effect.ts';
import { observePoint } from './observe-point.ts';
import { effectKey, printReceipt, readReceipt } from './receipt.ts';
import type { EffectReceipt, PointReceipt } from './receipt.ts';

export type EffectDone = { readonly row: EffectRow; readonly receipt: EffectReceipt; readonly acted: boolean };

export async function performEffect(ports: Ports, call: ActionCall, said: SaidEffect): Promise<EffectDone> {
  const key = effectKey(call);
  if (call.observe) {
    const { context, points } = ports.store;
    const spec = 'by' in said ? said.by({ inventory: await context.inventory(), points: await points.list() }) : said;
    return { row: await observeAtPoints({ ports, call, spec, key }), receipt: { points: [] }, acted: false };
  }
  const { order: found, known, points, situation } = await outlook(ports, call, said);
  const checked = await checkFound(ports, call, said.action, found);
  const spec = 'by' in said ? said.by({ inventory: situation.inventory, points }) : said;
  const work: EffectWork = { ports, call, spec, key };
  const approval = await approvalFor(work, checked, known);
  const effect = { call, ...checked, targets: spec.targets, approval, situation };
  const decided = await decide(ports, effect, known);
  const intended = intend(ports, effect, decided, known);
  // The first time the lock is waited for meanwhile; nothing is done under it before the intent stands.
  if (known === undefined && decided.decision.allow) return await land(work, spec.targets, intended);
  const row = await intended;
  requireLive(row);
  return row.status === 'confirmed' ? await verify(ports, row) : await land(work, row.targets, intended);
}

function outlook({ store }: Ports, call: ActionCall, said: SaidEffect): Promise<Outlook> {
  const { action } = said;
  const targets = 'targets' in said ? said.targets : [];
  return store.effects.outlook({
    run: call.run,
    key: effectKey(call),
    action,
    subjects: (inventory) => subjectsOf(call.params, targets, inventory),
  });
}

/** An approval that does not hold any more is a refusal before the first attempt; after it, something may be in force that has to go. */
async function approvalFor(
  work: EffectWork,
  { order, step }: CheckedOrder,
  known: EffectRow | undefined,
): Promise<ApprovalRecord | undefined> {
  try {
    return await checkApproval(work.ports, work.call, step, order);
  } catch (error) {
    const mayHold = known !== undefined && ['intended', 'applied', 'uncertain'].includes(known.status);
    throw mayHold ? await failed(work, known, error, receiptsOf(known)) : error;
  }
}

/** It was done and seen: looks again, for the record, and answers with the receipt. What is missing by now is drift, and healed as such. */
async function verify(ports: Ports, row: EffectRow): Promise<EffectDone> {
  for (const name of row.targets) await observePoint(ports, name);
  return { row, receipt: readReceipt(row), acted: false };
}

const receiptsOf = (row: Pick<EffectRow, 'key' | 'receipt'>): readonly PointReceipt[] =>
  row.receipt === undefined ? [] : readReceipt(row).points;

type Progress = { readonly done: PointReceipt[]; readonly last: boolean };

/** INVARIANT: nothing is done at a point before the intent stands. One that was refused has left nothing to take back. */
async function land(work: EffectWork, targets: readonly string[], intended: Promise<EffectRow>): Promise<EffectDone> {
  intended.catch(() => undefined);
  const done: PointReceipt[] = [];
  try {
    for (const [index, name] of targets.entries()) {
      // The worker beats by itself; the first beat of all is a write of the server's, which the answer would wait for.
      if (index > 0) work.ports.caller().heartbeat({ point: name });
      const last = index === targets.length - 1;
      await work.ports.store.effects.lockedAt(work.key, name, async (now) => landAt(work, await intended, { name, now }, { done, last }));
    }
  } catch (error) {
    const row = await intended;
    throw await failed(work, row, error, [...receiptsOf(row), ...done]);
  }
  return { row: { ...(await intended), status: 'confirmed' }, receipt: { points: done }, acted: true };
}

type Place = { readonly name: string; readonly now: AtPoint };

async function landAt(work: EffectWork, row: EffectRow, { name, now }: Place, progress: Progress): Promise<void> {
  const { ports, spec, key } = work;
  const { status, desired: before, receipt } = now;
  requireLive(row);
  // INVARIANT: an attempt that was given up for dead must not act after the undo; both hold the point's lock.
  requireLive({ key, status: status ?? 'intended' });
  if (before === undefined) throw new EdictError('enforcement-point-unknown', `no enforcement point \`${name}\``);
  const after = spec.desire(before, key);
  const connector = await ports.connector(name);
  // INVARIANT: by the ledger under the lock, not by this attempt's own intent: a later attempt may have been here first.
  const again = Math.max(row.attempts, now.attempts) > 1;
  const observed = (again ? await alreadyLanded(work, connector, after) : undefined) ?? (await applyAt(work, connector, after));
  // Another attempt may have got further: what it found then is what an undo puts back.
  const recorded = receiptsOf({ key, receipt });
  const found = recorded.find((receipt) => receipt.point === name);
  progress.done.push({ point: name, before: found?.before ?? before, after });
  const health = differences(after, observed).length === 0 ? 'in-force' : 'drifted';
  const point = { name, desired: after, observed: observedJson(observed), health } as const;
  const points = [...recorded.filter((one) => !progress.done.some((own) => own.point === one.point)), ...progress.done];
  await ports.store.effects.landed({ key, receipt: printReceipt({ points }), last: progress.last, point });
}

/** On a retry the point is asked before anything is done to it. */
async function alreadyLanded(work: EffectWork, connector: Connector, after: StoredDesired): Promise<Observed | undefined> {
  const observed = await connector.observe({ signal: work.ports.caller().signal });
  return observed.intact && work.spec.landed(observed, after, work.key) ? observed : undefined;
}

/** Applied means observed: what the connector answers is what the point itself said after it. */
async function applyAt({ ports, spec, key }: EffectWork, connector: Connector, after: StoredDesired): Promise<Observed> {
  const { observed } = await connector.apply(await wholeDesired(ports.store, after), key, { signal: ports.caller().signal });
  if (spec.landed(observed, after, key)) return observed;
  throw new EdictError('effect-unverified', `effect \`${key}\` was applied at \`${connector.point}\`, but the point does not show it`);
}

function requireLive({ key, status }: Pick<EffectRow, 'key' | 'status'>): void {
  if (status === 'undone') throw new EdictError('run-state-wrong', `effect \`${key}\` was already undone`);
  if (status === 'diverged') throw new EdictError('run-state-wrong', `effect \`${key}\` is being taken back, and is not done again`);
}
