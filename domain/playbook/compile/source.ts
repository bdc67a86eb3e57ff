/** Reads the YAML text of a playbook into its form, and knows where in the text each part stands. */
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { EdictError, type ErrorCode } from '../../errors.ts';
import { playbookKeys, playbookSchema, type SourcePlaybook } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';

export type SourcePath = readonly (string | number)[];
export type Issue = { readonly code: ErrorCode; readonly text: string; readonly at: SourcePath; readonly help?: string | undefined };
export type Source = {
  readonly file: string;
  readonly playbook: SourcePlaybook;
  readonly locate: (path: SourcePath) => { readonly line: number; readonly column: number };
};

const longestSource = 512 * 1024;

/** Throws `playbook-invalid` with every fault found, the first as the message. */
export function readSource(text: string, file: string): Source {
  if (text.length > longestSource)
    throw new EdictError('playbook-invalid', `a playbook of ${text.length} characters is too long (${file})`, {
      where: file,
      expected: `at most ${longestSource}`,
    });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new EdictError(
      'playbook-invalid',
      `not YAML (${file}:${line}): ${(fault.message.split('\n')[0] ?? '').replace(/ at line .*$/, '')}`,
      { where: `${file}:${line}:${col}`, cause: fault },
    );
  }
  const locate = locator(document, lines);
  return { file, playbook: parse(document, file, locate), locate };
}

/** The first issue is the message, the others are in `help`. */
export function refuse(issues: readonly Issue[], file: string, locate: Source['locate']): EdictError {
  const [first, ...others] = issues;
  const print = (issue: Issue): string => {
    const place = `(${file}:${locate(issue.at).line})`;
    return `${issue.text.includes('@') ? issue.text.replace('@', place) : `${issue.text} ${place}`}${issue.help ? `: ${issue.help}` : ''}`;
  };
  if (!first) return new EdictError('playbook-invalid', `invalid playbook (${file})`, { where: file });
  const { line, column } = locate(first.at);
  const rest = others.slice(0, 9).map(print).join('\n');
  return new EdictError(first.code, print(first), { where: `${file}:${line}:${column}`, ...(rest ? { help: `also:\n${rest}` } : {}) });
}

function locator(document: Document, lines: LineCounter): Source['locate'] {
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        const { line, col } = lines.linePos(node.range[0]);
        return { line, column: col };
      }
    }
    return { line: 1, column: 1 };
  };
}

function parse(document: Document, file: string, locate: Source['locate']): SourcePlaybook {
  const parsed = playbookSchema.safeParse(plainOf(document, file));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(issue));
  // A mistyped key is why another one is missing.
  const mistyped = issues.filter(({ help }) => help !== undefined);
  throw refuse([...mistyped, ...issues.filter(({ help }) => help === undefined)], file, locate);
}

function plainOf(document: Document, file: string): unknown {
  try {
    // Aliases are refused: they hide what a reader sees, and can be made to grow without bound.
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new EdictError('playbook-invalid', `YAML aliases are not allowed in playbooks (${file})`, { where: file, cause: error });
  }
}

type ZodIssue = {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly ZodIssue[])[];
};

function issuesOf(issue: ZodIssue, prefix: SourcePath = []): readonly Issue[] {
  const at = [...prefix, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') return (issue.keys ?? []).map((key) => unknownKey(key, at));
  // Of a union, what went furthest is what was meant.
  const meant = issue.errors?.toSorted((a, b) => depthOf(b) - depthOf(a))[0];
  if (issue.code === 'invalid_union' && meant && depthOf(meant) > 0) return meant.flatMap((inner) => issuesOf(inner, at));
  const message = issue.message.replace(/^./, (letter) => letter.toLowerCase());
  return [{ code: 'playbook-invalid', text: `\`${at.at(-1) ?? 'playbook'}\` @: ${message}`, at }];
}

function depthOf(issues: readonly ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => (issue.code === 'unrecognized_keys' ? 1 : 0) + issue.path.length * 2));
}

function unknownKey(key: string, at: SourcePath): Issue {
  const near = suggest(key, playbookKeys);
  return {
    code: 'playbook-invalid',
    text: `unknown key \`${key}\``,
    at: [...at, key],
    help: near === undefined || near === key ? undefined : `did you mean \`${near}\`?`,
  };
}
