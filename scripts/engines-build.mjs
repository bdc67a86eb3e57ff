// Builds an engine from the Go module that pins it (tools/): every source is checked against go.sum.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/** Where `go` is; undefined when it is not installed, or when EDICT_ENGINE_GO is `none`: no building then. */
export function findGo(env = process.env) {
  if (env.EDICT_ENGINE_GO === 'none') return undefined;
  const candidates = ['go', '/usr/local/go/bin/go', join(env.HOME ?? '', 'go', 'bin', 'go'), '/opt/homebrew/bin/go'];
  return candidates.find((go) => (go === 'go' || existsSync(go)) && spawnSync(go, ['version'], { env }).status === 0);
}

export async function build({ pin, program, output, progress, go, env = process.env }) {
  const options = {
    cwd: join(root, pin.module),
    env: { ...env, GOFLAGS: '-mod=readonly -buildvcs=false', CGO_ENABLED: '0', GOWORK: 'off' },
  };
  const target = pin.programs[program].package;
  progress.update('looking at what it needs');
  const total = await countPackages(go, target, options);
  let compiled = 0;
  let downloads = 0;
  const tail = [];
  const onLine = (line) => {
    tail.push(line);
    if (tail.length > 15) tail.shift();
    if (line.startsWith('go: downloading')) progress.update(`${(downloads += 1)} modules downloaded`);
    // With -v the compiler names each package, but those that its cache has.
    else if (/^[\w.~/-]+$/.test(line)) progress.update(`${(compiled += 1)} packages compiled${total > 0 ? `, ${total} at most` : ''}`);
  };
  const code = await run(go, ['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', output, target], options, onLine);
  if (code !== 0) throw new Error(`\`go build ${target}\` failed:\n  ${tail.join('\n  ')}`);
}

async function countPackages(go, target, options) {
  let count = 0;
  const code = await run(go, ['list', '-deps', target], { ...options, channel: 'stdout' }, () => (count += 1));
  return code === 0 ? count : 0;
}

/** Hands each line of one output channel on; the other one is not wanted. */
function run(command, args, { channel = 'stderr', ...options }, onLine) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', channel === 'stdout' ? 'pipe' : 'ignore', channel === 'stderr' ? 'pipe' : 'ignore'],
  });
  let rest = '';
  child[channel].setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) onLine(line.trim());
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
