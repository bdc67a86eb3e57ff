/**
 * `enforcement.apply`: brings the stored, proved artifact of an approved version in force at one point. It never compiles for the point:
 * it compiles only to check that the stored artifact still is what the rules in force and this version come to.
 */
import type { ActionCall, Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { targetOf } from '../../domain/policy/targets/index.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { PointRow, PolicyVersionRow } from '../../store/port.ts';
import { pointRow } from '../effect/desired-state.ts';
import type { StoredDesired } from '../effect/desired-state.ts';
import { performEffect } from '../effect/perform-effect.ts';
import { integerParam, textParam } from '../params.ts';
import { documentsNow, versionsTogether } from '../policy/version.ts';
import type { Ports } from '../ports.ts';

export function enforcementApply(ports: Ports): Activities['enforcement.apply'] {
  return async (call) => {
    const startedAt = ports.now().getTime();
    const point = await pointRow(ports.store, textParam(call, 'point'));
    const { artifact, together } = await approvedArtifact(ports, call, point);
    const { row } = await performEffect(ports, call, {
      action: 'enforcement.apply',
      targets: [point.name],
      desire: (desired) => withArtifact(desired, artifact, together),
      landed: (observed) => observed.artifactDigest === artifact.digest,
      without: (desired, _key, before) => ({ ...desired, artifact: before.artifact, policyVersions: before.policyVersions }),
    });
    return { receipt: row.key, digest: artifact.digest, elapsedMs: ports.now().getTime() - startedAt };
  };
}

/** INVARIANT: nothing is distributed without approval and a proof, or losses that were accepted with the approval. */
async function approvedArtifact(
  { store, now: clock }: Ports,
  call: ActionCall,
  point: PointRow,
): Promise<{ readonly artifact: Artifact; readonly together: readonly PolicyVersionRow[] }> {
  const policy = textParam(call, 'policy');
  const version = integerParam(call, 'version');
  const row = await store.policies.version(policy, version);
  if (row === undefined) throw new EdictError('not-found', `policy \`${policy}\` has no version ${version}`);
  if (row.status !== 'approved')
    throw new EdictError('policy-state-wrong', `version ${version} of \`${policy}\` is ${row.status}`, {
      where: call.step,
      expected: 'approved',
    });
  const compiled = (await store.policies.compilations(policy, version)).find((one) => one.target === point.target);
  const artifact = compiled && (await store.policies.artifact(compiled.artifact));
  if (artifact === undefined)
    throw new EdictError('proof-failed', `version ${version} of \`${policy}\` was not compiled to ${point.target}`, { where: call.step });
  const proof = (await store.policies.proofs(policy, version)).find(
    (one) => one.target === point.target && one.artifact === artifact.digest,
  );
  if (proof?.equal !== true)
    throw new EdictError('proof-failed', `the ${point.target} artifact of \`${policy}\` version ${version} has no proof`, {
      where: call.step,
    });
  const together = await versionsTogether(store, row);
  const now = targetOf(point.target).compile(documentsNow(together, clock), await store.context.inventory());
  if (now.artifact.digest !== artifact.digest) {
    throw new EdictError(
      'conflict',
      `what is in force, or the inventory, has changed, or an exception has ended since \`${policy}\` version ${version} was compiled`,
      { where: call.step, help: 'submit it again' },
    );
  }
  return { artifact, together };
}

/** Another policy's version that came in force here meanwhile must not be lost. */
function withArtifact(desired: StoredDesired, artifact: Artifact, together: readonly PolicyVersionRow[]): StoredDesired {
  const versions = together.map(({ policy, version }) => ({ policy, version }));
  const lost = desired.policyVersions.find((held) => !versions.some((one) => one.policy === held.policy));
  if (lost !== undefined)
    throw new EdictError('conflict', `the artifact does not hold \`${lost.policy}\`, which is in force at the point`, {
      help: 'submit it again',
    });
  // What was ordered before a newer version went out must not take it back: the end of an exception, while its policy is being replaced.
  const newer = desired.policyVersions.find((held) => versions.some((one) => one.policy === held.policy && one.version < held.version));
  if (newer !== undefined)
    throw new EdictError('conflict', `the point holds version ${newer.version} of \`${newer.policy}\` already`, {
      help: 'an older version comes back by a rollback',
    });
  return { ...desired, artifact: artifact.digest, policyVersions: versions };
}
