/** Entities as people keep them in files: a list, as JSON or YAML, in the form of Cedar's JSON of entities. */
import { tryJson } from '../domain/context/json-lines.ts';
import { entitySchema } from '../domain/policy/access/access.schema.ts';
import { EdictError } from '../domain/errors.ts';
import { readYaml } from './input.ts';

export function readEntities(text: string, name: string) {
  const read = entitySchema.array().safeParse(tryJson(text) ?? readYaml(text, name));
  if (read.success) return read.data;
  const [fault] = read.error.issues;
  throw new EdictError('inventory-invalid', `\`${name}\` is no list of entities: ${fault?.message ?? ''}`, {
    where: `/${fault?.path.join('/') ?? ''}`,
    expected: '`[{ "uid": { "type": "user", "id": "ann" }, "attrs": {…}, "parents": […] }]`',
  });
}
