/** Edict's own processes, worker and API: plain Node processes that get every address by the environment. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { EdictError } from '../../domain/errors.ts';
import { logTail, spawnChild, type Child } from '../process/child.ts';
import { cacheFolder } from '../engines.ts';
import { launchCommand } from '../process/launch.ts';

export type AppOptions = {
  readonly name: string;
  /** Path of the main file from the top of the checkout. */
  readonly main: string;
  /** Of Node. */
  readonly flags?: readonly string[] | undefined;
  readonly env: { readonly [name: string]: string };
  readonly logFile: string;
  readonly onSpawn?: ((child: Child) => void) | undefined;
  /** Asked until it says yes, once the app itself has said that it is ready. */
  readonly serves?: (() => Promise<boolean>) | undefined;
};

/**
 * Of Node, for the process of a worker: room for what is young in its heaps. With V8's own 16 MB much of what a few hundred workflows hold is
 * copied to and fro, in their thread as in the one that codes what they say.
 */
export const workerFlags = ['--max-semi-space-size=32'] as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
const startTimeoutMs = 60_000;

export async function startApp(options: AppOptions): Promise<Child> {
  const { name, logFile, flags = [] } = options;
  const offset = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const preload = new URL('../process/die-with-parent.ts', import.meta.url).href;
  const command = launchCommand(process.execPath, [...flags, '--import', preload, join(root, options.main)], {
    deathSignal: 'SIGTERM',
  });
  const child = await spawnChild({
    name,
    command,
    env: { NODE_COMPILE_CACHE: compileCache(), ...process.env, ...options.env },
    cwd: root,
    logFile,
    ipc: true,
    onSpawn: options.onSpawn,
  });
  let said = false;
  child.process.on('message', (message) => (said ||= (message as { ready?: unknown } | null)?.ready === true));
  // INVARIANT: the app's own word first: on its port another program may answer while ours cannot listen.
  const ready = async () => (said || saysReady(logFile, offset)) && ((await options.serves?.()) ?? true);
  await untilReady(child, ready);
  return child;
}

/** Compiled modules of worker and API: without it each start spends most of its time on reading the same sources. */
function compileCache(): string {
  return join(cacheFolder(), '..', 'node');
}

async function untilReady(child: Child, ready: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline && child.running(); await sleep(15)) {
    if (await ready()) return;
  }
  const how = child.running() ? `was not ready within ${startTimeoutMs / 1000} s` : 'ended while it started';
  if (child.running()) await child.stop({ signal: 'SIGKILL' });
  throw new EdictError('dependency-unavailable', `${child.name} ${how}:\n${logTail(child.logFile)}`, { where: child.logFile });
}

/** Whether a line `{"ready":true}` stands in the log behind `offset`. */
function saysReady(logFile: string, offset: number): boolean {
  return /^\{"ready":true\}\s*$/m.test(readFileSync(logFile).subarray(offset).toString('utf8'));
}

export async function apiServes(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    return answer.status === 200;
  } catch {
    return false;
  }
}
