/** `npm run eval` without data from outside: the evaluations find their own cases, and nothing got worse. */
import { expect, it } from '@jest/globals';
import { evalDetectors } from '../../bench/eval/detectors.ts';
import { evalLanguage } from '../../bench/eval/language.ts';

it.each([
  ['detectors', evalDetectors],
  ['language', evalLanguage],
] as const)('evaluates %s', (_name, evaluate) => {
  const figures = evaluate(undefined);
  expect(figures.length).toBeGreaterThan(1);
  expect(figures.filter(({ share }) => share < 1)).toEqual([]);
});
