/** One-time links to the web console, as addresses that a browser opens. */
import type { Client } from './client.ts';
import { addressOf, openSession } from './session.ts';
import type { GlobalOptions } from './session.ts';

export type SignInLink = { readonly url: string; readonly expiresAt: string };

export async function linkOf(options: GlobalOptions, client: Client, person: string): Promise<SignInLink> {
  const { path, expiresAt } = await client.call('people.sign-in-link', { params: { id: person }, body: {} });
  return { url: `${addressOf(options).replace(/\/+$/u, '')}${path}`, expiresAt };
}

/** By the administrator of the embedded form, where no other token is named. */
export function firstLink(options: GlobalOptions, person: string): Promise<SignInLink> {
  const asked = options.as === undefined && (process.env['EDICT_TOKEN'] ?? '') === '' ? { ...options, as: 'admin' } : options;
  return linkOf(asked, openSession(asked), person);
}

/** Undefined once anybody has set a password, or where that cannot be known now. */
export async function linkAtFirstStart(options: GlobalOptions): Promise<SignInLink | undefined> {
  const asked = { ...options, as: 'admin' };
  try {
    const client = openSession(asked);
    const { firstStart } = await client.call('sign-in.options', {});
    return firstStart ? await linkOf(asked, client, 'admin') : undefined;
  } catch {
    return undefined;
  }
}
