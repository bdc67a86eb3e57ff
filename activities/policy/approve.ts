/** `policy.approve`: freezes the version, where the store holds an approval of exactly this step with this version. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { checkApproval } from '../effect/check-approval.ts';
import { checkOrder } from '../effect/check-order.ts';
import { requireLossesAccepted } from './losses.ts';
import { namedVersion } from './version.ts';
import type { Ports } from '../ports.ts';

export function policyApprove(ports: Ports): Activities['policy.approve'] {
  return async (call) => {
    const { order, step } = await checkOrder(ports, call, 'policy.approve');
    const approval = await checkApproval(ports, call, step, order);
    // A playbook that was edited to ask nobody does not make a policy go live.
    if (approval === undefined)
      throw new EdictError('approval-missing', `step \`${call.step}\` would approve a policy that nobody was asked about`);
    const version = await namedVersion(ports.store, call);
    await requireProofs(ports, version.policy, version.version);
    await requireLossesAccepted(ports.store, version);
    const approved = await ports.store.policies.approve({
      policy: version.policy,
      version: version.version,
      by: order.requester,
      approval: approval.id,
    });
    return { digest: approved.digest };
  };
}

async function requireProofs({ store }: Ports, policy: string, version: number): Promise<void> {
  const compiled = await store.policies.compilations(policy, version);
  const proofs = await store.policies.proofs(policy, version);
  const unproved = compiled.filter((one) => !proofs.some((proof) => proof.artifact === one.artifact && proof.equal));
  if (compiled.length > 0 && unproved.length === 0) return;
  throw new EdictError(
    'proof-failed',
    `version ${version} of \`${policy}\` is not proved for ${unproved.map((one) => one.target).join(', ') || 'any target'}`,
  );
}
