/** Starts test/stack/serve.ts and reads what it says. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Line = { readonly [key: string]: unknown };
export type Supervised = {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  readonly until: (match: (line: Line) => boolean) => Promise<Line>;
  readonly exited: Promise<number | null>;
};

export function supervise(dataDir: string, processes: string, ...more: readonly string[]): Supervised {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'serve.ts'), dataDir, processes, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line);
    for (const check of waiting) check();
  });
  const until = (match: (line: Line) => boolean) =>
    new Promise<Line>((resolve, reject) => {
      const check = () => {
        const found = lines.find(match);
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      void exited.then(() => setTimeout(() => reject(new Error(`the supervisor ended: ${JSON.stringify(lines.slice(-3))}`)), 200));
      check();
    });
  return { process: child, lines, until, exited };
}

export const isReady = (line: Line): boolean => line['ready'] === true;
export const pidsOf = (line: Line): { readonly [part: string]: number } => line['pids'] as { readonly [part: string]: number };

export async function withDataDir<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'edict-stack-'));
  try {
    return await work(join(folder, 'data'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
