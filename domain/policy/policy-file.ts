/**
 * Policies as people keep them in Git: YAML in which a rule reads `network: { allow: { from, to, service } }`. `printPolicyFile` and
 * `parsePolicyFile` are inverse. What the model has no place for is refused, never dropped.
 */
import { isNode, LineCounter, parseDocument, stringify } from 'yaml';
import { EdictError } from '../errors.ts';
import type { Policy, Question, Request, Rule } from './model.ts';
import { policyFileSchema } from './policy-file.schema.ts';
import { parseBy, parsePolicy } from './policy.schema.ts';

/** More than the most rules that a policy may have. */
const mostCharacters = 8_000_000;

/** Throws `policy-invalid` at `path:line:column`, and `input-too-large`. */
export function parsePolicyFile(text: string, path = 'policy.yaml'): Policy {
  if (text.length > mostCharacters)
    throw new EdictError('input-too-large', `a policy file of ${text.length} characters`, {
      where: path,
      expected: `at most ${mostCharacters}`,
    });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => `${path}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  const fault = document.errors[0];
  if (fault !== undefined)
    throw new EdictError('policy-invalid', `not YAML: ${fault.message.toLowerCase()}`, { where: place(fault.pos[0]) });
  const locate = (keys: readonly PropertyKey[]) => place(offsetOf(document, keys));
  return parsePolicy(parseBy(policyFileSchema, readYaml(document, path), locate));
}

function readYaml(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new EdictError('policy-invalid', 'aliases that cannot be resolved', { where: path, cause });
  }
}

/** Of the deepest part that is there. */
function offsetOf(document: ReturnType<typeof parseDocument>, keys: readonly PropertyKey[]): number {
  for (let depth = keys.length; depth >= 0; depth -= 1) {
    const node = document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

export function printPolicyFile(policy: Policy): string {
  const { rules, questions, tests, ...head } = policy;
  const file = {
    ...head,
    rules: rules.map(fileRule),
    questions: questions.map(fileQuestion),
    tests: tests.map(({ request, ...test }) => ({ ...test, request: fileRequest(request) })),
  };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

function fileRule({ id, requirement, kind, effect, match, except, exception }: Rule): object {
  return { id, requirement, [kind]: { [effect]: match }, except, exception };
}

function fileRequest({ kind, ...rest }: Request): object {
  return { [kind]: rest };
}

function fileQuestion({ readings, ...question }: Question): object {
  return {
    ...question,
    readings: readings.map(({ request, rules, ...reading }) => ({
      ...reading,
      request: request === undefined ? undefined : fileRequest(request),
      rules: rules?.map(fileRule),
    })),
  };
}
