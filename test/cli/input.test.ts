import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { faultOf } from '../../cli/fault.ts';
import { readFileText, readPairs, readText } from '../../cli/input.ts';

const folder = mkdtempSync(join(tmpdir(), 'edict-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('text that a user gives', () => {
  it('is taken as it stands', async () => {
    expect(await readText('Only a may reach b.')).toBe('Only a may reach b.');
  });

  it('comes from a file after an @', async () => {
    expect(await readText(`@${file('text', 'Größe\n')}`)).toBe('Größe\n');
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none'), 'does not exist'],
    ['a folder', () => folder, 'is a folder'],
    ['a name with a zero byte', () => 'a\0b', 'is not a name of a file'],
    ['bytes that are no text', () => file('binary', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe)), 'is not text'],
  ])('is refused from %s', async (_, path, reason) => {
    await expect(readFileText(path())).rejects.toMatchObject({ code: 'input-invalid', message: expect.stringContaining(reason) });
  });

  it('is refused when it never ends', async () => {
    await expect(readFileText('/dev/zero')).rejects.toMatchObject({ code: 'input-too-large' });
  });
});

describe('pairs', () => {
  it('take JSON as such, and all else as text', () => {
    expect(readPairs(['host=ws-17', 'n=3', 'on=true', 'list=["a"]', 'eq=a=b', 'empty='])).toEqual({
      host: 'ws-17',
      n: 3,
      on: true,
      list: ['a'],
      eq: 'a=b',
      empty: '',
    });
  });

  it('keep as text what JSON could not say again', () => {
    expect(readPairs(['n=1e999'])).toEqual({ n: '1e999' });
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(readPairs([`d=${deep}`])).toEqual({ d: deep });
  });

  it('never touch a prototype', () => {
    const pairs = readPairs(['__proto__={"admin":true}']);
    expect(Object.keys(pairs)).toEqual(['__proto__']);
    expect((pairs as { admin?: unknown }).admin).toBeUndefined();
  });

  it.each([['no-sign'], ['=value'], ['']])('refuse `%s`', (pair) => {
    expect(() => readPairs([pair])).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('refuse a name that is given twice', () => {
    expect(() => readPairs(['a=1', 'a=2'])).toThrow('`a` is given twice');
  });
});

describe('what the file system refuses', () => {
  it('is bad input, and names the file', () => {
    const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path: '/x' });
    expect(faultOf(error)).toMatchObject({ code: 'input-invalid', message: '`/x` is not yours to read or write' });
  });

  it('is a defect where nobody foresaw it', () => {
    expect(faultOf(new TypeError('x is undefined'))).toMatchObject({ code: 'defect' });
    expect(faultOf(Object.assign(new Error('odd'), { code: 'constructor', path: '/x' }))).toMatchObject({ code: 'defect' });
  });
});
