/** Writes docs/playbook.schema.json from the form that the compiler reads, formatted as all files are. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { playbookJsonSchema } from '../domain/playbook/published.schema.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'playbook.schema.json');
writeFileSync(file, `${JSON.stringify(playbookJsonSchema(), null, 2)}\n`);
execFileSync(process.execPath, [join(root, 'node_modules', 'oxfmt', 'bin', 'oxfmt'), file], { cwd: root });
