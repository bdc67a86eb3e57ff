/** The concrete half of a proof: the same witnesses through the kernel's nft and through OPA, and a planted mistake that both refute. */
import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import type { ProofEngine } from '../../activities/ports.ts';
import { createLab, findLab } from '../../connectors/nftables/lab.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import { accessWitnesses } from '../../domain/policy/access/space/witnesses.ts';
import { type KnownTarget, targets } from '../../domain/policy/targets/index.ts';
import { witnesses } from '../../domain/policy/witnesses.ts';
import type { Witness } from '../../domain/policy/witnesses.ts';
import { nftablesProofEngine, opaProofEngine } from '../../worker/proof-engines.ts';
import { accessRules, inventory, people, policyOf, strictRules } from '../connectors/policies.ts';
import { needs } from '../connectors/needs.ts';
import { engineBinary } from '../stack/fixture.ts';

const policies = [policyOf(strictRules)];
const tried = witnesses(policies, inventory);

function compiled(target: KnownTarget): Artifact {
  return targets[target].compile(policies, inventory).artifact;
}

/** Lets another port through than the rules say. */
function planted(artifact: Artifact): Artifact {
  const files = Object.fromEntries(Object.entries(artifact.files).map(([path, text]) => [path, text.replaceAll('5432', '5433')]));
  return { ...artifact, files };
}

async function differing(engine: ProofEngine, artifact: Artifact): Promise<readonly Witness[]> {
  const decisions = await engine.decideMany(
    artifact,
    tried.map((one) => one.request),
  );
  const refused = (decision: string | undefined): boolean => decision === 'deny';
  return tried.filter((one, index) => decisions[index] !== undefined && refused(decisions[index]) !== refused(one.expected));
}

needs('lab', () => {
  it('packets through the kernel agree with the rules, and refute a planted mistake', async () => {
    const engine = await nftablesProofEngine();
    if ('unavailable' in engine) throw new Error(engine.unavailable);
    expect(await differing(engine, compiled('nftables'))).toEqual([]);
    expect((await differing(engine, planted(compiled('nftables')))).length).toBeGreaterThan(0);
    expect(await findLab(`proof-${process.pid}`)).toBeUndefined();
  }, 60_000);

  it('removes what a worker left behind that died in the middle of a proof', async () => {
    const { pid: dead } = spawnSync('true');
    const left = await createLab({ name: `proof-${dead}` });
    expect(left.supported).toBe(true);
    await nftablesProofEngine();
    expect(await findLab(`proof-${dead}`)).toBeUndefined();
  }, 60_000);
});

needs('opa', () => {
  it('OPA agrees with rules of access and AI, and refutes a planted mistake', async () => {
    const engine = await opaProofEngine(engineBinary('opa'));
    if ('unavailable' in engine) throw new Error(engine.unavailable);
    const given = [policyOf(accessRules)];
    const asked = accessWitnesses(given, people);
    const artifact = targets['rego-access'].compile(given, people).artifact;
    const decide = (of: Artifact) =>
      engine.decideMany(
        of,
        asked.map(({ request }) => request),
      );
    expect(await decide(artifact)).toEqual(asked.map(({ expected }) => expected));
    const files = Object.fromEntries(
      Object.entries(artifact.files).map(([path, text]) => [path, text.replaceAll(/"effect": ?"claim"/gu, '"effect": "allow"')]),
    );
    expect(await decide({ ...artifact, files })).not.toEqual(asked.map(({ expected }) => expected));
  });

  it('OPA agrees with the rules, and refutes a planted mistake', async () => {
    const engine = await opaProofEngine(engineBinary('opa'));
    if ('unavailable' in engine) throw new Error(engine.unavailable);
    expect(await differing(engine, compiled('rego'))).toEqual([]);
    expect((await differing(engine, planted(compiled('rego')))).length).toBeGreaterThan(0);
  }, 60_000);
});
