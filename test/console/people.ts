/** The people of the embedded form with their tokens, as the first start wrote them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Credentials = {
  readonly tokens: Readonly<Record<string, string>>;
  readonly webhooks: Readonly<Record<string, string>>;
};

export function readCredentials(dataDir: string): Credentials {
  return JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
}
