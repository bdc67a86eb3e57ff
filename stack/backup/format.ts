/**
 * What a backup file is: a tar.gz with `manifest.json` first and the data directory below `data/`. The manifest names every file with its
 * SHA-256: what is cut off or altered by accident is found before anything is restored. It is no signature.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { EdictError } from '../../domain/errors.ts';

export const backupFormat = 1;

export type BackupFile = { readonly path: string; readonly sizeBytes: number; readonly sha256: string };

export type Manifest = {
  readonly product: 'edict';
  readonly format: number;
  readonly version: string;
  /** Major version of PostgreSQL: its files fit no other. */
  readonly postgres: string;
  readonly createdAt: string;
  readonly startLsn: string;
  readonly stopLsn: string;
  /** Folders, the empty ones too: PostgreSQL misses those. */
  readonly folders: readonly string[];
  readonly files: readonly BackupFile[];
};

export function productVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Everything below `root`, by path from there with `/`; files and folders only. */
export function walk(root: string, below = ''): { readonly folders: readonly string[]; readonly files: readonly string[] } {
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = posix.join(below, entry.name);
    if (entry.isFile()) files.push(path);
    if (!entry.isDirectory()) continue;
    const inner = walk(root, path);
    folders.push(path, ...inner.folders);
    files.push(...inner.files);
  }
  return { folders, files };
}

export async function describeFile(root: string, path: string): Promise<BackupFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(root, path)), hash);
  return { path, sizeBytes: statSync(join(root, path)).size, sha256: hash.digest('hex') };
}

export function parseManifest(text: string, file: string): Manifest {
  const manifest: Partial<Manifest> | undefined = parseObject(text);
  if (manifest?.product !== 'edict' || typeof manifest.format !== 'number') throw invalid(file, 'it holds no manifest of edict');
  if (manifest.format !== backupFormat) {
    throw new EdictError('data-incompatible', `the backup has format ${manifest.format}, and this release reads format ${backupFormat}`, {
      where: file,
    });
  }
  const isPath = (path: unknown) =>
    typeof path === 'string' && path !== '' && !posix.isAbsolute(path) && !path.split(/[\\/]/).includes('..');
  const { files, folders, postgres } = manifest;
  const whole = Array.isArray(files) && Array.isArray(folders) && typeof postgres === 'string';
  if (!whole || !files.every((each) => isPath(each?.path) && typeof each?.sha256 === 'string') || !folders.every(isPath))
    throw invalid(file, 'its manifest is damaged');
  return manifest as Manifest;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export function invalid(file: string, reason: string, cause?: unknown): EdictError {
  return new EdictError('backup-invalid', `\`${file}\` is no backup that can be restored: ${reason}`, {
    where: file,
    help: 'take another backup file; nothing was changed',
    cause,
  });
}
