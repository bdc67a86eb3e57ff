import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { celOfCondition, type Resolve } from '../../../domain/playbook/cacao/condition-cel.ts';
import { parseCondition } from '../../../domain/playbook/cacao/condition.ts';
import { evaluateBoolean } from '../../../domain/playbook/expression.ts';
import { runs } from '../../law.ts';

const inputs = { ip: '10.0.0.1', n: 5, ratio: 1.5, on: true, name: "it's" };
const types: { readonly [name: string]: string } = { ip: 'ipv4-addr', n: 'integer', ratio: 'float', on: 'bool', name: 'string' };
const resolve: Resolve = (name) => ({ cel: `inputs.${name.slice(2, -2)}`, type: types[name.slice(2, -2)] ?? 'string' });
const celOf = (text: string): string => celOfCondition(parseCondition(text), resolve);
const decide = (text: string): boolean => evaluateBoolean(celOf(text), (root) => (root === 'inputs' ? inputs : undefined));

describe('conditions of CACAO', () => {
  it.each([
    ["__ip__:value = '10.0.0.1'", 'inputs.ip == "10.0.0.1"', true],
    ['__ip__:value = 10.0.0.1', 'inputs.ip == "10.0.0.1"', true],
    ["__ip__:value != '10.0.0.1'", 'inputs.ip != "10.0.0.1"', false],
    ["__ip__:value <> '10.0.0.2'", 'inputs.ip != "10.0.0.2"', true],
    ["__n__:value = '5'", 'inputs.n == 5', true],
    ['__n__:value >= 5', 'inputs.n >= 5', true],
    ['__n__:value < 5', 'inputs.n < 5', false],
    ['5 = __n__:value', '5 == inputs.n', true],
    ['__ratio__:value > 1', 'inputs.ratio > 1.0', true],
    ["__on__:value = 'true'", 'inputs.on == true', true],
    ['__on__:value = false', 'inputs.on == false', false],
    ["__name__:value = 'it\\'s'", 'inputs.name == "it\'s"', true],
    ['__n__:value IN (1, 5)', 'inputs.n in [1, 5]', true],
    ["__ip__:value NOT IN ('a', 'b')", '!(inputs.ip in ["a", "b"])', true],
    ['NOT __n__:value = 5', '!(inputs.n == 5)', false],
    ["__ip__:value LIKE '10.%'", 'inputs.ip.startsWith("10.")', true],
    ["__ip__:value LIKE '%.1'", 'inputs.ip.endsWith(".1")', true],
    ["__ip__:value like '%0.0%'", 'inputs.ip.contains("0.0")', true],
    ["__ip__:value LIKE '10.0.0.1'", 'inputs.ip == "10.0.0.1"', true],
    ['__n__:value = 5 AND __on__:value = true', 'inputs.n == 5 && inputs.on == true', true],
    ['__n__:value = 1 OR __n__:value = 5 AND __on__:value = false', 'inputs.n == 1 || (inputs.n == 5 && inputs.on == false)', false],
    ['(__n__:value = 5 OR __n__:value = 1) AND __on__:value = true', '(inputs.n == 5 || inputs.n == 1) && inputs.on == true', true],
    ["[__ip__:value = '10.0.0.1']", 'inputs.ip == "10.0.0.1"', true],
    ['__ip__:value = __name__:value', 'inputs.ip == inputs.name', false],
  ])('%s', (text, cel, value) => {
    expect(celOf(text)).toBe(cel);
    expect(decide(text)).toBe(value);
  });

  it.each([
    ['', 1],
    ['__n__:value', 12],
    ['__n__:value =', 14],
    ['__n__:value = 5 5', 17],
    ['__n__:value = 5 AND', 20],
    ['(__n__:value = 5', 17],
    ['__n__:value IN 5', 16],
    ['__n__:value IN (5', 18],
    ['__n__:value EXISTS', 13],
    ["__n__:value = 'open", 15],
    ['= 5', 1],
    ['AND', 1],
  ])('refuses `%s` and says where', (text, at) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining(`at character ${at}`) }),
    );
  });

  it.each([
    "__ip__:value MATCHES '^10'",
    "__ip__:value ISSUBSET '10.0.0.0/8'",
    "__ip__:value LIKE '%a%b%c%d%e%f%g%'",
    "__ip__:value LIKE '10_0'",
    "__n__:value = 'five'",
    '__n__:value = __ip__:value',
    "__on__:value = 'maybe'",
    '__n__:value = 99999999999999999999',
  ])('refuses `%s`, which expressions cannot decide alike', (text) => {
    expect(() => celOf(text)).toThrow(expect.objectContaining({ code: 'input-invalid', expected: expect.stringMatching(/./) }));
  });

  it('LIKE finds what stands between its wildcards, in order, and no letter twice', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '%'), maxLength: 7 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, value) => {
        fc.pre(pattern.split('%').length <= 7);
        const oracle = new RegExp(`^${pattern.replaceAll('%', '.*')}$`);
        expect([pattern, value, evaluateBoolean(celOf(`__name__:value LIKE '${pattern}'`), () => ({ name: value }))]).toEqual([
          pattern,
          value,
          oracle.test(value),
        ]);
      }),
      runs(500),
    );
  });

  it('a text of the document stays a text, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        const text = `__name__:value = '${value.replaceAll(/[\\']/g, '\\$&')}'`;
        const cel = celOf(text);
        expect(evaluateBoolean(cel, () => ({ name: value }))).toBe(true);
        expect(evaluateBoolean(cel, () => ({ name: `${value}x` }))).toBe(false);
      }),
    );
  });

  it('means what the tree means: AND before OR, NOT before both', () => {
    const leaf = fc.constantFrom('ip', 'n', 'on').chain((name) => fc.boolean().map((holds): Tree => ({ is: 'leaf', name, holds })));
    const tree = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.record({ is: fc.constant('not' as const), part: tie('tree') }),
        fc.record({ is: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
      ),
    })).tree;
    fc.assert(fc.property(tree, (given) => expect(decide(print(given))).toBe(truth(given))));
  });

  it('refuses what is nested without end, and what is endless', () => {
    expect(() => parseCondition('('.repeat(4_000))).toThrow(expect.objectContaining({ code: 'input-invalid' }));
    expect(() => parseCondition(`${'NOT '.repeat(900)}1 = 1`)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
    expect(() => parseCondition('1 = 1 OR '.repeat(10_000))).toThrow(expect.objectContaining({ expected: 'at most 4000 characters' }));
  });
});

type Tree =
  | { readonly is: 'leaf'; readonly name: string; readonly holds: boolean }
  | { readonly is: 'not'; readonly part: Tree }
  | { readonly is: 'and' | 'or'; readonly parts: readonly Tree[] };

const leaves: { readonly [name: string]: readonly [string, string] } = {
  ip: ["__ip__:value = '10.0.0.1'", "__ip__:value = 'x'"],
  n: ['__n__:value > 4', '__n__:value > 5'],
  on: ['__on__:value = true', '__on__:value = false'],
};

/** With no more brackets than are needed. */
function print(tree: Tree): string {
  if (tree.is === 'leaf') return leaves[tree.name]?.[tree.holds ? 0 : 1] ?? '';
  if (tree.is === 'not') return `NOT ${tree.part.is === 'leaf' || tree.part.is === 'not' ? print(tree.part) : `(${print(tree.part)})`}`;
  return tree.parts
    .map((part) => (tree.is === 'and' && part.is === 'or' ? `(${print(part)})` : print(part)))
    .join(` ${tree.is.toUpperCase()} `);
}

function truth(tree: Tree): boolean {
  if (tree.is === 'leaf') return tree.holds;
  if (tree.is === 'not') return !truth(tree.part);
  return tree.is === 'and' ? tree.parts.every(truth) : tree.parts.some(truth);
}
