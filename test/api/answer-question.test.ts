import { describe, expect, it } from '@jest/globals';
import { answerQuestion } from '../../api/answer-question.ts';
import type { Policy, Rule } from '../../domain/policy/model.ts';

const rule = (id: string, effect: Rule['effect']): Rule => ({
  kind: 'network',
  id,
  requirement: 'r1',
  effect,
  match: { from: 'any', to: 'any', service: 'any' },
});

const document: Policy = {
  policy: 'p',
  title: 'P',
  owner: 'o',
  controls: [],
  requirements: [{ id: 'r1', text: 'x' }],
  rules: [rule('a', 'allow'), rule('b', 'deny')],
  questions: [
    {
      id: 'q1',
      about: 'r1',
      text: 'Really?',
      readings: [
        { answer: 'yes', meaning: 'it may', rules: [rule('b', 'allow'), rule('c', 'claim')] },
        { answer: 'no', meaning: 'it may not' },
      ],
    },
  ],
  tests: [],
};

const by = { by: 'engineer', at: '2026-11-25T12:00:00Z' };

describe('an answer to a question', () => {
  it('replaces the rules of the same id, adds the others, and is recorded', () => {
    const answered = answerQuestion(document, { question: 'q1', answer: ' Yes', ...by });
    expect(answered.rules.map(({ id, effect }) => `${id}:${effect}`)).toEqual(['a:allow', 'b:allow', 'c:claim']);
    expect(answered.questions[0]?.answered).toEqual({ answer: 'yes', ...by });
    expect(document.rules[1]?.effect).toBe('deny');
  });

  it('without rules leaves the rules as they are', () => {
    expect(answerQuestion(document, { question: 'q1', answer: 'no', ...by }).rules).toEqual(document.rules);
  });

  it('that is no reading is refused, and the readings are named', () => {
    expect(() => answerQuestion(document, { question: 'q1', answer: 'perhaps', ...by })).toThrow(
      expect.objectContaining({ code: 'input-invalid', expected: 'yes, no' }),
    );
  });

  it('is given once', () => {
    const answered = answerQuestion(document, { question: 'q1', answer: 'no', ...by });
    expect(() => answerQuestion(answered, { question: 'q1', answer: 'yes', ...by })).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  it('to a question that there is not is refused', () => {
    expect(() => answerQuestion(document, { question: 'q2', answer: 'no', ...by })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
