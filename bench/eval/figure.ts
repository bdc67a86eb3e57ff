/** One figure of quality: how many of how many were right, and files of the data that one brings. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type QualityFigure = {
  readonly name: string;
  readonly right: number;
  readonly of: number;
  readonly share: number;
  readonly wrong: readonly string[];
};

/** At most twenty of what was wrong are shown. */
export function qualityFigure(name: string, right: number, of: number, wrong: readonly string[]): QualityFigure {
  return { name, right, of, share: of === 0 ? 1 : right / of, wrong: wrong.slice(0, 20) };
}

export function filesUnder(directory: string | undefined, ending: string): readonly string[] {
  if (directory === undefined) return [];
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
  return names.toSorted().map((name) => join(directory, name));
}

export type JsonObject = { readonly [key: string]: unknown };

/** The objects of JSON, one a line, of the files that end with `.jsonl`; lines that are none are left out. */
export function objectsUnder(directory: string): readonly JsonObject[] {
  return filesUnder(directory, '.jsonl').flatMap(objectsOf);
}

/** The same, of each folder by itself: what cites each other stands together. */
export function objectsByFolder(directory: string): ReadonlyMap<string, readonly JsonObject[]> {
  const folders = new Map<string, readonly JsonObject[]>();
  for (const file of filesUnder(directory, '.jsonl')) {
    const folder = dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), ...objectsOf(file)]);
  }
  return folders;
}

function objectsOf(file: string): readonly JsonObject[] {
  return readFileSync(file, 'utf8').split('\n').flatMap(objectsIn);
}

function objectsIn(line: string): readonly JsonObject[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value as JsonObject] : [];
  } catch {
    return [];
  }
}
