import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json, JsonObject } from '../../domain/json.ts';
import { evaluate, parseExpression } from '../../domain/playbook/expression.ts';
import { evaluateTemplate, parseTemplate } from '../../domain/playbook/template.ts';

const on = (values: JsonObject) => (root: string) => (Object.hasOwn(values, root) ? values[root] : undefined);
const value = (text: string, values: JsonObject = {}): Json => evaluate(text, on(values));
const template = (given: Json, values: JsonObject = {}): Json =>
  evaluateTemplate(
    parseTemplate(given, (text) => parseExpression(text).text),
    on(values),
  );
const code = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('expressions', () => {
  it.each<[string, JsonObject, Json]>([
    ['1 + 2', {}, 3],
    ['a.n + 1', { a: { n: 2 } }, 3],
    ['a * 2.5', { a: 2 }, 5],
    ['a / 2 + 0.5', { a: 5 }, 2.5],
    ['a > 1.5 && a < 3', { a: 2 }, true],
    ['[1, 2.5, "x"]', {}, [1, 2.5, 'x']],
    ['{"a": l.map(x, x + 1)}', { l: [1, 2] }, { a: [2, 3] }],
    ['l.filter(x, x.n > 1).size()', { l: [{ n: 1 }, { n: 2 }] }, 1],
    ['has(a.b) ? a.b : "none"', { a: {} }, 'none'],
    ['a.b', { a: { b: null } }, null],
    ['duration("90s")', {}, '90000ms'],
    ['timestamp("2026-01-01T00:00:00Z")', {}, '2026-01-01T00:00:00.000Z'],
    ['a["hand-over"]', { a: { 'hand-over': 1 } }, 1],
  ])('%s', (text, values, expected) => {
    expect(value(text, values)).toEqual(expected);
  });

  it('fail on what is not there, and never give null for it', () => {
    for (const text of ['b', 'a.missing', 'a.missing.deeper', 'l[9]', 'a.constructor', 'a.__proto__', 'toString', 'constructor.name']) {
      expect([text, code(() => value(text, { a: { n: 1 }, l: [] }))]).toEqual([text, 'expression-failed']);
    }
  });

  it('have no regular expressions and no bytes', () => {
    expect(code(() => value('"aaaa".matches("(a+)+$")'))).toBe('expression-invalid');
    expect(code(() => value('cel.bind(x, "a", x + x)'))).toBe('expression-invalid');
    expect(code(() => value('bytes("a")'))).toBe('expression-invalid');
  });

  it('are refused before they start where they would take too long or grow too big', () => {
    const list = Array.from({ length: 2000 }, (_, index) => index);
    const doubling = `["${'x'.repeat(100)}"]${'.map(x, x + x)'.repeat(30)}`;
    const began = performance.now();
    expect(code(() => value('l.all(a, l.all(b, l.all(c, a + b + c > 0)))', { l: list }))).toBe('expression-budget-exceeded');
    expect(code(() => value(doubling))).toBe('expression-budget-exceeded');
    expect(code(() => value('"' + 'x'.repeat(5000) + '"'))).toBe('expression-invalid');
    expect(performance.now() - began).toBeLessThan(500);
    expect(value('l.filter(x, x % 2 == 0).size()', { l: list })).toBe(1000);
    expect(value('l.map(x, x.name)', { l: list.map((n) => ({ name: `host-${n}`, zone: 'z' })) })).toHaveLength(2000);
  });

  it('give back any JSON value as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), (any) => {
        const json = JSON.parse(JSON.stringify(any).replaceAll('-0', '0')) as Json;
        expect(value('a.v', { a: { v: json } })).toEqual(json);
      }),
    );
  });
});

describe('templates', () => {
  it('keep the type of a value that is only an expression', () => {
    expect(template('${a}', { a: 3 })).toBe(3);
    expect(template('${a}', { a: [1, { b: 2 }] })).toEqual([1, { b: 2 }]);
  });

  it('put values into text: texts as they are, the rest as JSON, null not at all', () => {
    expect(template('${a} of ${b}: ${c}', { a: 'x', b: 2, c: { d: [1] } })).toBe('x of 2: {"d":[1]}');
    expect(code(() => template('is ${a}', { a: null }))).toBe('expression-failed');
  });

  it('go into lists and maps, and leave what has no expression alone', () => {
    expect(template({ a: ['${n}', { b: 'n is ${n}' }], c: true }, { n: 1 })).toEqual({ a: [1, { b: 'n is 1' }], c: true });
    expect(parseTemplate({ a: [1, 'x'] }, (text) => text)).toEqual({ is: 'value', value: { a: [1, 'x'] } });
  });

  it('know braces and quotes inside of expressions, and a literal `${`', () => {
    expect(template('${ {"a": "}"}["a"] }!')).toBe('}!');
    expect(template('costs $${5}')).toBe('costs ${5}');
    expect(code(() => template('${ 1'))).toBe('expression-invalid');
  });

  it('never evaluate what a value says', () => {
    const hostile = '${ 1 + 1 } ${inputs.secret}';
    expect(template('${a}', { a: hostile })).toBe(hostile);
    expect(template('so: ${a}', { a: hostile })).toBe(`so: ${hostile}`);
    expect(template({ deep: ['${a}'] }, { a: { again: hostile } })).toEqual({ deep: [{ again: hostile }] });
  });
});
