/**
 * A refusal means that nothing was done: the run takes nothing back for it. So where the ledger says that an attempt before this one may have
 * done it all the same (its answer was lost, and by now a host is gone from the inventory or an approval is withdrawn), the step does not
 * fail as refused but as an effect that may hold, which the run takes back.
 */
import type { ActionActivities, ActionCall } from '../contract.ts';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { actions, type ActionName, type ActionSpec } from '../../domain/playbook/actions.ts';
import type { EffectStatus } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { effectKey } from './receipt.ts';

type Action = (call: ActionCall) => Promise<JsonObject>;

/** Effects alone; everything else as it is. Costs nothing where nothing fails. */
export function withHonestRefusals(ports: Ports, performed: ActionActivities): ActionActivities {
  const wrapped = Object.entries(performed).map(([name, action]) => {
    const { does } = actions[name as ActionName] as ActionSpec;
    return [name, does === 'effect' ? honest(ports, action) : action];
  });
  return Object.fromEntries(wrapped) as ActionActivities;
}

const mayHold: readonly EffectStatus[] = ['intended', 'applied', 'confirmed', 'uncertain'];

function honest(ports: Ports, action: Action): Action {
  return async (call) => {
    try {
      return await action(call);
    } catch (error) {
      if (call.undoes !== undefined || !isRefusal(error)) throw error;
      const row = await ports.store.effects.get(effectKey(call));
      if (row === undefined || !mayHold.includes(row.status)) throw error;
      throw new EdictError('effect-failed', `${error.message} [${error.code}]; an attempt before may have done it`, {
        where: call.step,
        cause: error,
      });
    }
  };
}

function isRefusal(error: unknown): error is EdictError {
  return (
    error instanceof EdictError && error.code !== 'cancelled' && !errorTable[error.code].retryable && errorTable[error.code].status < 500
  );
}
