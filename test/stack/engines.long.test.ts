import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { findProgram } from '../../stack/engines.ts';

const root = join(import.meta.dirname, '..', '..');
const script = join(root, 'scripts', 'engines.mjs');
const opa = '#!/bin/sh\necho engine\n';

/** What the mirror answers, by the end of the path. */
let files: { [name: string]: string | Buffer };
let cut: number | undefined;
let requests: string[];
let server: Server;
let scratch: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const name = Object.keys(files).find((each) => request.url?.endsWith(`/${each}`));
    if (name === undefined) return response.writeHead(404).end();
    const body = Buffer.from(files[name] ?? '');
    response.writeHead(200, { 'content-length': body.length });
    if (cut === undefined || name.endsWith('.sha256') || name.endsWith('.txt')) return response.end(body);
    response.write(body.subarray(0, cut), () => response.destroy());
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scratch = mkdtempSync(join(tmpdir(), 'edict-engines-'));
});

beforeEach(() => {
  files = {};
  cut = undefined;
  requests = [];
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(scratch, { recursive: true, force: true });
});

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const mirror = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

type Outcome = { readonly code: number; readonly stderr: string; readonly cache: string };

/** Runs the set-up of engines with an empty cache, and a PATH on which there is no Go. */
function obtain(engines: readonly string[], env: { readonly [name: string]: string } = {}): Promise<Outcome> {
  const cache = mkdtempSync(join(scratch, 'cache-'));
  const tools = join(scratch, 'tools');
  if (!existsSync(tools)) {
    mkdirSync(tools);
    for (const tool of ['tar', 'gzip']) {
      writeFileSync(join(tools, tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`);
      chmodSync(join(tools, tool), 0o755);
    }
  }
  const options = {
    env: { PATH: tools, HOME: scratch, EDICT_CACHE: cache, EDICT_ENGINE_MIRROR: mirror(), EDICT_ENGINE_GO: 'none', ...env },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...engines], options, (error, _stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stderr, cache: join(cache, 'engines') }),
    );
  });
}

const suffix = () =>
  `${{ linux: 'linux', darwin: 'darwin' }[process.platform as 'linux']}_${{ x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64']}`;
const opaFile = () => `opa_${suffix()}${process.platform === 'linux' || process.arch === 'arm64' ? '_static' : ''}`;

/** A tar archive of small files, written by hand: name, mode, size, checksum, content in blocks of 512 bytes. */
function tarball(entries: { readonly [name: string]: string }): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000755\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\0', 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('engines from their release archive', () => {
  it('are taken when their hash is the published one', async () => {
    files = { [opaFile()]: opa, [`${opaFile()}.sha256`]: `${sha256(opa)}  ${opaFile()}\n` };
    const { code, stderr, cache } = await obtain(['opa']);
    expect(stderr).toContain('its SHA-256 is the published one');
    expect(code).toBe(0);
    expect(readFileSync(join(cache, 'opa-1.22.0', 'opa'), 'utf8')).toBe(opa);
    expect(findProgram('opa', { EDICT_CACHE: join(cache, '..') })?.from).toBe('cache');
  });

  it('are unpacked, the wanted programs only', async () => {
    const name = `temporal_1.32.0_${suffix()}.tar.gz`;
    const archive = tarball({ 'temporal-server': opa, 'temporal-sql-tool': opa, '../escaped': 'no', README: 'no' });
    files = { [name]: archive, 'checksums.txt': `${sha256('other')}  other.tar.gz\n${sha256(archive)}  ${name}\n` };
    const { code, stderr, cache } = await obtain(['temporal']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('published one')]);
    expect(readdirSync(join(cache, 'temporal-1.32.0')).sort()).toEqual(['temporal-server', 'temporal-sql-tool']);
    expect(readdirSync(cache)).toEqual(['temporal-1.32.0']);
  });

  it('are refused when their hash is another one, and nothing is left of them', async () => {
    files = { [opaFile()]: `${opa}# changed`, [`${opaFile()}.sha256`]: sha256(opa) };
    const { code, stderr, cache } = await obtain(['opa']);
    expect(stderr).toMatch(/REFUSED.*SHA-256/);
    expect(stderr).toContain('engine-checksum-wrong');
    expect(code).toBe(4);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('are refused when the list of hashes does not name them', async () => {
    files = { [`temporal_1.32.0_${suffix()}.tar.gz`]: 'x', 'checksums.txt': `${sha256('x')}  another.tar.gz\n` };
    const { code, stderr } = await obtain(['temporal']);
    expect(stderr).toContain('publishes no SHA-256');
    expect(code).toBe(6);
  });

  it('are not taken when they end too soon', async () => {
    files = { [opaFile()]: opa.repeat(10_000), [`${opaFile()}.sha256`]: sha256(opa.repeat(10_000)) };
    cut = 1000;
    const { code, stderr, cache } = await obtain(['opa']);
    expect(stderr).toContain('not possible');
    expect(code).toBe(6);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('say what to do when there is neither a network nor Go', async () => {
    const { code, stderr } = await obtain(['opa'], { EDICT_ENGINE_MIRROR: 'http://127.0.0.1:1' });
    expect(stderr).toContain('engine-missing');
    expect(stderr).toMatch(/install Go .* or name installed programs by EDICT_OPA/);
    expect(code).toBe(6);
  });

  it('are got once by two set-ups at a time', async () => {
    files = { [opaFile()]: opa, [`${opaFile()}.sha256`]: sha256(opa) };
    const cache = mkdtempSync(join(scratch, 'shared-'));
    const outcomes = await Promise.all([obtain(['opa'], { EDICT_CACHE: cache }), obtain(['opa'], { EDICT_CACHE: cache })]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(requests.filter((path) => path.endsWith(`/${opaFile()}`))).toHaveLength(1);
  });
});

describe('engines that are configured', () => {
  it('are used before those of the cache', () => {
    const path = join(scratch, 'my-opa');
    writeFileSync(path, opa, { mode: 0o755 });
    expect(findProgram('opa', { EDICT_OPA: path })).toMatchObject({ path, from: 'configured' });
  });

  it('are never passed over when the path is wrong', () => {
    expect(() => findProgram('opa', { EDICT_OPA: join(scratch, 'nowhere') })).toThrow(/`EDICT_OPA` names/);
  });

  it('are absent where nothing is', () => {
    expect(findProgram('opa', { EDICT_CACHE: join(scratch, 'empty') })).toBeUndefined();
  });
});

describe('installed packages', () => {
  const packages = async () =>
    (await import(join(root, 'scripts', 'packages.mjs'))) as { outdated: (folder: string) => string | undefined };
  const folder = (lock: object, installed?: object) => {
    const path = mkdtempSync(join(scratch, 'packages-'));
    writeFileSync(join(path, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...lock } }));
    if (installed) {
      mkdirSync(join(path, 'node_modules'));
      writeFileSync(join(path, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
    }
    return path;
  };
  const one = { 'node_modules/a': { version: '1.0.0', integrity: 'x' } };

  it('are up to date when they are those of the lock file, optional ones of other platforms aside', async () => {
    const { outdated } = await packages();
    expect(outdated(folder({ ...one, 'node_modules/b': { version: '1.0.0', optional: true } }, one))).toBeUndefined();
  });

  it('are outdated when one is missing, changed, or none is there', async () => {
    const { outdated } = await packages();
    expect(outdated(folder(one))).toContain('none');
    expect(outdated(folder(one, {}))).toContain('a changed');
    expect(outdated(folder(one, { 'node_modules/a': { version: '1.0.0', integrity: 'y' } }))).toContain('a changed');
  });
});
