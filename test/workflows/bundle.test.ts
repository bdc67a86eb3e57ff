/** What goes into the workflow sandbox: small, without schemas and without Node. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { workflowBundle } from './run-fixture.ts';

describe('the workflow bundle', () => {
  it('holds the engine and no schema library, whose schemas cost every cached workflow memory and time', async () => {
    const { codePath } = await workflowBundle();
    const code = readFileSync(codePath, 'utf8');
    const modules = [...code.matchAll(/^\s*!\*\*\* (\.\/[^\s*]+)/gm)].map(([, path = '']) => path);
    expect(modules.length).toBeGreaterThan(20);
    expect(modules).toContain('./domain/playbook/engine/engine.ts');
    expect(modules.filter((path) => /node_modules\/(zod|yaml)\//.test(path) || path.includes('.schema.'))).toEqual([]);
  }, 60_000);

  it('is written in what Node has by itself', async () => {
    const { codePath } = await workflowBundle();
    const code = readFileSync(codePath, 'utf8');
    expect(code).toMatch(/\{\s*\.\.\.\w/);
    expect(code).not.toContain('function _object_spread');
  }, 60_000);
});
