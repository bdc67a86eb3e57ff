// Gets an engine from its official release archive, and accepts it only with the SHA-256 that the release publishes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { megabytes } from './progress.mjs';

const connectTimeoutMs = 4000;
const stallTimeoutMs = 30_000;

const systems = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const architectures = { x64: 'amd64', arm64: 'arm64' };

/** A refusal, as opposed to an archive that could not be had. */
export class ChecksumError extends Error {}

/** File names of this platform; undefined where the release has none. */
export function archiveNames(archive, platform = process.platform, arch = process.arch) {
  const os = systems[platform];
  const cpu = architectures[arch];
  if (!os || !cpu) return undefined;
  // OPA publishes static builds for Linux and for Apple's own processors only.
  const isStatic = os === 'linux' || (os === 'darwin' && cpu === 'arm64');
  const fill = (name) =>
    name
      .replace('{os}', os)
      .replace('{arch}', cpu)
      .replace('{static}', isStatic ? '_static' : '')
      .replace('{exe}', os === 'windows' ? '.exe' : '');
  return { file: fill(archive.file), checksum: fill(archive.checksum) };
}

/** Puts the engine's programs into `folder`. Throws where it cannot, and leaves nothing there then. */
export async function fetchArchive({ name, pin, folder, progress, env = process.env }) {
  const names = archiveNames(pin.archive);
  if (!names) throw new Error(`the release has no archive for ${process.platform} ${process.arch}`);
  const mirror = env.EDICT_ENGINE_MIRROR;
  const base = mirror ? `${mirror.replace(/\/$/, '')}/${name}/v${pin.version}` : pin.archive.base;
  const expected = parseChecksum(await fetchText(`${base}/${names.checksum}`), names.file);
  const download = join(folder, names.file);
  const actual = await fetchFile(`${base}/${names.file}`, download, progress);
  if (actual !== expected) throw new ChecksumError(`${base}/${names.file} has SHA-256 ${actual}, and the release publishes ${expected}`);
  unpack(download, folder, Object.keys(pin.programs));
}

/** The hash of `file` in a list of `<hash>  <file>` lines. */
export function parseChecksum(text, file) {
  for (const line of text.split('\n')) {
    const [hash, name] = line.trim().split(/\s+\*?/);
    if (/^[0-9a-f]{64}$/i.test(hash ?? '') && (name === undefined || name.split('/').at(-1) === file)) return hash.toLowerCase();
  }
  throw new Error(`the release publishes no SHA-256 of ${file}`);
}

async function fetchText(url) {
  const { response, stop } = await open(url);
  try {
    return await response.text();
  } finally {
    stop();
  }
}

async function fetchFile(url, path, progress) {
  const { response, stop, alive } = await open(url);
  const size = Number(response.headers.get('content-length') ?? 0);
  const hash = createHash('sha256');
  let received = 0;
  const count = async function* (chunks) {
    for await (const chunk of chunks) {
      alive();
      hash.update(chunk);
      received += chunk.length;
      progress.update(`${megabytes(received)}${size > 0 ? ` of ${megabytes(size)}` : ''}`);
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(path, { mode: 0o600 }));
  } finally {
    stop();
  }
  if (size > 0 && received !== size) throw new Error(`${url} ended after ${megabytes(received)} of ${megabytes(size)}`);
  return hash.digest('hex');
}

/** Gives up soon when nobody answers, and later when an answer stops coming. */
async function open(url) {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(new Error(`no answer within ${connectTimeoutMs / 1000} s`)), connectTimeoutMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error(`nothing came for ${stallTimeoutMs / 1000} s`)), stallTimeoutMs);
  };
  const stop = () => clearTimeout(timer);
  try {
    const response = await fetch(url, { signal: controller.signal, redirect: 'follow' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    alive();
    return { response, stop, alive };
  } catch (error) {
    stop();
    throw new Error(`${new URL(url).host} cannot be reached: ${error.cause?.code ?? error.cause?.message ?? error.message}`, {
      cause: error,
    });
  }
}

function unpack(download, folder, programs) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  if (download.endsWith('.tar.gz')) {
    const { status, stderr, error } = spawnSync('tar', ['-xzf', download, '-C', folder, ...programs.map((name) => name + suffix)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the archive cannot be unpacked: ${(stderr || error?.message || '').trim()}`);
  } else renameSync(download, join(folder, programs[0] + suffix));
  for (const name of programs) {
    const path = join(folder, name + suffix);
    if (!statSync(path).isFile()) throw new Error(`\`${name}\` in the archive is no file`);
    chmodSync(path, 0o755);
  }
}
