/** Plants a mistake into a compiled artifact and asks the prover: what it answers is the counter-example that a reviewer would read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyVersion } from '../api/contract/policies.ts';
import type { Client } from '../cli/client.ts';
import { parseInventory } from '../domain/context/parse-inventory.ts';
import { prove } from '../domain/policy/prove.ts';
import type { Artifact } from '../domain/policy/targets/target.ts';

const data = join(import.meta.dirname, 'data');

/** Lets another port through than the rules say; undefined when the prover does not notice. */
export async function counterExampleOf(client: Client, version: PolicyVersion): Promise<string | undefined> {
  const artifact = await client.call('policies.artifact', {
    params: { policy: version.policy, version: version.version, target: 'nftables' },
  });
  const files = Object.fromEntries(
    Object.entries(artifact.files).map(([path, text]) => [path, text.replace(/(?<=dport )5432(?=.*accept)/u, '5432-5433')]),
  );
  const [assets, zones] = await Promise.all([readFile(join(data, 'inventory.csv'), 'utf8'), readFile(join(data, 'zones.csv'), 'utf8')]);
  const { inventory } = parseInventory({ assets, zones });
  const losses = version.compilations.find((one) => one.target === 'nftables')?.losses ?? [];
  const planted = { ...artifact, files } as Artifact;
  const proof = prove([version.document], inventory, planted, losses as Parameters<typeof prove>[3]);
  return proof.counterExample?.text;
}
