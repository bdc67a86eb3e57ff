/** The data directory itself: made on first use, its format checked, emptied on request. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { EdictError } from '../domain/errors.ts';
import { acquireLock } from './process/lock.ts';
import { layout, type Layout } from './layout.ts';
import { stopLeftovers } from './process/leftovers.ts';

export const dataFormat = 1;

/** Makes the directory, or refuses one of another format, or one that is not ours. */
export function prepareData(files: Layout): void {
  // 0711: the account that runs PostgreSQL passes through; every folder inside has its own rights.
  mkdirSync(files.root, { recursive: true, mode: 0o711 });
  const format = readFormat(files);
  if (format === undefined) {
    if (!isOurs(files.root)) throw notOurs(files.root);
    writeFileSync(files.format, `${dataFormat}\n`, { mode: 0o600 });
  } else if (format !== dataFormat) {
    throw new EdictError('data-incompatible', `the data has format ${format}, and this release reads format ${dataFormat}`, {
      where: files.root,
      help: 'run the release that wrote it',
    });
  }
  for (const folder of [files.logs, files.secrets, files.artifacts, files.audit, files.settings])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function readFormat({ format }: Layout): number | undefined {
  if (statSync(format, { throwIfNoEntry: false }) === undefined) return undefined;
  return Number(readFileSync(format, 'utf8').trim());
}

/** Whether a directory without our mark may be used: an empty one, or one that bears our name. */
function isOurs(root: string): boolean {
  return basename(root) === '.edict' || readdirSync(root).every((name) => name.startsWith('lock'));
}

function notOurs(root: string): EdictError {
  return new EdictError('conflict', `\`${root}\` holds other files, and is not a data directory of edict`, {
    where: root,
    help: 'name an empty or a new directory',
  });
}

/** Removes all data. `data-in-use` while something runs on it. What killed runs left behind is stopped first. */
export async function reset(dataDir: string): Promise<{ readonly removed: boolean }> {
  const files = layout(resolve(dataDir));
  if (statSync(files.root, { throwIfNoEntry: false }) === undefined) return { removed: false };
  if (readFormat(files) === undefined && !isOurs(files.root)) throw notOurs(files.root);
  const lock = acquireLock(files);
  try {
    await stopLeftovers(files);
    // The lock goes last, so that no start slips in between.
    for (const name of readdirSync(files.root)) {
      const path = join(files.root, name);
      if (path !== files.lock) rmSync(path, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
  rmSync(files.root, { recursive: true, force: true });
  return { removed: true };
}
