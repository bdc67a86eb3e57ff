/** `enforcement.rollback`: the artifact that was in force before the effect, unless another came in force since; isolations stay. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { undoEffect } from '../effect/undo-effect.ts';
import { pointRow } from '../effect/desired-state.ts';
import type { StoredDesired } from '../effect/desired-state.ts';
import type { PointReceipt } from '../effect/receipt.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function enforcementRollback(ports: Ports): Activities['enforcement.rollback'] {
  return async (call) => {
    await undoEffect(ports, call, {
      action: 'enforcement.rollback',
      of: 'enforcement.apply',
      without: (point, key, receipt) => before(point.desired, key, receipt),
    });
    const { desired } = await pointRow(ports.store, textParam(call, 'point'));
    return { digest: desired.artifact ?? '' };
  };
}

function before(desired: StoredDesired, key: string, receipt: PointReceipt | undefined): StoredDesired {
  // Without a receipt the desired state never changed: applying it takes back what may have landed.
  if (receipt === undefined) return desired;
  const old = { ...desired, artifact: receipt.before.artifact, policyVersions: receipt.before.policyVersions };
  if (desired.artifact === receipt.before.artifact) return old;
  if (desired.artifact === receipt.after.artifact) return old;
  throw new EdictError('conflict', `another artifact came in force at \`${receipt.point}\` after effect \`${key}\``, {
    help: 'decide by hand what should be in force there',
  });
}
