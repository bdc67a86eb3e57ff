/** The two nets beside architecture.test.ts, shown to catch a planted violation: the tsconfig without Node types, and the lint rules per folder. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
let copy = '';

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'edict-nets-'));
  for (const file of ['tsconfig.json', 'tsconfig.pure.json', '.oxlintrc.json', 'package.json']) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const done = spawnSync(join(root, 'node_modules', '.bin', tool), args, { cwd: copy, encoding: 'utf8' });
  return { code: done.status, output: done.stdout + done.stderr };
}

/** Plants the file alone, so that what is found is this file's fault. */
function plant(path: string, text: string): void {
  for (const folder of ['domain', 'workflows', 'activities', 'connectors', 'api', 'cli'])
    rmSync(join(copy, folder), { recursive: true, force: true });
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

describe('the tsconfig of the pure folders', () => {
  it.each([
    ['domain/planted.ts', 'export const home = process.env;\n', 'process'],
    ['domain/planted.ts', "export const page = () => fetch('http://127.0.0.1');\n", 'fetch'],
    ['workflows/planted.ts', "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n", 'node:fs'],
    ['activities/contract.ts', 'export type Bytes = Buffer;\n', 'Buffer'],
  ])('refuses in %s: %s', (path, text, named) => {
    plant(path, text);
    const { code, output } = run('tsc', ['-p', 'tsconfig.pure.json']);
    expect(code).not.toBe(0);
    expect(output).toContain(named);
  });

  it('accepts a file that is pure', () => {
    plant('domain/planted.ts', 'export const sum = (a: number, b: number): number => a + b;\n');
    expect(run('tsc', ['-p', 'tsconfig.pure.json'])).toEqual({ code: 0, output: '' });
  });
});

describe('the lint rules per folder', () => {
  it.each([
    ['domain/planted.ts', "import { openStore } from '../store/open.ts';\nexport const open = openStore;\n"],
    ['workflows/planted.ts', "import { z } from 'zod';\nexport const text = z.string();\n"],
    ['activities/planted.ts', "import { connect } from '../worker/compose.ts';\nexport const open = connect;\n"],
    ['connectors/planted.ts', "import { openStore } from '../store/open.ts';\nexport const open = openStore;\n"],
    ['api/planted.ts', "import { compose } from '../worker/compose.ts';\nexport const open = compose;\n"],
    ['cli/planted.ts', "import { buildServer } from '../api/server.ts';\nexport const build = buildServer;\n"],
  ])('refuse in %s an import of another room', (path, text) => {
    plant(path, text);
    const { code, output } = run('oxlint', ['--format', 'unix', path]);
    expect(code).not.toBe(0);
    expect(output).toContain('no-restricted-imports');
  });

  it('catch a promise that nobody waits for', () => {
    plant('api/planted.ts', 'export function later(work: () => Promise<void>): void {\n  work();\n}\n');
    const { code, output } = run('oxlint', ['--type-aware', '--format', 'unix', 'api/planted.ts']);
    expect(code).not.toBe(0);
    expect(output).toContain('no-floating-promises');
  });

  it('let an import down the map pass', () => {
    plant('api/planted.ts', "import { errorTable } from '../domain/errors.ts';\nexport const table = errorTable;\n");
    expect(run('oxlint', ['api/planted.ts']).code).toBe(0);
  });
});
