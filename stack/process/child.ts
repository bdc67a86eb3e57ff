/** One child process with its log file: its end can be awaited, and it can be stopped politely and then hard. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Command } from './launch.ts';

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  readonly running: () => boolean;
  readonly process: ChildProcess;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Sends the stop signal, SIGKILL after `graceMs`, and waits for the end. */
  readonly stop: (options?: { readonly signal?: NodeJS.Signals; readonly graceMs?: number }) => Promise<Exit>;
};

export type ChildOptions = {
  readonly name: string;
  readonly command: Command;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logFile: string;
  readonly stopSignal?: NodeJS.Signals;
  /** Open an IPC channel, which a Node child sees closing when we die. */
  readonly ipc?: boolean;
  /** Called as soon as the process exists, long before it serves. */
  readonly onSpawn?: ((child: Child) => void) | undefined;
};

export function spawnChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true, mode: 0o700 });
  const log = openSync(options.logFile, 'a', 0o600);
  const { program, args, uid, gid } = options.command;
  const stdio: StdioOptions = options.ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log];
  const child = spawn(program, [...args], {
    stdio,
    env: options.env ?? process.env,
    cwd: options.cwd,
    // A process group of its own: Ctrl-C in the terminal reaches the supervisor only, which stops its children in order.
    detached: true,
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const started = asChild(options, child, exited);
      options.onSpawn?.(started);
      resolve(started);
    });
  });
}

function asChild(options: ChildOptions, child: ChildProcess, exited: Promise<Exit>): Child {
  const running = () => child.exitCode === null && child.signalCode === null;
  const kill = (signal: NodeJS.Signals) => {
    if (running()) child.kill(signal);
  };
  return {
    name: options.name,
    pid: child.pid as number,
    logFile: options.logFile,
    exited,
    running,
    process: child,
    kill,
    stop: async ({ signal = options.stopSignal ?? 'SIGTERM', graceMs = 10_000 } = {}) => {
      kill(signal);
      const hard = setTimeout(() => kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(hard);
      return exit;
    },
  };
}

/** Keeps one older log file once the current one is larger than `sizeBytes`. */
export function rotateLog(file: string, sizeBytes = 10 * 1024 * 1024): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > sizeBytes) renameSync(file, `${file}.1`);
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, lines = 8): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  const buffer = Buffer.alloc(Math.min(size, 8192));
  const handle = openSync(file, 'r');
  readSync(handle, buffer, 0, buffer.length, size - buffer.length);
  closeSync(handle);
  return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
