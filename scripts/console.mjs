// The web console, built where it is missing or older than what it is made of: `node scripts/console.mjs`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'console', 'dist');
const built = join(folder, 'index.html');
const sources = ['console', 'api/contract', 'domain', 'package-lock.json'];

/** True where something was built. `say`: told before it takes its seconds. */
export function ensureConsole(node = process.execPath, say = () => undefined) {
  if (existsSync(built) && newest(sources.map((path) => join(root, path))) <= statSync(built).mtimeMs) return false;
  say('building the console');
  // Beside it and then in its place: who looks at the console meanwhile has the whole of the one or of the other.
  const fresh = join(root, 'console', `dist-${process.pid}`);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(node, [vite, 'build', 'console', '--outDir', fresh], { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw Object.assign(new Error(`the console could not be built:\n${stdout}${stderr}`), { code: 'defect' });
  }
  const before = `${fresh}-before`;
  if (existsSync(folder)) renameSync(folder, before);
  renameSync(fresh, folder);
  rmSync(before, { recursive: true, force: true });
  return true;
}

function newest(paths) {
  return Math.max(
    0,
    ...paths.filter((path) => existsSync(path)).map((path) => (statSync(path).isDirectory() ? newestIn(path) : statSync(path).mtimeMs)),
  );
}

function newestIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('dist') && !name.endsWith('.md'));
  return newest(entries.map(({ name }) => join(folder, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(ensureConsole() ? 'the console is built\n' : 'the console is up to date\n');
