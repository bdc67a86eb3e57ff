// A Python program in an environment of its own: every file is checked against the hashes of its requirements.txt.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { run } from './run.mjs';

export async function installPip({ pin, folder, progress, root }) {
  const python = ['python3', 'python'].find((name) => spawnSync(name, ['-c', 'import ensurepip, venv']).status === 0);
  if (python === undefined) throw new Error('there is no Python 3 with `venv`');
  await run(python, ['-m', 'venv', folder]);
  progress.update('its packages');
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--require-hashes', '-r', join(root, pin.requirements)]);
}
