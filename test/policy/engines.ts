/** Real engines for artifacts: `opa eval` for Rego, `nft --check` in a network namespace of its own for nftables. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecisionResult } from '../../domain/policy/model.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import { engineBinary } from '../stack/fixture.ts';

/** Decisions of OPA on each input, in one process; `overlay` is added to the data, as the connector adds isolations. */
export function evalRego(
  { target, files }: Artifact,
  inputs: readonly unknown[],
  isolations?: readonly unknown[],
): readonly DecisionResult[] {
  return inFolder((folder) => {
    const data = JSON.parse(files['data.json']!);
    if (isolations !== undefined) data.edict.isolations = isolations;
    writeFileSync(join(folder, 'data.json'), JSON.stringify(data));
    writeFileSync(join(folder, 'policy.rego'), files['policy.rego']!);
    writeFileSync(join(folder, 'input.json'), JSON.stringify({ inputs }));
    const entry = target === 'rego-access' ? 'access' : 'network';
    const query = `[decision | some request in input.inputs; decision := data.edict.${entry}.decision with input as request]`;
    const output = execFileSync(
      engineBinary('opa'),
      [
        'eval',
        '--format=values',
        '--data',
        join(folder, 'data.json'),
        '--data',
        join(folder, 'policy.rego'),
        '--input',
        join(folder, 'input.json'),
        query,
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    return JSON.parse(output)[0];
  });
}

/** `opa check --strict`: what it complains of, empty when nothing. */
export function checkRego({ files }: Artifact): string {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'policy.rego'), files['policy.rego']!);
    const { stdout, stderr } = spawnSync(engineBinary('opa'), ['check', '--strict', join(folder, 'policy.rego')], { encoding: 'utf8' });
    return `${stdout}${stderr}`.trim();
  });
}

export type NftCheck = { readonly ok: boolean; readonly complaint: string };

/** Loads the ruleset for real, twice (it must replace itself), into a fresh network namespace that ends with the process. */
export function loadNft({ files }: Artifact): NftCheck {
  return inFolder((folder) => {
    const file = join(folder, 'edict.nft');
    writeFileSync(file, files['edict.nft']!);
    const script = 'nft -c -f "$0" && nft -f "$0" && nft -f "$0" && nft list table inet edict_policy';
    const { status, stdout, stderr } = spawnSync('unshare', ['-rn', 'sh', '-c', script, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
    return { ok: status === 0, complaint: status === 0 ? stdout : stderr };
  });
}

/** Why nftables cannot be tried here; empty where it can. */
export function nftMissing(): string {
  const { status, stderr, error } = spawnSync('unshare', ['-rn', 'nft', 'list', 'ruleset'], { encoding: 'utf8' });
  return status === 0 ? '' : (error?.message ?? stderr.trim()) || 'nft does not run';
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'edict-policy-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
