/** Writes the JSON Schema of policy files to docs/, formatted as all files are. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyFileJsonSchema } from '../domain/policy/life/published.schema.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'policy.schema.json');
writeFileSync(file, `${JSON.stringify(policyFileJsonSchema(), null, 2)}\n`);
execFileSync(process.execPath, [join(root, 'node_modules', 'oxfmt', 'bin', 'oxfmt'), file], { cwd: root });
