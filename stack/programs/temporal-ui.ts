/** Temporal's own web UI on 127.0.0.1, for looking at histories; read only. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EdictError } from '../../domain/errors.ts';
import { logTail, spawnChild, type Child } from '../process/child.ts';
import { requireProgram } from '../engines.ts';
import { launchCommand } from '../process/launch.ts';
import { temporalNamespace } from './temporal.ts';

export type TemporalUiOptions = {
  readonly port: number;
  readonly temporal: string;
  readonly settingsDir: string;
  readonly logFile: string;
  readonly onSpawn?: ((child: Child) => void) | undefined;
};

export async function startTemporalUi({ port, temporal, settingsDir, logFile, onSpawn }: TemporalUiOptions): Promise<Child> {
  const { path } = requireProgram('temporal-ui-server');
  const folder = join(settingsDir, 'temporal-ui');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'edict.yaml'), settings(port, temporal), { mode: 0o600 });
  const command = launchCommand(path, ['--root', settingsDir, '--config', 'temporal-ui', '--env', 'edict', 'start'], {
    deathSignal: 'SIGKILL',
  });
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const child = await spawnChild({ name: 'temporal-ui', command, env, cwd: settingsDir, logFile, onSpawn });
  await untilServing(child, `http://127.0.0.1:${port}`);
  return child;
}

function settings(port: number, temporal: string): string {
  return `temporalGrpcAddress: ${temporal}
host: 127.0.0.1
port: ${port}
enableUi: true
defaultNamespace: ${temporalNamespace}
disableNewsFetch: true
disableWriteActions: true
cors:
  allowOrigins:
    - http://127.0.0.1:${port}
`;
}

async function untilServing(child: Child, url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && child.running(); await sleep(25)) {
    if (await temporalUiServes(url)) return;
  }
  if (child.running()) await child.stop({ signal: 'SIGKILL' });
  throw new EdictError('dependency-unavailable', `temporal's web ui did not start:\n${logTail(child.logFile)}`, { where: child.logFile });
}

export async function temporalUiServes(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}
