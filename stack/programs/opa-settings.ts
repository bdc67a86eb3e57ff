/** The files that OPA is started with: who may ask it and what it decides (our Rego), the token that it asks for, and its configuration. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { digestOfText } from '../../domain/digest.ts';

export type OpaSettings = {
  readonly folder: string;
  readonly token: string;
  /** Rego files. One must hold `system.authz.allow`, which reads the token at data.edict_system.token: without it OPA refuses everything. */
  readonly policies: readonly string[];
  /** Content of OPA's configuration file (bundles, decision logs, status). */
  readonly config?: string | undefined;
};

/** Writes them; gives the arguments that name them, relative to the folder. */
export function writeOpaSettings({ folder, token, policies, config }: OpaSettings): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return name;
  };
  const digests = Object.fromEntries(policies.map((policy) => [basename(policy), digestOfText(readFileSync(policy, 'utf8'))]));
  const data = write('opa-token.json', JSON.stringify({ edict_system: { token, policies: digests } }));
  const configFlags = config === undefined ? [] : ['--config-file', write('opa-config.yaml', config)];
  // Under names of our own: OPA lists policies by path, and a checkout in `/edict` would look like the bundle's own.
  const names = policies.map((policy) => write(`access-${basename(policy)}`, readFileSync(policy, 'utf8')));
  return [...configFlags, data, ...names];
}

/** The rules of who may ask OPA, who may call which part of the API, and which effect may happen now. */
export function accessPolicies(): readonly string[] {
  return ['../../api/auth/', '../../activities/effect/'].flatMap((path) => regoIn(fileURLToPath(new URL(path, import.meta.url))));
}

function regoIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
    .map((name) => join(folder, name));
}
