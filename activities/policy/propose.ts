/** `policy.propose`: a refinement from an incident, as the draft of a policy of its own; it decides nothing by itself. */
import type { ActionCall, Activities } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { NetworkRule, Policy } from '../../domain/policy/model.ts';
import { resolver } from '../../domain/policy/resolve.ts';
import type { IncidentRow, Store } from '../../store/port.ts';
import { checkOrder } from '../effect/check-order.ts';
import { findAsset, nameOf } from '../find-asset.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function policyPropose(ports: Ports): Activities['policy.propose'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.propose');
    const incident = await ports.store.incidents.get(textParam(call, 'incident'));
    if (incident === undefined) throw new EdictError('not-found', `no incident \`${textParam(call, 'incident')}\``, { where: call.step });
    const match = await deniedMatch(ports.store, call);
    const policy = `refine-${digestOf([incident.id, match]).slice(7, 15)}`;
    const saved =
      (await ports.store.policies.get(policy))?.draft ??
      (await ports.store.policies.saveDraft(document(policy, incident, match), order.requester)).version;
    return { policy, version: saved };
  };
}

/** `deny: { from, to, service }`, each optional; names as in policies, assets and indicators by their own. */
async function deniedMatch(store: Store, call: ActionCall): Promise<NetworkRule['match']> {
  const deny = call.params['deny'];
  if (typeof deny !== 'object' || deny === null || Array.isArray(deny))
    throw new EdictError('input-invalid', `step \`${call.step}\` has no usable \`deny\``, { expected: '{ from, to, service }' });
  const inventory = await store.context.inventory();
  const resolve = resolver(inventory);
  const selector = (value: unknown): string => {
    const name = nameOf(value) ?? 'any';
    const asset = findAsset(inventory, name);
    const chosen = asset === undefined ? name : `asset:${asset.name}`;
    resolve(chosen);
    return chosen;
  };
  const { from, to, service } = deny as JsonObject;
  if (from === undefined && to === undefined)
    throw new EdictError('input-invalid', `step \`${call.step}\` would deny everything`, { expected: '`from` or `to`' });
  return { from: selector(from), to: selector(to), service: typeof service === 'string' ? service : 'any' };
}

function document(policy: string, incident: IncidentRow, match: NetworkRule['match']): Policy {
  const text = `Nothing may connect from ${match.from} to ${match.to} on ${match.service}, after incident ${incident.id}: ${incident.title}.`;
  return {
    policy,
    title: `Refinement after ${incident.title}`.slice(0, 120),
    owner: 'security-operations',
    controls: ['nist-800-53r5:ac-4', 'nist-800-53r5:ir-4'],
    requirements: [{ id: 'r1', text }],
    rules: [{ kind: 'network', id: 'refined', requirement: 'r1', effect: 'deny', match }],
    questions: [],
    tests: [],
  };
}
