import { expect, it } from '@jest/globals';
import { printTyped, readTyped, type TypedField } from '../../../console/screens/playbook/typed-value.ts';

const field = (type: TypedField['type'], more: Partial<TypedField> = {}): TypedField => ({ name: 'x', type, optional: false, ...more });

it.each<[TypedField, string, unknown]>([
  [field('int'), ' 42 ', 42],
  [field('double'), '1.5', 1.5],
  [field('bool'), 'true', true],
  [field('duration'), '1h30m', '1h30m'],
  [field('asset'), 'ws-17', 'ws-17'],
  [field('string'), ' kept ', ' kept '],
  [field('list'), 'a\n\n b ', ['a', 'b']],
  [field('list'), '[1, 2]', [1, 2]],
  [field('map'), '{"a": 1}', { a: 1 }],
  [field('any'), 'text', 'text'],
  [field('any'), '[1]', [1]],
  [field('int', { optional: true }), '', undefined],
  [field('int', { default: 3 }), '  ', undefined],
])('%j of `%s`', (of, text, value) => {
  expect(readTyped(of, text)).toEqual({ value });
});

it.each<[TypedField, string, RegExp]>([
  [field('int'), '', /needed/u],
  [field('int'), '1.5', /whole number/u],
  [field('double'), 'NaN', /number/u],
  [field('bool'), 'maybe', /yes or no/u],
  [field('duration'), 'soon', /number and a unit/u],
  [field('map'), '[1]', /object/u],
  [field('list'), '[1', /list/u],
  [field('int', { min: 2 }), '1', /at least 2/u],
  [field('int', { max: 2 }), '3', /at most 2/u],
  [field('duration', { min: 60_000 }), '1s', /shorter/u],
  [field('duration', { max: 60_000 }), '1h', /longer/u],
])('%j refuses `%s`', (of, text, error) => {
  expect(readTyped(of, text)).toEqual({ error: expect.stringMatching(error) });
});

it('a value stands in its field as it would be typed', () => {
  expect([{ name: 'ws-17', zone: 'x' }, { value: '203.0.113.9' }, 4, [1], undefined].map(printTyped)).toEqual([
    'ws-17',
    '203.0.113.9',
    '4',
    '[1]',
    '',
  ]);
});
