/** The workflows' code, bundled once and kept under the hash of what it is made of: a warm start runs no bundler. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { BundleOptions, Logger } from '@temporalio/worker';

const root = resolve(import.meta.dirname, '..');
/** All that can be in the bundle. */
const sourceFolders = ['workflows', 'domain', 'activities'];
const packages = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/common', '@marcbachmann/cel-js', '@noble/hashes', 'ipaddr.js'];

const quiet: Logger = { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: console.warn, error: console.error };

type Transpiler = { readonly use?: { readonly options?: { readonly jsc?: { target: string } } } } | null | undefined;

/** As it comes, the bundler writes for engines of 2017, and spells out what Node has by itself: objects are copied in many steps. */
const asNodeHasIt: NonNullable<BundleOptions['webpackConfigHook']> = (config) => {
  for (const rule of (config.module?.rules ?? []) as readonly Transpiler[]) {
    const written = rule?.use?.options?.jsc;
    if (written) written.target = 'es2022';
  }
  return config;
};

/** How every bundle of workflows is made. */
export const bundleOptions = {
  logger: quiet,
  preloadModules: [join(root, 'workflows', 'index.ts')],
  webpackConfigHook: asNodeHasIt,
};

/** Path of the bundle; makes it where there is none of this hash. Two processes may make it at once: the file appears whole. */
export async function workflowBundle(cacheDir: string): Promise<{ readonly codePath: string }> {
  const name = `workflows-${sourceHash()}.js`;
  const codePath = join(cacheDir, name);
  if (existsSync(codePath)) return { codePath };
  mkdirSync(cacheDir, { recursive: true });
  const { code } = await bundleWorkflowCode({ ...bundleOptions, workflowsPath: join(root, 'workflows', 'index.ts') });
  const part = `${codePath}.${process.pid}.part`;
  writeFileSync(part, code);
  renameSync(part, codePath);
  dropOld(cacheDir);
  return { codePath };
}

/** A bundle of other sources may still be another process's. */
const keptMs = 24 * 3_600_000;

function dropOld(cacheDir: string): void {
  for (const name of readdirSync(cacheDir)) {
    const path = join(cacheDir, name);
    if (/^workflows-[0-9a-f]+\.js(\.\d+\.part)?$/.test(name) && Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
  }
}

function sourceHash(): string {
  const hash = createHash('sha256').update(`node ${process.versions.modules}, preloaded, es2022\n`);
  for (const name of packages) hash.update(`${name} ${versionOf(name)}\n`);
  for (const file of sourceFolders.flatMap(sourcesIn).toSorted())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}
