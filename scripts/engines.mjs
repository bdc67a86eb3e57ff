// Gets the engines that are neither configured nor in the cache: the official archive, else a build from the pinned Go module.
// Needs nothing installed but Node 20. `node scripts/engines.mjs [opa] [temporal] [temporal-ui]`
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ChecksumError, fetchArchive } from './engines-archive.mjs';
import { build, findGo } from './engines-build.mjs';
import { withLock } from './engines-lock.mjs';
import { say, startProgress } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const suffix = process.platform === 'win32' ? '.exe' : '';

export const pins = JSON.parse(readFileSync(join(root, 'tools', 'engines.json'), 'utf8'));

/** An engine that could not be had, with the code of the project's error table. */
export class EngineError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export async function ensureEngines(names, env = process.env) {
  for (const name of names) {
    if (missingPrograms(name, env).length === 0) continue;
    const cache = enginesFolder(env);
    await withLock(join(cache, '.lock'), () => obtain(name, cache, env));
  }
}

function enginesFolder(env) {
  return join(env.EDICT_CACHE ?? join(homedir(), '.cache', 'edict'), 'engines');
}

function homeOf(name, env) {
  const pin = pins[name];
  return join(enginesFolder(env), pin.cache ?? `${name}-${pin.version}`);
}

function missingPrograms(name, env) {
  const home = homeOf(name, env);
  return Object.entries(pins[name].programs)
    .filter(([program, { configuredBy }]) => !env[configuredBy] && !existsSync(join(home, program + suffix)))
    .map(([program]) => program);
}

async function obtain(name, cache, env) {
  const missing = missingPrograms(name, env);
  // Another set-up may have got it while we waited for the lock.
  if (missing.length === 0) return;
  const pin = pins[name];
  const home = homeOf(name, env);
  sweep(cache);
  const folder = mkdtempSync(join(cache, '.new-'));
  try {
    const refusal = await tryArchive({ name, pin, folder, env });
    if (refusal !== undefined) await buildAll({ pin, folder, missing, refusal, env });
    mkdirSync(home, { recursive: true });
    for (const program of missing) renameSync(join(folder, program + suffix), join(home, program + suffix));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`${pin.title} ${pin.version} is in ${home}`);
}

/** Leavings of set-ups that were killed: we hold the lock, so nobody is at work on them. */
function sweep(cache) {
  for (const name of readdirSync(cache)) if (name.startsWith('.new-')) rmSync(join(cache, name), { recursive: true, force: true });
}

/** Undefined when it worked, else why not. */
async function tryArchive({ name, pin, folder, env }) {
  if (!pin.archive) return new Error('there is no release archive');
  const progress = startProgress(`downloading ${pin.title} ${pin.version}`);
  try {
    await fetchArchive({ name, pin, folder, progress, env });
    progress.done('done, its SHA-256 is the published one');
    return undefined;
  } catch (error) {
    progress.done(error instanceof ChecksumError ? `REFUSED: ${error.message}` : `not possible: ${error.message}`);
    return error;
  }
}

async function buildAll({ pin, folder, missing, refusal, env }) {
  const go = findGo(env);
  if (go === undefined) throw noWay(pin, refusal);
  for (const program of missing) {
    const progress = startProgress(`building ${program} ${pin.version} from its Go sources (takes some minutes the first time)`);
    const output = join(folder, program + suffix);
    try {
      await build({ pin, program, output, progress, go, env });
    } catch (error) {
      progress.done('failed');
      throw new EngineError(
        'engine-missing',
        `${pin.title} ${pin.version} could be neither downloaded (${refusal.message}) nor built: ${error.message}`,
      );
    }
    progress.done(`done, ${Math.round(statSync(output).size / 1_000_000)} MB`);
  }
}

function noWay(pin, refusal) {
  const code = refusal instanceof ChecksumError ? 'engine-checksum-wrong' : 'engine-missing';
  const variables = Object.values(pin.programs).map(({ configuredBy }) => configuredBy);
  return new EngineError(
    code,
    `${pin.title} ${pin.version} could not be downloaded (${refusal.message}), and there is no Go to build it with.\n` +
      `  help: install Go 1.26 or newer (https://go.dev/dl), or let this machine reach ${new URL(pin.archive?.base ?? 'https://github.com').host}, or name installed programs by ${variables.join(', ')}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(pins, name));
  try {
    if (unknown !== undefined)
      throw new EngineError('input-invalid', `\`${unknown}\` is no engine; there are ${Object.keys(pins).join(', ')}`);
    await ensureEngines(asked.length > 0 ? asked : ['opa', 'temporal']);
  } catch (error) {
    process.stderr.write(`edict: ${error.code ?? 'defect'}: ${error.message}\n`);
    process.exitCode = { 'input-invalid': 2, 'engine-checksum-wrong': 4 }[error.code] ?? 6;
  }
}
