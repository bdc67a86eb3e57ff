/** Writes the JSON Schemas of docs/ from the forms that are read, formatted as all files are. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { playbookJsonSchema, playbookTestsJsonSchema, semanticsCasesJsonSchema } from '../domain/playbook/published.schema.ts';

const root = join(import.meta.dirname, '..');
const schemas = {
  'playbook.schema.json': playbookJsonSchema(),
  'playbook-test.schema.json': playbookTestsJsonSchema(),
  'semantics-cases.schema.json': semanticsCasesJsonSchema(),
};
const files = Object.entries(schemas).map(([name, schema]) => {
  const file = join(root, 'docs', name);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  return file;
});
execFileSync(process.execPath, [join(root, 'node_modules', 'oxfmt', 'bin', 'oxfmt'), ...files], { cwd: root });
