/** OPA as a server on 127.0.0.1 that answers only who holds the token. */
import { setTimeout as sleep } from 'node:timers/promises';

import { EdictError } from '../../domain/errors.ts';
import { logTail, spawnChild, type Child } from '../process/child.ts';
import { requireProgram } from '../engines.ts';
import { launchCommand } from '../process/launch.ts';
import { writeOpaSettings, type OpaSettings } from './opa-settings.ts';

export type OpaOptions = Pick<OpaSettings, 'token' | 'policies' | 'config'> & {
  readonly port: number;
  /** Folder for the generated configuration and policy files. */
  readonly settingsDir: string;
  readonly logFile: string;
  readonly onSpawn?: ((child: Child) => void) | undefined;
};

export type Opa = { readonly url: string; readonly token: string; readonly child: Child };

export async function startOpa(options: OpaOptions): Promise<Opa> {
  const files = writeOpaSettings({ ...options, folder: options.settingsDir });
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
