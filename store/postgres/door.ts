/**
 * The door of the store: every argument of every method is looked at before it reaches PostgreSQL. Text that PostgreSQL cannot
 * hold (NUL, lone surrogates) and values that JSON cannot carry are `input-invalid` with the place, never a server error.
 */
import { EdictError } from '../../domain/errors.ts';
import { translateError } from './failures.ts';

const maxDepth = 200;

// With the `u` flag a surrogate pair is one code point, so that only lone halves match.
// oxlint-disable-next-line no-control-regex
const unstorable = /[\u0000\p{Surrogate}]/u;

type Methods = { readonly [name: string]: (...args: never[]) => unknown };

/** The same repository, with its arguments checked and its failures in the words of the error table. */
export function guard<T extends Methods>(name: string, repository: T): T {
  const guarded = Object.entries(repository).map(([method, call]) => [method, guardMethod(`store.${name}.${method}`, call)]);
  return Object.fromEntries(guarded) as T;
}

function guardMethod(where: string, call: (...args: never[]) => unknown): (...args: never[]) => unknown {
  return (...args) => {
    try {
      args.forEach((arg, position) => checkStorable(arg, `${where}/${position}`, 0));
    } catch (error) {
      return Promise.reject(error);
    }
    const answer = call(...args);
    return isPromise(answer) ? answer.catch((error: unknown) => Promise.reject(translateError(error, where))) : answer;
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'catch' in value;
}

function checkStorable(value: unknown, where: string, depth: number): void {
  if (depth > maxDepth) throw refused('a value nested this deep is not stored', where, `at most ${maxDepth} levels`);
  if (typeof value === 'string') return checkText(value, where);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw refused('a number that is not finite is not stored', where, 'a finite number');
  if (typeof value === 'bigint' || typeof value === 'symbol') throw refused(`a ${typeof value} is not stored`, where, 'a JSON value');
  if (Array.isArray(value)) return value.forEach((entry, index) => checkStorable(entry, `${where}/${index}`, depth + 1));
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) checkEntries(value, where, depth);
}

function checkEntries(value: object, where: string, depth: number): void {
  for (const [key, entry] of Object.entries(value)) {
    checkText(key, where);
    checkStorable(entry, `${where}/${key}`, depth + 1);
  }
}

function checkText(text: string, where: string): void {
  if (unstorable.test(text))
    throw refused('the text holds a character that cannot be stored', where, 'text without NUL and without lone surrogates');
}

function refused(message: string, where: string, expected: string): EdictError {
  return new EdictError('input-invalid', message, { where: where.slice(0, 200), expected });
}
