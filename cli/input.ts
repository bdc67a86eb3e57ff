/** Text that a user gives: as it stands, `-` for standard input, `@file` for a file. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseDocument } from 'yaml';
import { logLimitBytes } from '../api/contract/values.ts';
import { EdictError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { fileFault } from './fault.ts';

export async function readText(given: string): Promise<string> {
  if (given === '-') return await readFileText(given);
  return given.startsWith('@') ? await readFileText(given.slice(1)) : given;
}

/** A text file as it stands, or standard input for `-`. UTF-8, and no larger than any door takes. */
export async function readFileText(path: string): Promise<string> {
  if (path === '-') return await readAll(process.stdin, 'standard input');
  try {
    return await readAll(createReadStream(path), path);
  } catch (cause) {
    if (cause instanceof EdictError) throw cause;
    throw (
      fileFault(cause, path) ??
      new EdictError('input-invalid', `\`${path}\` cannot be read`, { expected: 'a file that exists and may be read', cause })
    );
  }
}

async function readAll(stream: Readable, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > logLimitBytes)
      throw new EdictError('input-too-large', `\`${name}\` is too large`, { expected: `at most ${logLimitBytes / 1024 / 1024} MiB` });
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), name);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${name}\` is not text`, { expected: 'UTF-8', cause });
  }
}

/** YAML or JSON that a user gives for an option. */
export function readYaml(text: string, option: string): unknown {
  const document = parseDocument(text);
  const [fault] = document.errors;
  try {
    if (!fault) return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${option}\` has YAML aliases, which are not allowed`, { cause });
  }
  throw new EdictError('input-invalid', `\`${option}\` is neither YAML nor JSON: ${fault.message.split('\n')[0]}`, { cause: fault });
}

/** `name=value` pairs; a value that is JSON is taken as such, all else as text. */
export function readPairs(pairs: readonly string[]): { readonly [name: string]: Json } {
  const read = pairs.map((pair): readonly [string, Json] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new EdictError('input-invalid', `\`${pair}\` is not an input`, { expected: '<name>=<value>' });
    return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
  });
  const twice = read.find(([name], at) => read.findIndex(([other]) => other === name) !== at);
  if (twice !== undefined) throw new EdictError('input-invalid', `\`${twice[0]}\` is given twice`, { expected: 'each name once' });
  return Object.fromEntries(read);
}

/** Deeper than anything that a playbook takes, and shallow enough to be written out again. */
const maxDepth = 64;

/** What JSON cannot say again (1e999 is infinite) stays text. */
function valueOf(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return isModest(value, maxDepth) ? value : text;
  } catch {
    return text;
  }
}

function isModest(value: Json, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner: Json) => isModest(inner, depth - 1));
}
