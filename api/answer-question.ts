/** Chooses a reading of an open question: its rules replace those of the same id and are added otherwise. Pure. */
import { EdictError } from '../domain/errors.ts';
import type { Policy, Question, QuestionReading, Rule } from '../domain/policy/model.ts';

export type QuestionAnswer = { readonly question: string; readonly answer: string; readonly by: string; readonly at: string };

export function answerQuestion(document: Policy, { question: id, answer, by, at }: QuestionAnswer): Policy {
  const question = document.questions.find((candidate) => candidate.id === id);
  if (question === undefined)
    throw new EdictError('not-found', `there is no question \`${id}\``, { where: '/question', expected: openIds(document) });
  if (question.answered !== undefined)
    throw new EdictError('conflict', `question \`${id}\` was answered already: ${question.answered.answer}`, { where: '/question' });
  const reading = readingOf(question, answer);
  const questions = document.questions.map((other) =>
    other.id === id ? { ...other, answered: { answer: reading.answer, by, at } } : other,
  );
  return { ...document, rules: withRules(document.rules, reading.rules ?? []), questions };
}

function readingOf(question: Question, answer: string): QuestionReading {
  const wanted = answer.trim().toLowerCase();
  const reading = question.readings.find((candidate) => candidate.answer.toLowerCase() === wanted);
  if (reading !== undefined) return reading;
  throw new EdictError('input-invalid', `\`${answer.slice(0, 100)}\` is not an answer to question \`${question.id}\``, {
    where: '/answer',
    expected: question.readings.map((candidate) => candidate.answer).join(', '),
  });
}

function withRules(rules: readonly Rule[], chosen: readonly Rule[]): readonly Rule[] {
  const byId = new Map(chosen.map((rule) => [rule.id, rule]));
  const known = new Set(rules.map(({ id }) => id));
  return [...rules.map((rule) => byId.get(rule.id) ?? rule), ...chosen.filter(({ id }) => !known.has(id))];
}

function openIds({ questions }: Policy): string {
  return (
    questions
      .filter(({ answered }) => answered === undefined)
      .map(({ id }) => id)
      .join(', ') || 'no open question'
  );
}
