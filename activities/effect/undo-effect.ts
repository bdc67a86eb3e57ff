/**
 * The one road back: order → the effect's row → under each point's lock, newest first, the point without the effect → undone.
 * Undoing twice is the same as once; an effect that was never intended needs nothing. What others put in force since stays.
 */
import type { ActionCall } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { EffectRow, PointRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { checkOrder, mayTakeBack } from './check-order.ts';
import { differences, observedJson, pointRow, wholeDesired } from './desired-state.ts';
import type { StoredDesired } from './desired-state.ts';
import { readReceipt } from './receipt.ts';
import type { PointReceipt } from './receipt.ts';

export type UndoSpec = {
  readonly action: ActionName;
  /** The action whose effects it undoes. */
  readonly of: ActionName;
  /** What should be in force at the point without the effect. `receipt` is absent where the effect got no receipt. */
  readonly without: (point: PointRow, key: string, receipt: PointReceipt | undefined) => StoredDesired;
};

export async function undoEffect(ports: Ports, call: ActionCall, spec: UndoSpec): Promise<{ readonly points: readonly string[] }> {
  const { order } = await checkOrder(ports, call, spec.action);
  const row = await undoneRow(ports, call, spec);
  if (row === undefined || row.status === 'undone') return { points: row?.targets ?? [] };
  for (const [index, name] of row.targets.toReversed().entries()) {
    // The worker beats by itself; the first beat of all is a write of the server's, which the answer would wait for.
    if (index > 0) ports.caller().heartbeat({ point: name });
    const last = index === row.targets.length - 1;
    await ports.store.points.locked(name, async () => {
      // INVARIANT: marked under the lock, so that a late attempt of the effect itself sees it.
      await undoAt(ports, row, spec, { name, last, by: order.requester });
    });
  }
  return { points: row.targets };
}

/** The row that an undo is about: of this run, and of the action that it undoes. Undefined where nothing was ever intended, or allowed. */
export async function undoneRow(ports: Ports, call: ActionCall, spec: Pick<UndoSpec, 'action' | 'of'>): Promise<EffectRow | undefined> {
  const key = call.undoes ?? call.params['receipt'];
  if (typeof key !== 'string')
    throw new EdictError('input-invalid', `\`${spec.action}\` in step \`${call.step}\` needs the receipt of the effect that it undoes`);
  const row = await ports.store.effects.get(key);
  if (row !== undefined && (!(await mayTakeBack(ports, call.run, row.run)) || row.action !== spec.of)) {
    throw new EdictError('order-mismatch', `effect \`${key}\` is not a \`${spec.of}\` of run \`${call.run}\``);
  }
  return row?.status === 'denied' ? undefined : row;
}

type At = { readonly name: string; readonly last: boolean; readonly by: string };

async function undoAt(ports: Ports, row: EffectRow, spec: UndoSpec, { name, last, by }: At): Promise<void> {
  const point = await pointRow(ports.store, name);
  const receipt = row.receipt === undefined ? undefined : readReceipt(row).points.find((entry) => entry.point === name);
  const desired = spec.without(point, row.key, receipt);
  const connector = await ports.connector(name);
  const options = { signal: ports.caller().signal };
  let observed = await connector.observe(options);
  if (differences(desired, observed).length > 0)
    ({ observed } = await connector.apply(await wholeDesired(ports.store, desired), `${row.key}/undo`, options));
  const left = differences(desired, observed);
  const health = left.length === 0 ? 'in-force' : 'drifted';
  const seen = { name, desired, observed: observedJson(observed), health } as const;
  await ports.store.effects.givenBack({ key: row.key, last: last && left.length === 0, by, point: seen });
  if (left.length > 0)
    throw new EdictError('effect-unverified', `undo of \`${row.key}\` at \`${name}\` is not in force: ${left.join('; ')}`);
}
