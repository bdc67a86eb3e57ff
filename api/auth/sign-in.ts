/**
 * Signing in with a password, and setting one by a one-time link. What is wrong, the name or the password, is told neither by words nor by a
 * clock; tries are counted by name over all processes, and failures by address.
 */
import type { FastifyRequest } from 'fastify';
import { EdictError } from '../../domain/errors.ts';
import type { SignInLink } from '../../store/access/port-access.ts';
import type { Store } from '../../store/port.ts';
import type { AddressLimit } from './address-limit.ts';
import { hashPassword, isPassword } from './password.ts';
import { requireStrong } from './password-strength.ts';

export type SignInDeps = { readonly store: Pick<Store, 'accounts' | 'people' | 'tries'>; readonly limit: AddressLimit };

/** Returns, or refuses. */
export async function requirePassword(
  deps: SignInDeps,
  who: { readonly person: string; readonly password: string },
  http: FastifyRequest,
): Promise<void> {
  const { store, limit } = deps;
  const { person, password } = who;
  limit.check(http.ip);
  const key = `person/${person.toLowerCase()}`;
  const wait = await store.tries.begin(key);
  if (wait !== undefined) {
    limit.failed(http.ip);
    throw new EdictError('rate-limited', 'too many tries for this name', { help: `wait ${Math.ceil(wait.waitMs / 1000)} seconds` });
  }
  if (await isPassword(password, await store.accounts.password(person))) return store.tries.forget(key);
  limit.failed(http.ip);
  // Not waited for: how long the answer takes would tell whether there is such a person.
  void recordRefusal(store, person, http).catch((error: unknown) => http.log.warn({ err: error }, 'a refusal was not recorded'));
  throw new EdictError('sign-in-refused', 'the name or the password is wrong', {
    help: 'an administrator makes a link to set another one: `edict people sign-in-link <person>`',
  });
}

async function recordRefusal({ people, tries }: SignInDeps['store'], person: string, http: FastifyRequest): Promise<void> {
  if ((await people.get(person)) !== undefined) await tries.refused({ person, address: http.ip, reason: 'password' });
}

/** Whose link it was. */
export async function redeemLink(
  deps: SignInDeps,
  given: { readonly link: string; readonly password: string },
  http: FastifyRequest,
): Promise<string> {
  const { accounts } = deps.store;
  const known = await knownLink(deps, given.link, http);
  requireStrong(given.password, [known.person, known.name]);
  const person = await accounts.redeem(given.link, await hashPassword(given.password));
  if (person === undefined) throw badLink();
  return person;
}

/** A good one is taken whatever came from its address: nobody guesses 256 bits. */
export async function knownLink({ store, limit }: SignInDeps, link: string, http: FastifyRequest): Promise<SignInLink> {
  const known = await store.accounts.link(link);
  if (known !== undefined) return known;
  limit.check(http.ip);
  limit.failed(http.ip);
  throw badLink();
}

function badLink(): EdictError {
  return new EdictError('sign-in-link-invalid', 'this link was used, has expired, or never was one', {
    help: 'ask for another one: `edict people sign-in-link <person>`',
  });
}

/** Behind the `#`: browsers keep it, and no server or proxy logs it. */
export function signInPath(secret: string): string {
  return `/sign-in#link=${secret}`;
}
