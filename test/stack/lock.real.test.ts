import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { prepareData, reset } from '../../stack/data.ts';
import { layout } from '../../stack/layout.ts';
import { openRunRecord, stopLeftovers } from '../../stack/process/leftovers.ts';
import { acquireLock, currentHolder } from '../../stack/process/lock.ts';
import { identityOf, isAlive, startedAt } from '../../stack/process/identity.ts';
import { ensureSecret } from '../../stack/secrets.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edict-lock-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs a module of the stack in another process. */
function elsewhere(module: string, call: string): Promise<string> {
  const code = `import * as m from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'stack', module))}; ${call}`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    );
  });
}

const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });

describe('the lock on a data directory', () => {
  it('names its holder and goes when released', () => {
    const files = layout(root);
    const lock = acquireLock(files);
    lock.setUrl('http://127.0.0.1:8600');
    expect(currentHolder(files)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:8600' });
    expect(() => acquireLock(files)).toThrow(/already runs .* at http:\/\/127\.0\.0\.1:8600 \(process \d+\)/);
    lock.release();
    expect(currentHolder(files)).toBeUndefined();
    acquireLock(files).release();
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 - 3, started: 'never' }],
    ['a process id that means another process by now', { pid: process.pid, started: 'another boot/1' }],
    ['nothing that can be read', 'garbage'],
  ])('of %s is taken over', (_name, holder) => {
    writeFileSync(join(root, 'lock'), JSON.stringify(holder));
    acquireLock(layout(root)).release();
    expect(readdirSync(root)).toEqual([]);
  });

  it('is got by exactly one of many processes that find a stale one', async () => {
    writeFileSync(join(root, 'lock'), JSON.stringify({ pid: 2 ** 22 - 3, started: 'never' }));
    const call = `try { m.acquireLock({ root: '', lock: ${JSON.stringify(join(root, 'lock'))} }); process.stdout.write('got'); setTimeout(() => {}, 1500); } catch (error) { process.stdout.write(error.code); }`;
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => elsewhere('process/lock.ts', call)));
    expect(outcomes.sort()).toEqual(['data-in-use', 'data-in-use', 'data-in-use', 'data-in-use', 'got']);
  });
});

describe('the identity of a process', () => {
  it('holds as long as it lives', async () => {
    const child = sleeper();
    const identity = identityOf(child.pid ?? 0);
    expect(identity !== undefined && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(identity !== undefined && isAlive(identity)).toBe(false);
  });

  it('is none for what is no process', () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 22 - 3]) expect(startedAt(pid)).toBeUndefined();
  });
});

describe('processes that an earlier start left behind', () => {
  it('are stopped, those that only bear the number of one are not', async () => {
    const [left, innocent] = [sleeper(), sleeper()];
    const files = layout(root);
    openRunRecord(files).add('opa', left.pid ?? 0);
    const recorded = JSON.parse(readFileSync(files.run, 'utf8')) as object[];
    writeFileSync(files.run, JSON.stringify([...recorded, { name: 'temporal', pid: innocent.pid, started: 'another boot/1' }]));
    const ended = new Promise((resolve) => left.once('exit', resolve));
    expect(await stopLeftovers(files)).toEqual(['opa']);
    await ended;
    expect(startedAt(innocent.pid ?? 0)).toBeDefined();
    innocent.kill('SIGKILL');
    expect(existsSync(files.run)).toBe(false);
  });

  it('are none when the record is damaged', async () => {
    const files = layout(root);
    writeFileSync(files.run, '[{"name": 1}, null, {"pid": "x"}');
    expect(await stopLeftovers(files)).toEqual([]);
  });
});

describe('a data directory', () => {
  it('keeps what is not ours', async () => {
    writeFileSync(join(root, 'photo'), 'x');
    expect(() => prepareData(layout(root))).toThrow(/holds other files/);
    await expect(reset(root)).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(root)).toEqual(['photo']);
  });

  it('that is not there needs no reset', async () => {
    expect(await reset(join(root, 'none'))).toEqual({ removed: false });
  });
});

describe('a secret', () => {
  it('is made once, also by many processes at once', async () => {
    const call = `process.stdout.write(m.ensureSecret(${JSON.stringify(root)}, 's'))`;
    const values = await Promise.all(Array.from({ length: 5 }, () => elsewhere('secrets.ts', call)));
    expect(new Set(values).size).toBe(1);
    expect(ensureSecret(root, 's')).toBe(values[0]);
    expect(values[0]).toMatch(/^[\w-]{43}$/);
    expect(readdirSync(root)).toEqual(['s']);
  });
});
