/** `npm run bench` takes each file of bench/ but its own parts for a benchmark. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const folder = join(import.meta.dirname, '..', '..', 'bench');
const parts = ['run.ts', 'one.ts', 'figure.ts'];

it('every file that the runner takes for a benchmark is one', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !parts.includes(file) && !file.startsWith('eval'));
  const without = files.filter(
    (file) => !/export (async )?function\*? bench\(\)|export const bench =/u.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(3);
  expect(without).toEqual([]);
});
