/** The import table of ARCHITECTURE.md as data: which folder may import which, and what stays out of the workflow sandbox. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');

type Layer = {
  /** Folders or files whose values may be imported. */
  readonly values: readonly string[];
  /** Folders or files of which only types may be imported. */
  readonly types: readonly string[];
  /** Packages that may be imported; `*` for any, `node` for Node's own modules. */
  readonly packages: readonly string[];
};

const table: Readonly<Record<string, Layer>> = {
  domain: {
    values: ['domain'],
    types: [],
    packages: ['@noble/hashes', '@marcbachmann/cel-js', 'yaml', 'ipaddr.js', 'zod'],
  },
  workflows: {
    values: ['workflows', 'domain'],
    types: ['activities/contract.ts'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: {
    values: ['activities', 'domain'],
    types: ['connectors/connector.ts', 'connectors/system.ts', 'ai/provider.ts', 'store/port.ts'],
    packages: ['@temporalio/activity', '@temporalio/common', 'node', 'zod'],
  },
  connectors: { values: ['connectors', 'domain'], types: [], packages: ['*'] },
  ai: { values: ['ai', 'domain'], types: [], packages: ['*'] },
  store: { values: ['store', 'domain'], types: [], packages: ['*'] },
  worker: { values: ['worker', 'workflows', 'activities', 'connectors', 'ai', 'store', 'domain'], types: [], packages: ['*'] },
  api: { values: ['api', 'store', 'domain', 'workflows/messages.ts'], types: ['workflows'], packages: ['*'] },
  stack: {
    values: ['stack', 'domain', 'store/migrate.ts', 'store/open.ts', 'connectors/opa/config.ts', 'connectors/opa/signing-key.ts'],
    types: [],
    packages: ['*'],
  },
  cli: { values: ['cli', 'api/contract', 'domain', 'stack'], types: [], packages: ['*'] },
  console: { values: ['console', 'api/contract', 'domain', 'demo/data'], types: [], packages: ['*'] },
};

type Import = { readonly file: string; readonly specifier: string; readonly typeOnly: boolean };

const importPattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g;

function importsOf(file: string, text: string): readonly Import[] {
  return [...text.matchAll(importPattern)].map((match) => ({
    file,
    specifier: match[3] ?? match[4] ?? '',
    typeOnly: match[2] !== undefined,
  }));
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/u.test(name) && !name.endsWith('.d.ts') && !/^dist[^/]*\//u.test(name))
    .map((name) => join(folder, name));
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function within(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function faultOf(folder: string, found: Import): string | undefined {
  const layer = table[folder];
  if (layer === undefined) return `${folder} is not in the table`;
  if (!found.specifier.startsWith('.')) {
    const name = packageName(found.specifier);
    const fine = layer.packages.includes('*') || layer.packages.includes(name);
    return fine ? undefined : `${found.file} imports package ${name}`;
  }
  const path = relative(root, resolve(root, dirname(found.file), found.specifier))
    .split(sep)
    .join('/');
  if (within(path, layer.values) || (found.typeOnly && within(path, layer.types))) return undefined;
  return `${found.file} imports ${found.typeOnly ? 'types' : 'values'} of ${path}`;
}

function faultsOf(folder: string): { readonly visited: number; readonly faults: readonly string[] } {
  const files = sourceFiles(folder);
  const faults = files.flatMap((file) =>
    importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap((found) => faultOf(folder, found) ?? []),
  );
  return { visited: files.length, faults };
}

describe('the architecture', () => {
  it.each(Object.keys(table))('%s imports only what the table allows', (folder) => {
    const { visited, faults } = faultsOf(folder);
    expect(faults).toEqual([]);
    expect(visited).toBeGreaterThan(0);
  });

  it.each([
    ['domain', "import { openStore } from '../store/open.ts';", 'values of store/open.ts'],
    ['domain', "import { readFile } from 'node:fs/promises';", 'package node'],
    ['workflows', "import { connect } from '../connectors/open.ts';", 'values of connectors/open.ts'],
    ['workflows', "import { z } from 'zod';", 'package zod'],
    ['activities', "import { openStore } from '../store/open.ts';", 'values of store/open.ts'],
    ['activities', "import { Store } from '../store/port.ts';", 'values of store/port.ts'],
    ['connectors', "import type { Store } from '../store/port.ts';", 'types of store/port.ts'],
    ['api', "import { compose } from '../worker/compose.ts';", 'values of worker/compose.ts'],
    ['cli', "import { buildServer } from '../api/server.ts';", 'values of api/server.ts'],
    ['cli', "export * from '../store/open.ts';", 'values of store/open.ts'],
    ['console', "import { openStore } from '../store/open.ts';", 'values of store/open.ts'],
    ['console', "import type { Handler } from '../api/handler.ts';", 'types of api/handler.ts'],
    ['cli', "const late = await import('../store/open.ts');", 'values of store/open.ts'],
  ])('catches a violation planted in %s: %s', (folder, line, fault) => {
    const found = importsOf(`${folder}/planted.ts`, line);
    expect(found.map((one) => faultOf(folder, one))).toEqual([expect.stringContaining(fault)]);
  });

  it('lets types of a port through where the table says so', () => {
    const [found] = importsOf('activities/planted.ts', "import type { Store } from '../store/port.ts';");
    expect(found && faultOf('activities', found)).toBeUndefined();
  });

  it('keeps schemas and zod out of everything that workflows reach', () => {
    const reached = reachableFrom(sourceFiles('workflows'));
    expect(reached.size).toBeGreaterThan(5);
    expect([...reached].filter((file) => file.endsWith('.schema.ts'))).toEqual([]);
    expect([...reached].filter((file) => valueImports(file).includes('zod'))).toEqual([]);
  });
});

describe('folders', () => {
  const folders = [...Object.keys(table), 'bench', 'demo', 'scripts'].flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !join(entry.parentPath, entry.name).includes(join('console', 'dist')))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ]);

  it('hold at most 25 files each, so that a listing can be read', () => {
    const crowded = folders.filter(
      (folder) => readdirSync(join(root, folder), { withFileTypes: true }).filter((one) => one.isFile()).length > 25,
    );
    expect(folders.length).toBeGreaterThan(30);
    expect(crowded).toEqual([]);
  });
});

function valueImports(file: string): readonly string[] {
  return importsOf(file, readFileSync(join(root, file), 'utf8'))
    .filter((found) => !found.typeOnly)
    .map((found) => found.specifier);
}

function reachableFrom(files: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const folder = dirname(file);
    open.push(
      ...valueImports(file)
        .filter((one) => one.startsWith('.'))
        .map((one) => join(folder, one)),
    );
  }
  return reached;
}
