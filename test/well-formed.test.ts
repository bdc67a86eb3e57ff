import { describe, expect, it } from '@jest/globals';
import { wellFormed } from '../domain/well-formed.ts';

describe('text that has to be recorded', () => {
  it('is the same value where nothing has to be replaced', () => {
    const value = { a: ['ü', '😀', String.raw`\n \u0041`, 1, null, true], b: { c: '\u2028' } };
    expect(wellFormed(value)).toBe(value);
    expect(wellFormed(undefined)).toBeUndefined();
  });

  it('has a replacement for NUL and for each half of a pair, in keys too, and for nothing else', () => {
    const odd = { 'k\u0000': ['a\ud800b', '\udc00', '😀', String.raw`\u0000`], n: 1.5, none: null, deep: [[{ x: '\u0000\u0000' }]] };
    expect(wellFormed(odd)).toEqual({
      'k\ufffd': ['a\ufffdb', '\ufffd', '😀', String.raw`\u0000`],
      n: 1.5,
      none: null,
      deep: [[{ x: '\ufffd\ufffd' }]],
    });
  });
});
