/** Reads the YAML text of a playbook into its form, and knows where in the text each part stands. */
import { LineCounter, parseDocument, type Document } from 'yaml';
import { EdictError, type ErrorCode } from '../../errors.ts';
import { playbookSchema, type SourcePlaybook } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import { playbookKeys } from './form-keys.ts';
import { locatorOf, type Locate, type SourcePath, type Spot } from './locate.ts';

export type { SourcePath } from './locate.ts';
/** `text` may have one `@`, where its place is named. */
export type Issue = Spot & { readonly code: ErrorCode; readonly text: string; readonly help?: string | undefined };
export type PlacedIssue = {
  readonly code: ErrorCode;
  /** Without its place. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly suggestion?: string | undefined;
};
export type Source = { readonly file: string; readonly playbook: SourcePlaybook; readonly locate: Locate };

/** All that is wrong, each with its place; the message is the first of it. */
export class PlaybookFault extends EdictError {
  readonly issues: readonly PlacedIssue[];
  constructor(code: ErrorCode, message: string, detail: ConstructorParameters<typeof EdictError>[2], issues: readonly PlacedIssue[]) {
    super(code, message, detail);
    this.issues = issues;
  }
}

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
  if (document.errors.length > 0) throw notYaml(document.errors, file, lines);
  const locate = locatorOf(document, lines, text);
  return { file, playbook: parse(document, file, locate), locate };
}

function notYaml(errors: Document['errors'], file: string, lines: LineCounter): EdictError {
  const issues = errors.map((fault) => {
    const { line, col } = lines.linePos(fault.pos[0]);
    const message = (fault.message.split('\n')[0] ?? '').replace(/ at line .*$/, '');
    return { code: 'playbook-invalid' as const, message: `not YAML: ${message}`, line, column: col };
  });
  const { message = '', line = 1, column = 1 } = issues[0] ?? {};
  return new PlaybookFault(
    'playbook-invalid',
    message.replace('not YAML', `not YAML (${file}:${line})`),
    { where: `${file}:${line}:${column}`, cause: errors[0] },
    issues,
  );
}

/** The first issue is the message, the others are in `help`. */
export function refuse(issues: readonly Issue[], file: string, locate: Locate): EdictError {
  const placed = issues.map((issue) => ({ issue, ...locate(issue) }));
  const [first, ...others] = placed;
  const print = ({ issue: { text, help }, line }: (typeof placed)[number]): string => {
    const place = `(${file}:${line})`;
    return `${text.includes('@') ? text.replace('@', place) : `${text} ${place}`}${help ? `: ${help}` : ''}`;
  };
  if (!first) return new EdictError('playbook-invalid', `invalid playbook (${file})`, { where: file });
  const rest = others.slice(0, 9).map(print).join('\n');
  return new PlaybookFault(
    first.issue.code,
    print(first),
    { where: `${file}:${first.line}:${first.column}`, ...(rest ? { help: `also:\n${rest}` } : {}) },
    placed.map(({ issue, line, column }) => placedIssue(issue, { line, column })),
  );
}

export function placedIssue({ code, text, help }: Issue, place: { readonly line: number; readonly column: number }): PlacedIssue {
  return { code, message: text.replace(/ ?@/, ''), ...place, ...(help === undefined ? {} : { suggestion: help }) };
}

function parse(document: Document, file: string, locate: Locate): SourcePlaybook {
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
    onKey: true,
    help: near === undefined || near === key ? undefined : `did you mean \`${near}\`?`,
  };
}
