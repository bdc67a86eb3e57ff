/** Text that a user gives: as it stands, `-` for standard input, `@file` for a file. */
import { readFile } from 'node:fs/promises';
import { EdictError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

export async function readText(given: string): Promise<string> {
  if (given === '-') return await readStandardInput();
  return given.startsWith('@') ? await readFileText(given.slice(1)) : given;
}

export async function readFileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${path}\` cannot be read`, { expected: 'a file that exists and may be read', cause });
  }
}

/** `name=value` pairs; a value that is JSON is taken as such, all else as text. */
export function readPairs(pairs: readonly string[]): { readonly [name: string]: Json } {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new EdictError('input-invalid', `\`${pair}\` is not an input`, { expected: '<name>=<value>' });
      return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
    }),
  );
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text;
}
