/**
 * The playbook form as a JSON Schema (draft-07) for editors: it completes keys and actions and says what they mean. Made from the form
 * that the compiler reads, so that the two cannot differ; what keys mean together only `edict playbook lint` can say.
 */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { actions } from './actions.ts';
import { playbookSchema } from './playbook.schema.ts';

type Node = Record<string, unknown>;

export function playbookJsonSchema(): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(playbookSchema, { target: 'draft-07', io: 'input' }) as Node;
  const complete = described(schema) as Node;
  return { $schema, title: 'Edict playbook', ...complete } as JsonObject;
}

/** Adds what a key means wherever the form has it, and the catalogue where it names an action. */
function described(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(described);
  if (!isNode(node)) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, described(value)] as const);
  const inner: Node = Object.fromEntries(entries);
  const properties = inner['properties'];
  if (!isNode(properties)) return inner;
  return { ...inner, properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, meant(key, value)])) };
}

function meant(key: string, value: unknown): unknown {
  if (!isNode(value)) return value;
  const description = Object.hasOwn(meanings, key) ? meanings[key] : undefined;
  const catalogue = key === 'action' && value['type'] === 'string' ? { enum: Object.keys(actions) } : {};
  return { ...value, ...(description === undefined ? {} : { description }), ...catalogue };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an editor shows beside a key. */
const meanings: { readonly [key: string]: string } = {
  playbook: 'Its name: lowercase words joined by `-`, the same as the file.',
  version: 'A published version never changes; a change is a new version, as `1.0.1`.',
  triggers: 'Who or what starts it: people by hand, or a signal that fits.',
  inputs: 'Values that it is started with, each with a type.',
  outputs: 'Names values: CEL expressions.',
  steps: 'What is done, in order.',
  id: 'Lowercase words joined by `-`; other steps read its outputs by it.',
  if: 'CEL. With `then` or `else` a branch; on any other step a guard: the step is skipped unless it holds.',
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  then: 'Steps when the condition holds; after a failure, what follows the undo.',
  else: 'Steps when the condition does not hold.',
  action: 'A verb of the catalogue.',
  with: 'What the action is given; `${ … }` holds a CEL expression.',
  timeout: 'Of one attempt, as `30s`.',
  retry: 'How often it is tried, and how long is waited in between: only for what may succeed later.',
  undo: 'The action that takes the effect back, or `none` with a `reason`; after a failure, the steps whose effects are taken back.',
  reason: 'Why an effect has no undo.',
  lease: 'The effect is undone by itself after so long.',
  on_failure: '`continue`, steps, or `undo` with what follows; without it the failure is the run’s.',
  approval: 'People agree to exactly these effects before they happen.',
  of: 'The action steps that it covers.',
  roles: 'Roles whose people are asked.',
  quorum: 'How many have to agree.',
  expires: 'How long an answer is waited for; silence is a refusal.',
  remind: 'After how long those who were asked are reminded.',
  escalate: 'After how long more roles are asked.',
  wait: 'A duration, or `until` an instant.',
  parallel: 'All at once; done when all are.',
  foreach: 'Its steps for each item of a list.',
  switch: 'The case that has the value is taken.',
  concurrency: 'How many items at a time.',
  collect: 'What each item gives, in CEL; they are the loop’s `results`.',
  end: 'The run is over with this outcome.',
  fail: 'The step fails with this message.',
  when: 'What starts it, as CEL over `signal`; of a case, the values that it is for.',
  from: 'Where the value comes from when it is not given, as `signal.source`.',
};
