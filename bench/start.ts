/** Warm start on data that is there: until the API answers, and until the worker takes work, against the engines alone (PostgreSQL, Temporal, OPA). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../stack/supervisor.ts';
import type { StackOptions } from '../stack/supervisor.ts';
import { figure } from './figure.ts';
import type { BenchFigure } from './figure.ts';

const repetitions = 5;
const engines = ['postgres', 'temporal', 'opa'] as const;

type Times = { readonly answered: number; readonly whole: number };

export async function bench(): Promise<BenchFigure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-bench-start-'));
  try {
    await startOnce({ dataDir });
    const ours: Times[] = [];
    const limit: Times[] = [];
    for (let round = 0; round < repetitions; round += 1) {
      limit.push(await startOnce({ dataDir, processes: engines }));
      ours.push(await startOnce({ dataDir }));
    }
    const bare = limit.map((times) => times.whole);
    return [
      figure(
        'warm start, until the API answers',
        's',
        ours.map((times) => times.answered),
        bare,
      ),
      figure(
        'warm start, until the worker takes work',
        's',
        ours.map((times) => times.whole),
        bare,
      ),
    ];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(options: StackOptions): Promise<Times> {
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let answered = 0;
  const stack = await startStack({
    ...options,
    onProgress: ({ part, event }) => {
      if (part === 'api' && event === 'ready') answered = elapsed();
    },
  });
  const whole = elapsed();
  await stack.stop();
  return { answered, whole };
}
