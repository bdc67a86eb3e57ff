/**
 * Finds the engines' programs: a configured path, then the project's cache. What is in neither is obtained by
 * scripts/engines.mjs, which needs nothing installed; versions and sources are in tools/engines.json.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EdictError } from '../domain/errors.ts';

export type EngineName = 'opa' | 'temporal' | 'temporal-ui';
export type ProgramName = 'opa' | 'temporal-server' | 'temporal-sql-tool' | 'temporal-ui-server';

type Pin = {
  readonly title: string;
  readonly version: string;
  /** Folder in the cache, where it is not `<name>-<version>`. */
  readonly cache?: string;
  readonly programs: { readonly [program: string]: { readonly configuredBy: string } };
};

export type Found = { readonly path: string; readonly from: 'configured' | 'cache'; readonly version: string };

const root = fileURLToPath(new URL('..', import.meta.url));

export const enginePins: { readonly [name in EngineName]: Pin } = JSON.parse(readFileSync(join(root, 'tools', 'engines.json'), 'utf8'));

const engineOf: { readonly [name in ProgramName]: EngineName } = {
  opa: 'opa',
  'temporal-server': 'temporal',
  'temporal-sql-tool': 'temporal',
  'temporal-ui-server': 'temporal-ui',
};

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['EDICT_CACHE'] ?? join(homedir(), '.cache', 'edict'), 'engines');
}

/** Undefined when it is nowhere; `engine-missing` when a configured path leads to no program, which is never passed over. */
export function findProgram(program: ProgramName, env: NodeJS.ProcessEnv = process.env): Found | undefined {
  const engine = engineOf[program];
  const pin = enginePins[engine];
  const variable = pin.programs[program]?.configuredBy ?? '';
  const configured = env[variable];
  if (configured) return { path: checkConfigured(configured, variable), from: 'configured', version: pin.version };
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const path = join(cacheFolder(env), pin.cache ?? `${engine}-${pin.version}`, program + suffix);
  return existsSync(path) ? { path, from: 'cache', version: pin.version } : undefined;
}

function checkConfigured(path: string, variable: string): string {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch (cause) {
    throw new EdictError('engine-missing', `\`${variable}\` names \`${path}\`, which is no program that can be run`, {
      where: variable,
      cause,
    });
  }
}

export function requireProgram(program: ProgramName): Found {
  const found = findProgram(program);
  if (found) return found;
  const { title, version } = enginePins[engineOf[program]];
  throw new EdictError('engine-missing', `${title} ${version} (\`${program}\`) is not installed`, {
    where: cacheFolder(),
    help: 'run `npm run setup`, which downloads or builds it; it needs a network, or Go and a Go module proxy',
  });
}

/** Downloads or builds what is missing, with progress on standard error. */
export async function ensureEngines(names: readonly EngineName[]): Promise<void> {
  const missing = names.filter((name) => Object.keys(enginePins[name].programs).some((program) => !findProgram(program as ProgramName)));
  if (missing.length === 0) return;
  const child = spawn(process.execPath, [join(root, 'scripts', 'engines.mjs'), ...missing], { stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0)
    throw new EdictError('engine-missing', `could not get ${missing.map((name) => enginePins[name].title).join(', ')}`, {
      help: 'the lines above say what was tried',
    });
}
