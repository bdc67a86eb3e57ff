import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cleaned, plain, plainLines, toJson } from '../../cli/plain.ts';

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const hostile = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029\uFEFF]/u;
const text = () => fc.string({ unit: 'binary' });

describe('plain', () => {
  it('leaves no control character, no line break and no invisible mark in any text', () => {
    fc.assert(fc.property(text(), (given) => !hostile.test(plain(given))));
  });

  it('leaves text of any script as it is', () => {
    for (const given of ['Größe', '支払いサービス', 'خدمة', '👩 ok', 'e\u0301']) expect(plain(given)).toBe(given);
  });

  it('makes an escape sequence harmless', () => {
    expect(plain('\u001B[2J\u009B31m')).toBe('\uFFFD[2J\uFFFD31m');
  });

  it('does not let a title fake a second line', () => {
    expect(plain('beacon\r\n✓ approved')).toBe('beacon ✓ approved');
  });

  it('keeps the lines of a source, and nothing else that moves the cursor', () => {
    expect(plainLines('a:\r\n\tb\r\u001B[A\u202E')).toBe('a:\n\tb\uFFFD\uFFFD[A\uFFFD');
  });
});

describe('cleaned', () => {
  it('reaches every text of a value, keys too, and changes nothing else', () => {
    expect(cleaned({ 'k\u0007': ['\u001B', 1, null, true, { deep: '\u202E' }] })).toEqual({
      'k\uFFFD': ['\uFFFD', 1, null, true, { deep: '\uFFFD' }],
    });
  });
});

describe('toJson', () => {
  it('parses to the same value, and holds nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.dictionary(text(), fc.jsonValue({ stringUnit: 'binary' })), (value) => {
        const printed = toJson(value);
        expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(printed).not.toMatch(hostile);
      }),
    );
  });

  it('escapes marks beyond the basic plane', () => {
    expect(toJson('\u{E0041}')).toBe('"\\udb40\\udc41"');
  });
});
