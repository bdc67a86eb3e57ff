/**
 * Puts a backup into an empty data directory: unpacked beside it, every file checked against the manifest, then moved into place as a whole. The
 * next start replays the log to the moment that the backup ended.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { extract } from 'tar';

import { EdictError } from '../../domain/errors.ts';
import { describeFile, invalid, parseManifest, walk, type Manifest } from './format.ts';
import { layout } from '../layout.ts';
import { currentHolder } from '../process/lock.ts';
import { postgresPrograms } from '../programs/postgres-programs.ts';

export type RestoreResult = { readonly dataDir: string; readonly createdAt: string; readonly version: string; readonly files: number };

export async function restore(file: string, dataDir: string): Promise<RestoreResult> {
  const target = resolve(dataDir);
  checkTarget(target);
  if (!existsSync(file)) throw new EdictError('not-found', `there is no file \`${file}\``, { where: file });
  mkdirSync(dirname(target), { recursive: true });
  const staging = mkdtempSync(join(dirname(target), `.${basename(target)}-restore-`));
  try {
    await unpack(file, staging);
    const manifest = await verify(file, staging);
    if (existsSync(target)) rmdirSync(target);
    // As prepareData and PostgreSQL want them.
    chmodSync(join(staging, 'data'), 0o711);
    chmodSync(join(staging, 'data', 'postgres'), 0o700);
    renameSync(join(staging, 'data'), target);
    return { dataDir: target, createdAt: manifest.createdAt, version: manifest.version, files: manifest.files.length };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function checkTarget(target: string): void {
  if (!existsSync(target)) return;
  const holder = currentHolder(layout(target));
  if (holder)
    throw new EdictError('data-in-use', `edict runs on \`${target}\` (process ${holder.pid})`, {
      where: target,
      help: 'name an empty directory',
    });
  if (readdirSync(target).length > 0) {
    throw new EdictError('conflict', `\`${target}\` is not empty`, {
      where: target,
      help: 'name an empty or a new directory, or clear it with `edict reset`',
    });
  }
}

async function unpack(file: string, staging: string): Promise<void> {
  try {
    await extract({
      file,
      cwd: staging,
      strict: true,
      preserveOwner: false,
      filter: (_path, entry) => 'type' in entry && (entry.type === 'File' || entry.type === 'OldFile' || entry.type === 'Directory'),
    });
  } catch (cause) {
    throw invalid(file, `it cannot be unpacked (${(cause as Error).message})`, cause);
  }
}

async function verify(file: string, staging: string): Promise<Manifest> {
  const manifestFile = join(staging, 'manifest.json');
  if (!existsSync(manifestFile) || !existsSync(join(staging, 'data'))) throw invalid(file, 'it holds no manifest');
  const manifest = parseManifest(readFileSync(manifestFile, 'utf8'), file);
  const major = postgresPrograms().version.split('.')[0];
  if (manifest.postgres !== major) {
    throw new EdictError(
      'data-incompatible',
      `the backup was made with postgresql ${manifest.postgres}, and the installed one is ${major}`,
      { where: file, help: 'restore it with the release that made it' },
    );
  }
  const data = join(staging, 'data');
  const expected = new Map(manifest.files.map((each) => [each.path, each.sha256]));
  for (const path of walk(data).files) {
    if (!expected.has(path)) throw invalid(file, `\`${path}\` is not in its manifest`);
    if ((await describeFile(data, path)).sha256 !== expected.get(path))
      throw invalid(file, `\`${path}\` is not what it was when the backup was made`);
    expected.delete(path);
  }
  const [missing] = expected.keys();
  if (missing !== undefined) throw invalid(file, `\`${missing}\` is missing`);
  for (const folder of manifest.folders) mkdirSync(join(data, folder), { recursive: true, mode: 0o700 });
  return manifest;
}
