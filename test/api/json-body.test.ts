import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseJsonBody, parseTextBody, unstorable } from '../../api/json-body.ts';
import { EdictError } from '../../domain/errors.ts';

const parse = (text: string | Uint8Array) => parseJsonBody(typeof text === 'string' ? Buffer.from(text) : text);

describe('a JSON body', () => {
  it('is read as JSON.parse reads it, for every value that can be stored', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        if (unstorable(JSON.parse(text)) === undefined) expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a hundred thousand nested arrays', '['.repeat(100_000)],
    ['a hundred thousand nested arrays, closed', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a hundred thousand nested objects', '{"a":'.repeat(100_000)],
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['a nested prototype key', '{"a":[{"__proto__":1}]}'],
    ['an escaped prototype key', String.raw`{"\u005f_proto__":1}`],
    ['a constructor key', '{"constructor":{"prototype":{"admin":true}}}'],
    ['a number that is too large', '[1e400]'],
    ['a nul character', String.raw`["\u0000"]`],
    ['a nul character in a key', String.raw`{"\u0000":1}`],
    ['half a surrogate pair', String.raw`["\ud800"]`],
    ['a trailing comma', '[1,]'],
    ['a comment', '[1/*x*/]'],
    ['NaN', '[NaN]'],
  ])('is refused with %s', (_, text) => {
    expect(() => parse(text)).toThrow(EdictError);
  });

  it('is refused when it is not utf-8', () => {
    expect(() => parse(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not valid utf-8');
    expect(() => parse(Buffer.from('["x"]', 'utf16le'))).toThrow(EdictError);
  });

  it('may hold brackets within its texts', () => {
    const value = { text: `${'['.repeat(500)}\\"${'{'.repeat(500)}` };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  it('says where the fault is', () => {
    expect(() => parse(String.raw`{"a":{"b/c":["x","\u0000"]}}`)).toThrow(expect.objectContaining({ where: '/a/b~1c/1' }));
  });
});

describe('a text body', () => {
  it('is refused with a nul character', () => {
    expect(() => parseTextBody(Buffer.from('a\0b'))).toThrow('nul');
    expect(parseTextBody(Buffer.from('a,b\n1,2'))).toBe('a,b\n1,2');
  });
});
