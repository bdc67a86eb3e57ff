// Gets the engines that only tests ask (tools/test-engines.json): packages of the distribution, Python and Rust programs and Go
// builds in the project's cache. `node scripts/engines/install.mjs [--slow] [name …]`: without names all but those that take
// minutes to build, with --slow those too. What cannot be had is named with its reason, the rest is installed all the same.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { withLock } from '../engines-lock.mjs';
import { say, startProgress } from '../progress.mjs';
import { installApt } from './apt.mjs';
import { installCargo } from './cargo.mjs';
import { installGo } from './go.mjs';
import { installPip } from './pip.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const pins = JSON.parse(readFileSync(join(root, 'tools', 'test-engines.json'), 'utf8'));

const installers = { apt: installApt, pip: installPip, go: installGo, cargo: installCargo };

/** Names of engines that could not be had, each with its reason. */
export async function installEngines(names) {
  const cache = join(process.env.EDICT_CACHE ?? join(homedir(), '.cache', 'edict'), 'engines');
  mkdirSync(cache, { recursive: true });
  const failed = [];
  for (const name of names) {
    const pin = pins[name];
    if (works(pin, homeOf(cache, name, pin)) === undefined) continue;
    await withLock(join(cache, `.lock-${name}`), () => obtain({ name, pin, cache })).catch((error) =>
      failed.push({ name, reason: error.message }),
    );
  }
  return failed;
}

/** Where it lies in the cache; what the distribution installs lies on the PATH. */
function homeOf(cache, name, { by, version }) {
  return by === 'apt' ? undefined : join(cache, `${name}-${version}`);
}

async function obtain({ name, pin, cache }) {
  const home = homeOf(cache, name, pin);
  if (works(pin, home) === undefined) return;
  const progress = startProgress(`installing ${name}${pin.version === undefined ? '' : ` ${pin.version}`} for the tests (${pin.by})`);
  try {
    if (home === undefined) await installers[pin.by]({ pin, progress });
    else await inPlace({ pin, home, cache, progress });
    const complaint = works(pin, home);
    if (complaint !== undefined) throw new Error(complaint);
    progress.done('done');
  } catch (error) {
    progress.done(`failed: ${error.message}`);
    throw error;
  }
}

/** A Python environment knows its own path, so that it is made where it stays; the others arrive whole. */
async function inPlace({ pin, home, cache, progress }) {
  rmSync(home, { recursive: true, force: true });
  const folder = pin.by === 'pip' ? home : mkdtempSync(join(cache, '.new-'));
  try {
    await installers[pin.by]({ pin, folder, progress, root });
    if (folder !== home) renameSync(folder, home);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Undefined when its check runs, else why not. */
function works({ programs, check: [program, ...args] }, home) {
  const path = home === undefined ? program : join(home, 'bin', program);
  const lost = home === undefined ? undefined : programs.find((each) => !existsSync(join(home, 'bin', each)));
  if (lost !== undefined) return `\`${lost}\` is not in ${join(home, 'bin')}`;
  const env = { ...process.env, PATH: [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter) };
  const { status, error, stderr } = spawnSync(path, args, { encoding: 'utf8', env, timeout: 60_000 });
  return status === 0 ? undefined : `\`${[program, ...args].join(' ')}\`: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [slow, asked] = [process.argv.includes('--slow'), process.argv.slice(2).filter((arg) => !arg.startsWith('--'))];
  const unknown = asked.find((name) => !Object.hasOwn(pins, name));
  if (unknown !== undefined) {
    say(`input-invalid: \`${unknown}\` is no engine; there are ${Object.keys(pins).join(', ')}`);
    process.exit(2);
  }
  const names = asked.length > 0 ? asked : Object.keys(pins).filter((name) => slow || pins[name].slow !== true);
  const failed = await installEngines(names);
  for (const { name, reason } of failed) say(`engine-missing: ${name}: ${reason}`);
  process.exitCode = failed.length === 0 ? 0 : 6;
}
