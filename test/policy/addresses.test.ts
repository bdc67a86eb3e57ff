import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { familyLine, familyOf, parseAddress, parseAddresses, printAddress, printCidrs } from '../../domain/policy/addresses.ts';
import { holds, intersect, type IntervalSet, intervalSet, isSubset, subtract, union } from '../../domain/policy/intervals.ts';

const small = fc
  .array(
    fc.tuple(fc.bigInt(0n, 60n), fc.bigInt(0n, 9n)).map(([low, size]) => ({ low, high: low + size })),
    { maxLength: 6 },
  )
  .map(intervalSet);
const values = Array.from({ length: 75 }, (_, value) => BigInt(value));
const members = (set: IntervalSet) => values.filter((value) => holds(set, value));

describe('interval sets', () => {
  it('are united, cut and subtracted as the sets of their members are', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(members(union(a, b))).toEqual(values.filter((value) => holds(a, value) || holds(b, value)));
        expect(members(intersect(a, b))).toEqual(values.filter((value) => holds(a, value) && holds(b, value)));
        expect(members(subtract(a, b))).toEqual(values.filter((value) => holds(a, value) && !holds(b, value)));
        expect(isSubset(a, b)).toBe(members(a).every((value) => holds(b, value)));
      }),
    );
  });

  it('are equal as lists when they hold the same', () => {
    fc.assert(fc.property(small, small, (a, b) => expect(union(subtract(a, b), intersect(a, b))).toEqual(a)));
  });
});

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const hostile = [
  '',
  ':',
  '::',
  ':::',
  '1:',
  ':1',
  '1::',
  '::1',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::',
  '1::2::3',
  '12345::',
  '::g',
  '::FFFF:1',
  'fe80::1%1',
  '::1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '::ffff:1.2.3.4',
  '::1.2.3',
  '::1.2.3.4.5',
  '1.2.3.4',
  '1.2.3',
  '01.2.3.4',
  '1.2.3.256',
  '0x1.2.3.4',
  '1',
  '1.2.3.4 ',
  '٣.2.3.4',
  '::١',
];

describe('addresses', () => {
  it('are read as another parser reads them, in full and in short', () => {
    fc.assert(
      fc.property(groups, (parts) => {
        const other = new ipaddr.IPv6(parts);
        const value = parseAddress(other.toRFC5952String());
        fc.pre(!other.isIPv4MappedAddress());
        expect(value).toBe(parseAddress(other.toNormalizedString()));
        expect(value).toBe(familyLine[6].low + other.toByteArray().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
        expect(printAddress(value!)).toBe(other.toRFC5952String());
      }),
    );
  });

  it.each(hostile)('`%s` is an address here only where it is one for a strict reader', (text) => {
    const strict = ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
    const ours = parseAddress(text) !== undefined;
    if (text === '01.2.3.4') expect(ours).toBe(false);
    else expect(ours).toBe(strict);
  });

  it('reads an IPv4-mapped address as the IPv4 address, alone and in a CIDR', () => {
    expect(parseAddress('::ffff:10.0.0.1')).toBe(parseAddress('10.0.0.1'));
    expect(parseAddress('::ffff:a00:1')).toBe(parseAddress('10.0.0.1'));
    expect(parseAddresses('::ffff:10.0.0.0/104')).toEqual(parseAddresses('10.0.0.0/8'));
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '/8',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-::1',
    '1-2-3',
    'localhost',
    '2001:db8::/129',
    '::ffff:10.0.0.0/95',
    '10.0.0.1/8/8',
  ])('refuses `%s`', (text) => {
    expect(() => parseAddresses(text)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  it('refuses host bits in a CIDR, and says which network it may have meant', () => {
    expect(() => parseAddresses('10.0.0.1/8')).toThrow(
      expect.objectContaining({ code: 'policy-invalid', expected: '10.0.0.0/8, or the single address' }),
    );
  });

  it('prints any set as CIDRs that read back to it', () => {
    const range = fc.tuple(fc.bigInt(0n, (1n << 32n) - 1n), fc.bigInt(0n, 5_000n), fc.boolean()).map(([low, size, six]) => {
      const base = six ? familyLine[6].low : 0n;
      const top = six ? familyLine[6].high : familyLine[4].high;
      const high = base + low + size;
      return { low: base + low, high: high > top ? top : high };
    });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 4 }).map(intervalSet), (set) => {
        expect(union(...printCidrs(set).map(parseAddresses))).toEqual(set);
      }),
    );
    expect(printCidrs([familyLine[4]])).toEqual(['0.0.0.0/0']);
    expect(printCidrs([familyLine[6]])).toEqual(['::/0']);
    expect(familyOf(familyLine[6].low)).toBe(6);
  });
});
