/** Asks a person before what cannot be taken back. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { EdictError } from '../domain/errors.ts';

/** Where nobody can be asked it is refused: `unless` says how to do without. */
export async function agrees(question: string, unless: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new EdictError('input-invalid', 'nobody is there to agree', { help: unless });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D are a no: the first rejects, the second closes without an answer.
  const closed = once(prompt, 'close').then(() => '');
  const given = await Promise.race([prompt.question(`${question} [y/N] `).catch(() => ''), closed]);
  prompt.close();
  return /^y/iu.test(given.trim());
}
