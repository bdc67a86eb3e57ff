// The npm packages: installed when they are missing or other than the lock file says.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { say, startProgress } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function ensurePackages() {
  const reason = outdated(root);
  if (reason === undefined) return;
  const progress = startProgress(`installing npm packages (${reason})`);
  const { code, output } = await npmCi();
  progress.done(code === 0 ? 'done' : 'failed');
  if (code !== 0) {
    process.stderr.write(output);
    throw Object.assign(
      new Error('`npm ci` failed, see above\n  help: it needs the npm registry; behind a proxy set `npm config set proxy …`'),
      { code: 'dependency-unavailable' },
    );
  }
}

/** Why the installed packages are not those of the lock file; undefined when they are. */
export function outdated(folder) {
  const wanted = read(join(folder, 'package-lock.json'));
  // npm writes this one last, so a broken installation has none.
  const installed = read(join(folder, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return 'none are there yet';
  for (const [path, entry] of Object.entries(wanted?.packages ?? {})) {
    if (path === '' || entry.link) continue;
    const found = installed.packages?.[path];
    // Optional packages of other platforms are left out.
    if (found === undefined ? !entry.optional : found.version !== entry.version || found.integrity !== entry.integrity)
      return `${path.replace(/^node_modules\//, '')} changed`;
  }
  return undefined;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function npmCi() {
  // Run by npm itself, its own path is known; `npm` on the PATH may be none (Windows has npm.cmd).
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(command, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The Node that the project pins; the one that runs us when it is as new and the package's own is missing. */
export function pinnedNode() {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    say(`the pinned Node is not installed (were install scripts switched off?), going on with Node ${process.versions.node}`);
    return process.execPath;
  }
  throw Object.assign(
    new Error(
      `Node 24 is needed, and the npm package \`node\` did not install it\n  help: \`npm rebuild node\` (with install scripts allowed), or run with Node 24`,
    ),
    { code: 'dependency-unavailable' },
  );
}
