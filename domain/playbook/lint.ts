/**
 * What the compiler says of a playbook, as a list with places: one entry a fault, in the order of the file. The compiler throws its
 * faults as one error for people; editors and scripts want each by itself.
 */
import { EdictError } from '../errors.ts';
import { compilePlaybook } from './compile.ts';

export type Finding = {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
};

export function lintPlaybook(text: string, file: string): readonly Finding[] {
  try {
    const { warnings } = compilePlaybook(text, file);
    return warnings.map((message) => ({ severity: 'warning', file, ...stepPlace(text, message), message }));
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return faultsOf(error, text, file).toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}

/** The first fault is the message with its place in `where`, the others stand in `help`. */
function faultsOf(error: EdictError, text: string, file: string): readonly Finding[] {
  const [, line, column] = /:(\d+):(\d+)$/u.exec(error.where ?? '') ?? [];
  const first = finding(error.message, file, { line: Number(line ?? 1), column: Number(column ?? 1) });
  const others = error.help?.startsWith(also) === true ? error.help.slice(also.length).split('\n') : undefined;
  const suggestion = first.suggestion ?? (others ? undefined : (error.help ?? error.expected));
  return [
    { ...first, ...(suggestion === undefined ? {} : { suggestion }) },
    ...(others ?? []).map((message) => finding(message, file, placeOf(text, message, file))),
  ];
}

const also = 'also:\n';

type Place = { readonly line: number; readonly column: number };

/** `what (file:line) is wrong: suggestion` → its parts; the place is not said twice. */
function finding(message: string, file: string, place: Place): Finding {
  const mark = new RegExp(` ?\\(${escaped(file)}(?::\\d+)?\\)`, 'u').exec(message);
  if (mark === null) return { severity: 'error', file, ...place, message };
  const before = message.slice(0, mark.index);
  const after = message.slice(mark.index + mark[0].length);
  const colon = after.indexOf(': ');
  // A fault of the form or of an expression is told as `this`: fault, which has no suggestion.
  if (colon < 0 || before.replaceAll(/`[^`]*`/gu, '') === '' || before === 'not YAML')
    return { severity: 'error', file, ...place, message: `${before}${after}` };
  return { severity: 'error', file, ...place, message: `${before}${after.slice(0, colon)}`, suggestion: after.slice(colon + 2) };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** The line that the message names, at the first word in backticks that stands in it. */
function placeOf(text: string, message: string, file: string): Place {
  const line = Number(new RegExp(`\\(${escaped(file)}:(\\d+)\\)`, 'u').exec(message)?.[1] ?? 1);
  const source = text.split('\n')[line - 1] ?? '';
  const words = [...message.matchAll(/`([^`]+)`/gu)].map(([, word]) => source.indexOf(word ?? '')).filter((at) => at >= 0);
  return { line, column: (words[0] ?? Math.max(0, source.search(/\S/u))) + 1 };
}

/** Where the step that a warning names begins. */
function stepPlace(text: string, message: string): Place {
  const id = /step `([a-z0-9-]+)`/u.exec(message)?.[1];
  const lines = text.split('\n');
  const at = id === undefined ? -1 : lines.findIndex((line) => new RegExp(`\\bid:\\s*['"]?${id}(?![a-z0-9-])`, 'u').test(line));
  return at < 0 ? { line: 1, column: 1 } : { line: at + 1, column: (lines[at] ?? '').indexOf('id:') + 1 };
}
