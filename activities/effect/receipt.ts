/** The proof of an effect as the ledger keeps it: for each point, what should have been in force before and after. */
import type { ActionCall } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { EffectRow } from '../../store/port.ts';
import type { StoredDesired } from './desired-state.ts';

export type PointReceipt = { readonly point: string; readonly before: StoredDesired; readonly after: StoredDesired };
export type EffectReceipt = { readonly points: readonly PointReceipt[] };

export function effectKey(call: Pick<ActionCall, 'run' | 'step' | 'invocation'>): string {
  return `${call.run}/${call.step}/${call.invocation}`;
}

export function printReceipt(receipt: EffectReceipt): Json {
  return JSON.parse(JSON.stringify(receipt)) as Json;
}

/** Reads what `printReceipt` wrote. */
export function readReceipt(row: Pick<EffectRow, 'key' | 'receipt'>): EffectReceipt {
  const receipt = row.receipt as EffectReceipt | undefined;
  if (receipt === undefined || !Array.isArray(receipt.points))
    throw new EdictError('defect', `effect \`${row.key}\` has no readable receipt`);
  return { points: receipt.points.map((entry) => ({ point: entry.point, before: normal(entry.before), after: normal(entry.after) })) };
}

/** JSON drops undefined fields: they are put back. */
function normal(desired: StoredDesired): StoredDesired {
  return { artifact: desired.artifact ?? undefined, policyVersions: desired.policyVersions, isolations: desired.isolations };
}
