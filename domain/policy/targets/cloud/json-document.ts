/**
 * JSON with its places: what `JSON.parse` makes of a text, and the line of each object and list in it. A key that stands twice in one
 * object is refused, since readers disagree on which of them counts.
 */
import { EdictError } from '../../../errors.ts';

export type JsonDocument = {
  readonly file: string;
  readonly value: unknown;
  /** The line of an object or list by its JSON pointer; the nearest one around it where the pointer leads to a word or number. */
  readonly lineOf: (pointer: string) => number;
};

export function parseJsonDocument(text: string, file: string): JsonDocument {
  const value = parse(text, file);
  const lines = scan(text, file);
  return {
    file,
    value,
    lineOf: (pointer) => {
      let at = pointer;
      while (at !== '' && !lines.has(at)) at = at.slice(0, at.lastIndexOf('/'));
      return lines.get(at) ?? 1;
    },
  };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'not JSON', { where: file, cause });
  }
}

type Frame = { readonly pointer: string; readonly keys: Set<string> | undefined; index: number; key: string; expectsKey: boolean };

/** Over a text that is JSON: only brackets, strings and commas matter. */
function scan(text: string, file: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const frames: Frame[] = [];
  let line = 1;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '\n') line += 1;
    else if (letter === '{' || letter === '[') open(frames, lines, { isObject: letter === '{', line });
    else if (letter === '}' || letter === ']') frames.pop();
    else if (letter === ',') nextPart(frames.at(-1));
    else if (letter === '"') {
      const end = endOfString(text, at);
      const top = frames.at(-1);
      if (top?.expectsKey === true) takeKey(top, text.slice(at, end), `${file}:${line}`);
      at = end - 1;
    }
  }
  return lines;
}

function open(
  frames: Frame[],
  lines: Map<string, number>,
  { isObject, line }: { readonly isObject: boolean; readonly line: number },
): void {
  const top = frames.at(-1);
  const pointer = top === undefined ? '' : `${top.pointer}/${top.keys === undefined ? top.index : top.key}`;
  lines.set(pointer, line);
  frames.push({ pointer, keys: isObject ? new Set() : undefined, index: 0, key: '', expectsKey: isObject });
}

function nextPart(top: Frame | undefined): void {
  if (top === undefined) return;
  top.index += 1;
  top.expectsKey = top.keys !== undefined;
}

function takeKey(frame: Frame, quoted: string, where: string): void {
  const key = String(JSON.parse(quoted));
  if (frame.keys?.has(key) === true)
    throw new EdictError('artifact-unreadable', `the key \`${key}\` stands twice in one object`, { where });
  frame.keys?.add(key);
  frame.key = key.replaceAll('~', '~0').replaceAll('/', '~1');
  frame.expectsKey = false;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
