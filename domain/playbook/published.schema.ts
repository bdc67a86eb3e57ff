/**
 * The forms of a playbook and of its tests as JSON Schemas (draft-07) for editors: they complete keys and actions and say what they
 * mean. Made from the forms that are read, so that the two cannot differ; what keys mean together only `edict playbook lint` can say.
 */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { actions } from './actions.ts';
import { playbookTestsSchema } from './playbook-test.schema.ts';
import { playbookSchema } from './playbook.schema.ts';

type Node = Record<string, unknown>;
/** What an editor shows beside a key. */
type Meanings = { readonly [key: string]: string };

export function playbookJsonSchema(): JsonObject {
  return published(playbookSchema, 'Edict playbook', meanings);
}

export function playbookTestsJsonSchema(): JsonObject {
  return published(playbookTestsSchema, 'Tests of an Edict playbook', testMeanings);
}

/** Of the cases that say what a step means: steps, and a test of them. */
export function semanticsCasesJsonSchema(): JsonObject {
  return published(z.array(semanticsCaseSchema), 'Cases of the meaning of playbook steps', { ...testMeanings, ...caseMeanings });
}

const semanticsCaseSchema = playbookTestsSchema.element.extend({
  steps: z.string().min(1),
  outputs: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
});

const caseMeanings: Meanings = {
  name: 'What holds, as a sentence.',
  outputs: 'The outputs of the playbook, or what is expected of them.',
  steps: 'The steps of the playbook, as YAML text; of what is expected, the status of single steps.',
};

function published(form: z.ZodType, title: string, words: Meanings): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(form, { target: 'draft-07', io: 'input' }) as Node;
  const complete = described(schema, words) as Node;
  return { $schema, title, ...complete } as JsonObject;
}

/** Adds what a key means wherever the form has it, and the catalogue where it names an action. */
function described(node: unknown, words: Meanings): unknown {
  if (Array.isArray(node)) return node.map((item) => described(item, words));
  if (!isNode(node)) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, described(value, words)] as const);
  const inner: Node = Object.fromEntries(entries);
  const properties = inner['properties'];
  if (!isNode(properties)) return inner;
  return { ...inner, properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, meant(key, value, words)])) };
}

function meant(key: string, value: unknown, words: Meanings): unknown {
  if (!isNode(value)) return value;
  const description = Object.hasOwn(words, key) ? words[key] : undefined;
  const catalogue = key === 'action' && value['type'] === 'string' ? { enum: Object.keys(actions) } : {};
  return { ...value, ...(description === undefined ? {} : { description }), ...catalogue };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const meanings: Meanings = {
  playbook: 'Its name: lowercase words joined by `-`, the same as the file.',
  version: 'A published version never changes; a change is a new version, as `1.0.1`.',
  triggers: 'Who or what starts it: people by hand, a signal that fits, a schedule, or the end of another playbook.',
  cron: 'Minute, hour, day of month, month, day of week, in `timezone`.',
  every: 'How long from one start to the next.',
  inputs: 'Values that it is started with, each with a type.',
  outputs: 'Names values: CEL expressions.',
  carried: 'What it was imported from: kept for export, and not used.',
  steps: 'What is done, in order.',
  id: 'Lowercase words joined by `-`; other steps read its outputs by it.',
  if: 'CEL. With `then` or `else` a branch; on any other step a guard: the step is skipped unless it holds.',
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  then: 'Steps when the condition holds; after a failure, what follows the undo.',
  else: 'Steps when the condition does not hold.',
  action: 'A verb of the catalogue.',
  with: 'What the action is given; `${ … }` holds a CEL expression.',
  timeout: 'Of one attempt, as `30s`; of a step that holds others, all of them together.',
  retry:
    'How often it is tried, and how long is waited in between. An action: only for what may succeed later; a step that holds others is gone through again once what it did is taken back.',
  undo: 'The action that takes the effect back, or `none` with a `reason`; of a manual step the task that does; after a failure, the steps whose effects are taken back.',
  reason: 'Why an effect has no undo.',
  lease: 'The effect is undone by itself after so long, unless people let it hold longer; `extend` names the roles that are asked.',
  on_failure: '`continue`, steps, or `undo` with what follows; without it the failure is the run’s.',
  manual: 'Of a step: a task for a person, with the answer that is wanted. Of a trigger or a test: who starts it by hand.',
  instructions: 'What is to be done, as the person reads it; `${ … }` holds a CEL expression.',
  approval: 'People agree to exactly these effects before they happen.',
  of: 'The action steps that it covers.',
  roles: 'Roles whose people are asked.',
  quorum: 'How many have to agree.',
  expires: 'How long an answer is waited for; silence is a refusal.',
  remind: 'After how long those who were asked are reminded.',
  escalate: 'After how long more are asked: one rung, or a ladder of them, each with reminders.',
  people: 'People who are asked by name.',
  risk: '`high`: approving takes a reason, whatever is computed.',
  break_glass: 'Whose right it is to let the plan run without the votes, to be reviewed by others.',
  review: 'How long others have to review that the glass was broken.',
  wait: 'A duration, or `until` an instant.',
  parallel: 'All at once; done when all are.',
  foreach: 'Its steps for each item of a list.',
  switch: 'The case that has the value is taken.',
  accept: 'The outcomes of the called playbook by which the step has ended well; `done` alone where not given.',
  concurrency: 'How many items at a time.',
  collect: 'What each item gives, in CEL; they are the loop’s `results`.',
  end: 'The run is over with this outcome.',
  fail: 'The step fails with this message.',
  when: 'What starts it, as CEL over `signal`; of a case, the values that it is for.',
  from: 'Where the value comes from when it is not given, as `signal.source`.',
};

const testMeanings: Meanings = {
  name: 'What holds, as a sentence.',
  signal: 'The signal that starts it; it has to fit a trigger of the playbook.',
  signals: 'Signals that come later, each with `at`.',
  manual: 'Who starts it by hand, with which inputs.',
  inputs: 'What it is started with.',
  fakes:
    'What actions answer: outputs, `$fail` with an error code, `$message`, `$takes` with a duration; a list answers one performance after the other.',
  people: 'Who decides what and when.',
  at: 'A duration from the start of the run.',
  approve: 'The approval step that is agreed to.',
  deny: 'The approval step that is denied.',
  break_glass: 'The approval step whose plan runs without the votes.',
  for: 'On whose behalf the vote is.',
  narrow: 'Less than what is asked for: `steps`, or a shorter `lease`.',
  delegate: 'Passes roles on `to` somebody `until` a time.',
  revoke: 'Takes back what was passed on to this person.',
  withheld: 'Steps that the plan which was approved leaves out.',
  answer: 'The manual step whose task is answered, with `outputs`.',
  claim: 'The manual step whose task is taken on.',
  tasks: 'What became of tasks.',
  cancel: 'When and by whom the run is cancelled.',
  commands:
    'What people tell the run under way: each with `at`, `by`, and one of `pause`, `resume` (the reason), `skip` and `extend` (the step).',
  pause: 'Why it is paused.',
  resume: 'Why it is resumed.',
  skip: 'The step that is skipped.',
  extend: 'The step whose lease is to hold longer, `for` so long or for good; people are asked by the approval `<step>/lease`.',
  rerun: 'It begins at this step, with what the steps before gave in another run.',
  recorded: 'Step → its outputs.',
  expect: 'What has to be so; what is not named is not compared. Of a vote: `refused`, or the code of the refusal.',
  path: 'The steps that are entered, in order: not those that are skipped, nor those inside loops and `parallel`.',
  effects: 'Each: the action with what it acts on, `at`, and `undone` with a time or `false`.',
  outcome: 'How the run ends: `done`, `failed`, `denied`, `expired`, `cancelled`, or the word of an `end` step.',
  error: 'The code of the error that it fails with.',
  steps: 'The status of single steps.',
  approvals: 'What became of approvals.',
};
