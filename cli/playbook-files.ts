/** Playbooks on this machine's disk: a file, or a folder with all of its `*.yaml`; their tests stand beside them as `*.test.yaml`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EdictError } from '../domain/errors.ts';
import { fileFault } from './fault.ts';
import { readFileText } from './input.ts';

const yaml = /\.ya?ml$/u;
const testYaml = /\.test\.ya?ml$/u;
export const defaultFolder = 'playbooks';

/** The playbooks that are meant, in order. Throws `input-invalid` when there is none. */
export function playbookFiles(given: readonly string[]): readonly string[] {
  const found = given.flatMap((path) => (isFolder(path) ? inFolder(path) : [path.replace(testYaml, '.yaml')]));
  return [...new Set(found)];
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw fileFault(cause, path) ?? cause;
  }
}

function inFolder(folder: string): readonly string[] {
  const names = readdirSync(folder)
    .filter((name) => yaml.test(name) && !testYaml.test(name))
    .toSorted();
  if (names.length === 0) throw new EdictError('input-invalid', `\`${folder}\` holds no playbook`, { expected: 'files that end in .yaml' });
  return names.map((name) => join(folder, name));
}

/** The text of the tests beside a playbook; undefined when there are none. */
export async function testsBeside(file: string): Promise<{ readonly file: string; readonly text: string } | undefined> {
  const tests = file.replace(yaml, '.test.yaml');
  return existsSync(tests) ? { file: tests, text: await readFileText(tests) } : undefined;
}
