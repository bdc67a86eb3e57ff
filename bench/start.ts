/** Warm start: from nothing running to the API's first answer, against the engines alone (PostgreSQL, Temporal, OPA) on the same data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../stack/supervisor.ts';
import type { StackOptions } from '../stack/supervisor.ts';
import { figure } from './figure.ts';
import type { BenchFigure } from './figure.ts';

const repetitions = 5;
const engines = ['postgres', 'temporal', 'opa'] as const;

export async function bench(): Promise<BenchFigure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-bench-start-'));
  try {
    await startOnce({ dataDir });
    const ours: number[] = [];
    const limit: number[] = [];
    for (let round = 0; round < repetitions; round += 1) {
      limit.push(await startOnce({ dataDir, processes: engines }));
      ours.push(await startOnce({ dataDir }));
    }
    return [figure('warm start to the first answer', 's', ours, limit)];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(options: StackOptions): Promise<number> {
  const began = performance.now();
  const stack = await startStack(options);
  const elapsed = (performance.now() - began) / 1000;
  await stack.stop();
  return elapsed;
}
