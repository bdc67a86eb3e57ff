import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { targets } from '../../domain/policy/targets/index.ts';
import { policyCases } from './cases.ts';

/** What people will read at their enforcement points. Each is also proved (cases.test.ts) and loaded (targets.real.test.ts). */
const { policies, inventory } = policyCases.find(({ name }) => name === 'who reaches the cardholder database')!;
const update = process.env['UPDATE_GOLDEN'] === '1';

describe('the artifacts of the cardholder database', () => {
  it.each(Object.values(targets).flatMap((target) => Object.entries(target.compile(policies, inventory).artifact.files)))(
    '%s reads as it did (UPDATE_GOLDEN=1 writes it anew)',
    (path, text) => {
      const golden = new URL(`../golden/policy/${path}`, import.meta.url);
      if (update) writeFileSync(golden, text);
      expect({ path, isThere: existsSync(golden) }).toEqual({ path, isThere: true });
      expect(text).toBe(readFileSync(golden, 'utf8'));
    },
  );
});
