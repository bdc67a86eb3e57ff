/**
 * Which passwords are taken: by length, and by how hard they are to guess (zxcvbn: common passwords, names, dates, keyboards), as NIST SP
 * 800-63B §5.1.1 asks; no rule on kinds of characters.
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { EdictError } from '../../domain/errors.ts';
import { passwordLength } from './password.ts';

/** Of 0 to 4: 10⁸ guesses or more. */
const scoreLeast = 3;
/** What comes after makes no password weaker, and the estimate slower. */
const looksAt = 72;
const ownWords = ['edict', 'console', 'security', 'soc'];

let estimator: ZxcvbnFactory | undefined;

export function requireStrong(password: string, about: readonly string[]): void {
  const { least, most } = passwordLength;
  if (password.length < least) throw weak(`it is shorter than ${least} characters`);
  if (password.length > most) throw weak(`it is longer than ${most} characters`);
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { score } = estimator.check(password.slice(0, looksAt), [...ownWords, ...about.flatMap(spellings)]);
  if (score < scoreLeast) throw weak('it is easy to guess');
}

function weak(reason: string): EdictError {
  return new EdictError('password-weak', `this password is not taken: ${reason}`, {
    where: '/password',
    expected: `${passwordLength.least} characters or more that nobody would guess`,
    help: 'four or five words that do not belong together do well',
  });
}

/** `anna.doe`: as it is, in one word, and its parts. */
function spellings(name: string): readonly string[] {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 2);
  return [name, parts.join(''), ...parts];
}
