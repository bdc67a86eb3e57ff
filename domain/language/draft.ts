/**
 * The embedded generator: a requirement in plain English and the inventory in, a typed policy with open questions out. It is a
 * grammar, deterministic, and it says what it could not read. Each sentence is a requirement of its own; an unread one stays in the
 * policy as a requirement with a question, so that nothing is dropped silently.
 */
import { suggestControls } from '../compliance/controls.ts';
import type { Inventory } from '../context/inventory.ts';
import { EdictError } from '../errors.ts';
import type { NetworkPolicy, NetworkQuestion, NetworkRule, Requirement } from '../policy/model.ts';
import { indexNames } from './names.ts';
import type { Names } from './names.ts';
import { choiceQuestion, leaveOut, questionsOf } from './questions.ts';
import type { OpenPoint } from './resolve.ts';
import { draftRules } from './rules.ts';
import type { Drafted } from './rules.ts';
import { readClause } from './sentence.ts';
import { slugOf } from './slug.ts';
import { safePart } from './templates.ts';
import { sentencesOf } from './tokenise.ts';
import type { Sentence, Span } from './tokenise.ts';

export const maxRequirementChars = 64 * 1024;
export const maxSentences = 500;
export const maxRules = 2_000;
/** A requirement is kept in pieces of at most this; a longer sentence is not read. */
const maxSentenceChars = 8_000;

export type DraftOptions = {
  readonly owner: string;
  /** The policy's id; made from the text where absent. */
  readonly policy?: string | undefined;
};

export type SourceSpan = Span & { readonly requirement: string };

export type Draft = {
  readonly policy: NetworkPolicy;
  /** Where each rule (also one that waits for an answer) comes from. */
  readonly spans: readonly (SourceSpan & { readonly rule: string })[];
  /** What the grammar could not read. */
  readonly unread: readonly SourceSpan[];
};

type Drafting = {
  readonly text: string;
  readonly names: Names;
  readonly inventory: Inventory;
  readonly requirements: Requirement[];
  readonly rules: NetworkRule[];
  readonly questions: NetworkQuestion[];
  readonly spans: (SourceSpan & { readonly rule: string })[];
  readonly unread: (SourceSpan & { readonly textStart: number })[];
  readonly ruleIds: Set<string>;
  title: string | undefined;
};

/** Throws `requirement-empty`, `input-too-large`. */
export function draftPolicy(text: string, inventory: Inventory, options: DraftOptions): Draft {
  assertSize(text);
  if (text.trim() === '')
    throw new EdictError('requirement-empty', 'the requirement is empty', {
      expected: 'a sentence, such as `Only the payments service may connect to the database on port 5432.`',
    });
  const drafting = begin(text, inventory);
  const sentences = sentencesOf(text);
  if (sentences.length > maxSentences)
    throw new EdictError('input-too-large', `the requirement has ${sentences.length} sentences`, {
      expected: `at most ${maxSentences}`,
      help: 'make several policies of it',
    });
  for (const sentence of sentences.length === 0 ? [wholeText(text)] : sentences) {
    if (!draftSentence(sentence, drafting)) keepUnread(sentence, drafting);
  }
  if (drafting.rules.length > maxRules)
    throw new EdictError('input-too-large', `the requirement makes ${drafting.rules.length} rules`, { expected: `at most ${maxRules}` });
  return finish(drafting, options);
}

function assertSize(text: string): void {
  if (text.length <= maxRequirementChars) return;
  throw new EdictError('input-too-large', `the requirement has ${text.length} characters`, {
    expected: `at most ${maxRequirementChars} characters`,
    help: 'make several policies of it',
  });
}

function begin(text: string, inventory: Inventory): Drafting {
  const lists = { requirements: [], rules: [], questions: [], spans: [], unread: [] };
  return { text, inventory, names: indexNames(inventory), ...lists, ruleIds: new Set(), title: undefined };
}

function wholeText(text: string): Sentence {
  const start = text.length - text.trimStart().length;
  return { start, end: text.trimEnd().length, tokens: [] };
}

/** False when the sentence could not be read: then nothing has changed. */
function draftSentence(sentence: Sentence, drafting: Drafting): boolean {
  const clause = sentence.end - sentence.start > maxSentenceChars ? undefined : readClause(sentence);
  if (clause === undefined) return false;
  const id = `r${drafting.requirements.length + 1}`;
  const text = drafting.text.slice(sentence.start, sentence.end);
  const taken = new Set(drafting.ruleIds);
  const ruleId = (wish: string): string => uniqueId(slugOf(wish) || `${id}-rule`, taken);
  let questionCount = drafting.questions.length;
  const nextQuestion = (): string => `q${(questionCount += 1)}`;
  const resolving = { names: drafting.names, offset: sentence.start, nextQuestion, open: [] };
  const drafted = draftRules(clause, { requirement: id, text, ruleId }, resolving);
  if (drafted === undefined) return false;
  keep({ id, text }, drafted, resolving.open, drafting);
  return true;
}

function keep(requirement: Requirement, drafted: Drafted, open: readonly OpenPoint[], drafting: Drafting): void {
  drafting.requirements.push(requirement);
  drafting.questions.push(...questionsOf(drafted, open, requirement.id));
  for (const choice of drafted.choices) drafting.questions.push(choiceQuestion(choice, drafted, requirement.id, drafting.inventory));
  for (const rule of drafted.rules) {
    const safe = safePart(rule);
    if (safe !== undefined) drafting.rules.push(safe);
    drafting.ruleIds.add(rule.id);
    drafting.spans.push({ rule: rule.id, requirement: requirement.id, start: 0, end: requirement.text.length });
  }
  for (const rule of drafted.choices.flatMap(({ readings }) => readings.flatMap(({ rules }) => rules))) drafting.ruleIds.add(rule.id);
  const target = drafted.to.find(({ label }) => label !== 'any' && label !== 'unsaid');
  drafting.title ??= target === undefined ? undefined : `Who reaches ${target.label.slice(0, 60)}`;
}

/** Unread sentences in a row are one requirement, as long as it stays readable to people. */
function keepUnread(sentence: Sentence, drafting: Drafting): void {
  const { unread, requirements } = drafting;
  const last = unread.at(-1);
  const extends_ = last !== undefined && last.requirement === requirements.at(-1)?.id && sentence.end - last.textStart <= maxSentenceChars;
  const start = extends_ ? last.textStart : sentence.start;
  if (extends_) dropLast(drafting);
  for (let at = start; at < sentence.end; at += maxSentenceChars)
    addUnread({ start: at, end: Math.min(sentence.end, at + maxSentenceChars) }, drafting);
}

function dropLast({ unread, requirements, questions }: Drafting): void {
  unread.pop();
  requirements.pop();
  questions.pop();
}

function addUnread({ start, end }: Span, drafting: Drafting): void {
  const id = `r${drafting.requirements.length + 1}`;
  const text = drafting.text.slice(start, end);
  drafting.requirements.push({ id, text });
  drafting.unread.push({ requirement: id, start: 0, end: text.length, textStart: start });
  drafting.questions.push({
    id: `q${drafting.questions.length + 1}`,
    about: id,
    text: `What does \`${excerpt(text)}\` require? It could not be read as rules.`,
    span: { start: 0, end: text.length },
    readings: [
      {
        answer: leaveOut,
        meaning: 'no rule is made from it; the text stays in the policy. To have a rule, write the sentence another way',
        rules: [],
      },
    ],
  });
}

function finish(drafting: Drafting, options: DraftOptions): Draft {
  const { requirements, rules, questions, spans, unread } = drafting;
  const first = requirements[0]?.text ?? '';
  const title = drafting.title ?? excerpt(first);
  const subject = title.replace(/^Who reaches /, '');
  const policy: NetworkPolicy = {
    policy: options.policy ?? (slugOf(subject) || 'policy'),
    title,
    owner: options.owner,
    controls: suggestControls(rules),
    requirements,
    rules,
    questions,
    tests: [],
  };
  return { policy, spans, unread: unread.map(({ requirement, start, end }) => ({ requirement, start, end })) };
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/** `wish`, `wish-2`, `wish-3` …, at most 64 characters. */
function uniqueId(wish: string, taken: Set<string>): string {
  let id = wish;
  for (let number = 2; taken.has(id); number += 1) id = `${wish.slice(0, 58)}-${number}`;
  taken.add(id);
  return id;
}
