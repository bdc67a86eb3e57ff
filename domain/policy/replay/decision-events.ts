/** What OPA decided, as it is kept: who, what and on what, without the rest of the request. */
import type { AccessDecisionEvent } from '../../context/event.ts';
import type { Inventory } from '../../context/inventory.ts';
import { prepareAccessPolicies } from '../access/policies.ts';
import type { Policy } from '../model.ts';
import { accessRecorder } from './access-records.ts';
import { type AccessWhatIf, accessWhatIf } from './access-replay.ts';

/** Only of what can be decided by what is kept. Throws what `prepareAccessPolicies` throws. */
export function keptWhatIf(
  events: readonly AccessDecisionEvent[],
  { before, after }: { readonly before: readonly Policy[]; readonly after: readonly Policy[] },
  inventory: Inventory,
): AccessWhatIf {
  const { add, done } = accessRecorder();
  for (const { kind, principal, action, resource, from, at, decision } of events) {
    const asked = kind === 'ai' ? { kind, principal, model: resource } : { kind, principal, action, resource };
    add({ ...asked, ...(from === undefined ? {} : { from }), at }, decision);
  }
  const deciders = { before: prepareAccessPolicies(before, inventory), after: prepareAccessPolicies(after, inventory) };
  return accessWhatIf(done(), { ...deciders, inPart: true }, inventory);
}
