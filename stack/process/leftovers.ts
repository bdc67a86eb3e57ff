/**
 * Processes that a killed supervisor left behind. Every child is written down with its start time; the next start stops
 * those that still live, and only those: a process id that means another process by now is left alone.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EdictError } from '../../domain/errors.ts';
import type { Layout } from '../layout.ts';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';

type Recorded = ProcessIdentity & { readonly name: string };

export type RunRecord = { readonly add: (name: string, pid: number) => void; readonly clear: () => void };

export function openRunRecord({ run }: Pick<Layout, 'run'>): RunRecord {
  const children = new Map<string, Recorded>();
  const save = () => {
    writeFileSync(`${run}.new`, `${JSON.stringify([...children.values()])}\n`, { mode: 0o600 });
    renameSync(`${run}.new`, run);
  };
  return {
    add: (name, pid) => {
      const identity = identityOf(pid);
      if (identity === undefined) return;
      children.set(name, { name, ...identity });
      save();
    },
    clear: () => rmSync(run, { force: true }),
  };
}

/** Stops what a killed supervisor left; names what was found. Callers hold the lock. */
export async function stopLeftovers(files: Pick<Layout, 'run' | 'postgres'>): Promise<readonly string[]> {
  const found = [...readRecord(files.run), ...strayPostgres(files.postgres)].filter(isAlive);
  // The database last, so that the others end in order.
  const database = found.filter(({ name }) => name === 'postgres');
  for (const group of [found.filter(({ name }) => name !== 'postgres'), database]) await Promise.all(group.map(stopOne));
  rmSync(files.run, { force: true });
  return [...new Set(found.map(({ name }) => name))];
}

async function stopOne(leftover: Recorded): Promise<void> {
  const polite: NodeJS.Signals = leftover.name === 'postgres' ? 'SIGINT' : 'SIGTERM';
  for (const { signal, waitMs } of [
    // Only the database has something of its own to put in order, and the others may wait for it in vain.
    { signal: polite, waitMs: leftover.name === 'postgres' ? 20_000 : 1000 },
    { signal: 'SIGKILL' as const, waitMs: 5000 },
  ]) {
    send(leftover, signal);
    for (const deadline = Date.now() + waitMs; Date.now() < deadline; await sleep(20)) if (!isAlive(leftover)) return;
  }
  throw new EdictError('data-in-use', `process ${leftover.pid} (${leftover.name}) of an earlier start does not end`, {
    help: `end it: \`kill -9 ${leftover.pid}\``,
  });
}

function send(leftover: Recorded, signal: NodeJS.Signals): void {
  try {
    if (isAlive(leftover)) process.kill(leftover.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readRecord(file: string): readonly Recorded[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? value.filter(isRecorded) : [];
  } catch {
    return [];
  }
}

function isRecorded(value: unknown): value is Recorded {
  const { name, pid, started } = (value ?? {}) as { [key: string]: unknown };
  return typeof name === 'string' && typeof pid === 'number' && typeof started === 'string';
}

/** A server that was started but not yet written down: PostgreSQL's own record, believed when the process's arguments name our directory. */
function strayPostgres(directory: string): readonly Recorded[] {
  try {
    const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const identity = args.includes(directory) ? identityOf(pid) : undefined;
    return identity === undefined ? [] : [{ name: 'postgres', ...identity }];
  } catch {
    return [];
  }
}
