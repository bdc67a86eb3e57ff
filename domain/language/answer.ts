/**
 * An answer turns a question into rules: the chosen reading's rules replace those of the same id and are added otherwise. Rules that
 * still wait for another question go into that question's readings instead. The author of the requirement gives the answer; the
 * policy that results is a new draft.
 */
import { EdictError } from '../errors.ts';
import { isNetworkRule, type Policy, type Question, type QuestionReading, type Rule } from '../policy/model.ts';
import { isSelector } from './names.ts';
import { leaveOut } from './questions.ts';
import { placeholderOf } from './resolve.ts';
import { fill, isOpen } from './templates.ts';
import { isWindow } from './times.ts';

export type Answer = {
  readonly question: string;
  /** A reading's answer; or, where a reading says "that you give", a selector or a window. */
  readonly answer: string;
  readonly by: string;
  /** RFC 3339 */
  readonly at: string;
};

/** Throws `not-found` for an unknown question, `conflict` for one that is answered, `input-invalid` for an answer that it does not have. */
export function answerQuestion(policy: Policy, { question: id, answer: given, by, at }: Answer): Policy {
  const question = policy.questions.find((candidate) => candidate.id === id);
  if (question === undefined)
    throw new EdictError('not-found', `the policy has no question \`${id.slice(0, 80)}\``, { where: '/question' });
  if (question.answered !== undefined)
    throw new EdictError('conflict', `the question \`${id}\` is answered: \`${question.answered.answer}\``);
  const reading = readingOf(question, given.trim());
  const answer = reading.answer === placeholderOf(id) ? given.trim() : reading.answer;
  const placeholder = placeholderOf(id);
  const value = valueOf(answer);
  const chosen = (reading.rules ?? []).map((rule) => filledWith(rule, placeholder, value));
  const questions = policy.questions.map((other) => {
    if (other.id === id) return { ...other, answered: { answer, by, at } };
    return other.about === question.about ? carry(other, { placeholder, value, chosen: value === undefined ? chosen : [] }) : other;
  });
  return {
    ...policy,
    questions,
    rules: merge(
      policy.rules,
      chosen.filter((rule) => !isNetworkRule(rule) || !isOpen(rule)),
    ),
    tests: [...policy.tests, ...testsOf(policy, question, reading)],
  };
}

function filledWith(rule: Rule, placeholder: string, value: string | undefined): Rule {
  return value === undefined || !isNetworkRule(rule) ? rule : fill(rule, placeholder, value);
}

export function openQuestions(policy: Policy): readonly Question[] {
  return policy.questions.filter(({ answered }) => answered === undefined);
}

function readingOf(question: Question, answer: string): QuestionReading {
  const placeholder = placeholderOf(question.id);
  const exact = question.readings.find(
    (reading) => reading.answer.toLowerCase() === answer.toLowerCase() && reading.answer !== placeholder,
  );
  if (exact !== undefined) return exact;
  const free = question.readings.find((reading) => reading.answer === placeholder);
  const isTime = question.readings.some((reading) => reading.answer === 'always');
  if (free !== undefined && (isTime ? isWindow(answer) : isSelector(answer))) return free;
  throw new EdictError('input-invalid', `\`${answer.slice(0, 80)}\` is not an answer to \`${question.id}\``, {
    where: '/answer',
    expected: question.readings.map((reading) => (reading.answer === placeholder ? reading.meaning : `\`${reading.answer}\``)).join(', '),
  });
}

/** What the answer puts in the place of the placeholder; undefined where the answer chooses between rules instead. */
function valueOf(answer: string): string | undefined {
  return answer !== leaveOut && (isSelector(answer) || isWindow(answer)) ? answer : undefined;
}

type Carried = { readonly placeholder: string; readonly value: string | undefined; readonly chosen: readonly Rule[] };

/** Another open question of the same sentence takes the answer over into its readings. */
function carry(question: Question, { placeholder, value, chosen }: Carried): Question {
  if (question.answered !== undefined) return question;
  const readings = question.readings.map((reading) => {
    if (reading.rules === undefined) return reading;
    const filled = reading.rules.map((rule) => filledWith(rule, placeholder, value));
    return { ...reading, rules: filled.map((rule) => chosen.find(({ id }) => id === rule.id) ?? rule) };
  });
  return { ...question, readings };
}

function merge(rules: readonly Rule[], chosen: readonly Rule[]): readonly Rule[] {
  const known = new Set(rules.map(({ id }) => id));
  return [...rules.map((rule) => chosen.find(({ id }) => id === rule.id) ?? rule), ...chosen.filter(({ id }) => !known.has(id))];
}

/**
 * The request that told the readings apart becomes a test of the policy, unless another sentence has rules that could decide it
 * otherwise: what somebody else required is no fault of this answer.
 */
function testsOf(policy: Policy, question: Question, { answer, request, decision }: QuestionReading): Policy['tests'] {
  if (request === undefined || decision === undefined) return [];
  const others = policy.rules.filter(({ requirement }) => requirement !== question.about);
  const disturbs = others.some(({ effect }) => decision !== 'deny' || effect === 'allow');
  return disturbs ? [] : [{ name: `${question.id}: ${answer}`, request, decision }];
}
