// The first thing that runs, on a machine with Node 20 or newer and nothing else: installs the packages, gets the engines,
// and goes on under the Node that the project pins. `node scripts/setup.mjs [command] [arguments …]`
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureConsole } from './console.mjs';
import { ensurePackages, pinnedNode } from './packages.mjs';
import { ensureEngines } from './engines.mjs';
import { say } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = join('node_modules', 'jest', 'bin', 'jest.js');

const engineTests = ['--experimental-vm-modules', '--no-warnings', jest, '--config', 'jest.engines.config.mjs', '--runInBand'];

/** `engines`: needed, wanted (its tests say so where one is missing, unless CI is set), or none. `console`: built first. `before`: what runs first. */
const commands = {
  setup: { engines: 'needed', console: true },
  demo: { engines: 'needed', console: true, args: ['demo/run.ts'] },
  start: { engines: 'needed', console: true, args: ['cli/main.ts', 'start'] },
  test: { engines: process.env.CI ? 'needed' : 'wanted', args: ['--experimental-vm-modules', '--no-warnings', jest], also: testFlags },
  'test:console': {
    engines: process.env.CI ? 'needed' : 'wanted',
    args: ['--experimental-vm-modules', '--no-warnings', jest, '--selectProjects', 'console', '--runInBand'],
  },
  'test:engines': { engines: 'needed', before: ['scripts/engines/install.mjs', '--slow'], args: engineTests },
  check: { engines: 'none', args: ['scripts/check.mjs'] },
  bench: { engines: 'needed', args: ['bench/run.ts'] },
  kill: { engines: 'needed', args: ['test/kill/run.ts'] },
  eval: { engines: 'wanted', args: ['bench/eval/run.ts'] },
};

/** Every worker of jest compiles for itself: two are faster than one, more are not, on a small machine. */
function testFlags(given) {
  return given.some((flag) => /^(-i|--runInBand|-w|--maxWorkers)/.test(flag)) ? [] : ['--maxWorkers=2'];
}

async function main() {
  const [name = 'setup', ...given] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw fault('input-invalid', `unknown command \`${name}\``, `one of ${Object.keys(commands).join(', ')}`);
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw fault('dependency-unavailable', `Node ${process.versions.node} is too old`, 'install Node 20 or newer (https://nodejs.org)');
  }
  await ensurePackages();
  const node = pinnedNode();
  if (command.engines !== 'none') await getEngines(command.engines, given);
  if (command.console === true) ensureConsole(node, say);
  if (command.args === undefined) return say('everything is in place: `npm run demo` plays the whole story, `npm start` serves');
  if (
    !existsSync(
      join(
        root,
        command.args.find((arg) => !arg.startsWith('-')),
      ),
    )
  )
    throw fault('not-found', `\`${name}\` is not part of this checkout`, 'get the whole repository');
  if (command.before !== undefined) await run(node, command.before);
  process.exitCode = await run(node, [...command.args, ...(command.also?.(given) ?? []), ...given]);
}

async function getEngines(need, given) {
  const names = ['opa', 'temporal', ...(given.includes('--temporal-ui') ? ['temporal-ui'] : [])];
  try {
    await ensureEngines(names);
  } catch (error) {
    if (need === 'needed') throw error;
    say(`${error.code ?? 'defect'}: ${error.message}`);
    say('going on without it: what needs it is skipped');
  }
}

/** Runs the command in our place: its output is ours, signals go to it, its exit code is ours. */
function run(node, args) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':');
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: { NODE_COMPILE_CACHE: compileCache(), ...process.env, PATH: path } });
  const forward = (signal) => {
    // On a terminal Ctrl-C reaches the whole group by itself: sent on, it would arrive twice and mean "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** Node keeps what it compiled: the next start reads its modules three times as fast. */
function compileCache() {
  return join(process.env.EDICT_CACHE ?? join(homedir(), '.cache', 'edict'), 'node');
}

function fault(code, message, help) {
  return Object.assign(new Error(`${message}\n  help: ${help}`), { code });
}

const exitCodes = { 'input-invalid': 2, 'not-found': 3, 'engine-checksum-wrong': 4, 'engine-missing': 6, 'dependency-unavailable': 6 };

try {
  await main();
} catch (error) {
  process.stderr.write(`edict: ${error.code ?? 'defect'}: ${error.code === undefined ? error.stack : error.message}\n`);
  process.exitCode = exitCodes[error.code] ?? 70;
}
