/** OPA as a server on 127.0.0.1 that answers only who holds the token. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EdictError } from '../domain/errors.ts';
import { logTail, spawnChild, type Child } from './child.ts';
import { requireProgram } from './engines.ts';
import { launchCommand } from './launch.ts';

export type OpaOptions = {
  readonly port: number;
  readonly token: string;
  /** Folder for the generated configuration and policy files. */
  readonly settingsDir: string;
  readonly logFile: string;
  readonly onSpawn?: ((child: Child) => void) | undefined;
  /** Rego files, loaded under their own names. One must hold `system.authz.allow`, which reads the token at data.edict_system.token: without it OPA refuses everything. */
  readonly policies: readonly string[];
  /** Content of OPA's configuration file (bundles, decision logs, status). */
  readonly config?: string | undefined;
};

export type Opa = { readonly url: string; readonly token: string; readonly child: Child };

export async function startOpa(options: OpaOptions): Promise<Opa> {
  const files = writeSettings(options);
  const { path } = requireProgram('opa');
  const args = [
    'run',
    '--server',
    '--addr',
    `127.0.0.1:${options.port}`,
    '--authentication=token',
    '--authorization=basic',
    '--skip-version-check',
    '--log-level=error',
    ...files,
  ];
  const command = launchCommand(path, args, { deathSignal: 'SIGKILL' });
  const child = await spawnChild({
    name: 'opa',
    command,
    cwd: options.settingsDir,
    logFile: options.logFile,
    onSpawn: options.onSpawn,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const url = `http://127.0.0.1:${options.port}`;
  await untilServing(child, url);
  return { url, token: options.token, child };
}

function writeSettings({ settingsDir, token, config, policies }: OpaOptions): readonly string[] {
  mkdirSync(settingsDir, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string) => {
    const file = join(settingsDir, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const data = write('opa-token.json', JSON.stringify({ edict_system: { token } }));
  const configFlags = config === undefined ? [] : ['--config-file', write('opa-config.yaml', config)];
  // Named relative to the folder: OPA lists policies by path, and a checkout in `/edict` would look like the bundle's own.
  const names = policies.map((policy) => basename(write(`access-${basename(policy)}`, readFileSync(policy, 'utf8'))));
  return [...configFlags, data, ...names];
}

async function untilServing(child: Child, url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && child.running(); await sleep(10)) {
    if (await opaServes(url)) return;
  }
  if (child.running()) await child.stop({ signal: 'SIGKILL' });
  throw new EdictError('dependency-unavailable', `opa did not start:\n${logTail(child.logFile)}`, { where: child.logFile });
}

export async function opaServes(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
    return answer.ok;
  } catch {
    return false;
  }
}
