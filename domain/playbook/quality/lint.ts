/**
 * What the compiler says of a playbook, as a list with places: one entry a fault, in the order of the file. The compiler throws its
 * faults as one error for people; editors and scripts want each by itself.
 */
import { EdictError } from '../../errors.ts';
import { compilePlaybook, type CompileOptions } from '../compile.ts';
import { PlaybookFault, type PlacedIssue } from '../compile/source.ts';

export type Finding = {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
};

export function lintPlaybook(text: string, file: string, options: CompileOptions = {}): readonly Finding[] {
  const finding = (severity: Finding['severity'], { line, column, message, suggestion }: Omit<PlacedIssue, 'code'>): Finding => ({
    severity,
    file,
    line,
    column,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  return found(text, file, options)
    .map(({ severity, issue }) => finding(severity, issue))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

type Found = { readonly severity: Finding['severity']; readonly issue: Omit<PlacedIssue, 'code'> };

function found(text: string, file: string, options: CompileOptions): readonly Found[] {
  try {
    return compilePlaybook(text, file, options).remarks.map((issue) => ({ severity: 'warning', issue }));
  } catch (error) {
    if (error instanceof PlaybookFault) return error.issues.map((issue) => ({ severity: 'error', issue }));
    if (error instanceof EdictError) return [{ severity: 'error', issue: whole(error, file) }];
    throw error;
  }
}

/** Of the text as a whole: too long, too deep. */
function whole({ message, expected }: EdictError, file: string): Found['issue'] {
  return { line: 1, column: 1, message: message.replace(` (${file})`, ''), suggestion: expected };
}
