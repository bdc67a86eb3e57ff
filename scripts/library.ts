/** Writes docs/library.md from the playbooks. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { libraryPage } from './library-page.ts';

const folder = new URL('../playbooks/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
  .toSorted()
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

writeFileSync(new URL('../docs/library.md', import.meta.url), libraryPage(files));
