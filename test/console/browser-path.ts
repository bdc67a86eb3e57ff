/** The browser that is there: EDICT_BROWSER, or Debian's Chromium, or Chrome, from the PATH. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function browserPath(): string | undefined {
  const given = process.env['EDICT_BROWSER'];
  if (given !== undefined && given !== '') return existsSync(given) ? given : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
