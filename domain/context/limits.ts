/** How much text a parser takes in one piece. Beyond it the document is refused before anything is read. */
import { EdictError } from '../errors.ts';

export const maxDocumentChars = 16 * 1024 * 1024;

export function assertSize(text: string, what: string, max: number = maxDocumentChars): void {
  if (text.length <= max) return;
  throw new EdictError('input-too-large', `the ${what} has ${text.length} characters`, {
    expected: `at most ${max} characters`,
    help: 'split it into several documents',
  });
}
