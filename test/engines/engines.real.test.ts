import { readFileSync } from 'node:fs';

import { expect, it } from '@jest/globals';

import { describeEngines, engineProgram, missingEngine, type TestEngine } from './engines.ts';

const pins: Record<string, { readonly slow?: boolean; readonly programs: readonly string[] }> = JSON.parse(
  readFileSync(new URL('../../tools/test-engines.json', import.meta.url), 'utf8'),
);

/** Those that take minutes to build are asked for by `npm run test:engines` alone. */
const usual = Object.entries(pins).filter(([, { slow }]) => slow !== true);

for (const [name, { programs }] of usual) {
  const engine = name as Exclude<TestEngine, 'namespaces' | 'opa' | 'postgres'>;
  describeEngines([engine], `the engine ${name}`, () => {
    it.each(programs)('has its program %s', (program) => {
      expect(missingEngine(engine)).toBe('');
      expect(engineProgram(engine, program)).toContain(program);
    });
  });
}
