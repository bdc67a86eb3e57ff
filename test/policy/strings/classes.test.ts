import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { holds } from '../../../domain/policy/intervals.ts';
import { stringClasses } from '../../../domain/policy/strings/classes.ts';
import { except, literal, matches, type Pattern, prefix, wildcard } from '../../../domain/policy/strings/pattern.ts';
import { runs } from '../../law.ts';

const pattern: fc.Arbitrary<Pattern> = fc
  .record({
    text: fc.string({ unit: fc.constantFrom('a', 'b', 'A', ':', '*', '?'), maxLength: 6 }),
    kind: fc.constantFrom('wild', 'fold', 'segment', 'literal', 'prefix'),
  })
  .map(({ text, kind }) => {
    if (kind === 'literal') return literal(text);
    if (kind === 'prefix') return prefix(text);
    return wildcard(text, kind === 'fold' ? { fold: true } : kind === 'segment' ? { over: except(':') } : {});
  });

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ':', 'z'), maxLength: 7 });

const expression = (pattern: string, fold: boolean): RegExp => {
  const body = Array.from(pattern, (each) => (each === '*' ? '[^]*' : each === '?' ? '[^]' : each.replace(/[.\\^$+(){}[\]|]/u, '\\$&')));
  return new RegExp(`^${body.join('')}$`, fold ? 'iu' : 'u');
};

describe('string classes', () => {
  it('hold each string in one class, whose sample the same patterns hold', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), fc.array(text, { minLength: 1, maxLength: 12 }), (patterns, texts) => {
        const classes = stringClasses(patterns);
        const signatureOf = (sample: string) => patterns.map((each) => matches(each, sample));
        const bySample = classes.samples.map(signatureOf);
        expect(new Set(bySample.map(String)).size).toBe(classes.count);
        classes.samples.forEach((sample, number) => {
          expect(patterns.map((each) => holds(classes.of(each), BigInt(number)))).toEqual(signatureOf(sample));
        });
        for (const each of texts) expect(bySample).toContainEqual(signatureOf(each));
      }),
      runs(300),
    );
  });

  it('hold only strings of the universe, and all of them', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), pattern, fc.array(text, { maxLength: 12 }), (patterns, universe, texts) => {
        const { samples } = stringClasses(patterns, { universe: [universe] });
        for (const sample of samples) expect(matches(universe, sample)).toBe(true);
        const signatures = samples.map((sample) => patterns.map((each) => matches(each, sample)));
        for (const each of texts.filter((one) => matches(universe, one)))
          expect(signatures).toContainEqual(patterns.map((one) => matches(one, each)));
      }),
      runs(200),
    );
  });

  it('cost a thousand patterns of a common beginning a moment', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => wildcard(`arn:aws:ec2:*:*:instance/i-${index * 7_919}`));
    expect(stringClasses(many).count).toBe(1_001);
  });

  it('say that there are too many rather than run on', () => {
    const floating = Array.from({ length: 40 }, (_, index) => wildcard(`*-x${index}-*`));
    expect(() => stringClasses(floating, { budget: 20_000 })).toThrow(expect.objectContaining({ code: 'input-too-large' }));
  });
});

describe('a pattern', () => {
  it('holds what the regular expression of its wildcards holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', '*', '?', '.', '\\'), maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '\\', '😀'), maxLength: 8 }),
        fc.boolean(),
        (written, asked, fold) => expect(matches(wildcard(written, { fold }), asked)).toBe(expression(written, fold).test(asked)),
      ),
      runs(500),
    );
  });

  it('is literal where it is said to be', () => {
    expect(matches(literal('a*'), 'a*')).toBe(true);
    expect(matches(literal('a*'), 'ab')).toBe(false);
    expect(matches(literal('Ab', true), 'aB')).toBe(true);
  });

  it('stays within its characters', () => {
    expect(matches(wildcard('a:*:b', { over: except(':') }), 'a:x:b')).toBe(true);
    expect(matches(wildcard('a:*:b', { over: except(':') }), 'a:x:y:b')).toBe(false);
  });
});
