/** The people of the embedded form: their tokens, as the first start wrote them, and the passwords that they sign in to a browser with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../../cli/client.ts';

export type Credentials = {
  readonly tokens: Readonly<Record<string, string>>;
  readonly webhooks: Readonly<Record<string, string>>;
};

export function readCredentials(dataDir: string): Credentials {
  return JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
}

export function passwordOf(person: string): string {
  return `a long walk for ${person.split('').toReversed().join('')} by night`;
}

/** Once, before any test: setting a password ends every session of the person. */
export async function givePasswords({ url, tokens }: { readonly url: string; readonly tokens: Credentials['tokens'] }): Promise<void> {
  const admin = createClient({ url, token: tokens['admin'] ?? '' });
  for (const person of Object.keys(tokens)) {
    const { path } = await admin.call('people.sign-in-link', { params: { id: person }, body: {} });
    const link = new URLSearchParams(new URL(path, url).hash.slice(1)).get('link') ?? '';
    const response = await fetch(`${url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ link, password: passwordOf(person) }),
    });
    if (response.status !== 201) throw new Error(`${person} got no password: ${await response.text()}`);
  }
}
