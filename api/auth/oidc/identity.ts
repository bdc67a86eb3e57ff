/**
 * Whom the claims of a provider mean here. An identity (issuer and subject) is bound to a person the first time and never to another; the roles
 * are those that the groups of the claims stand for, at each sign-in, where that is set.
 */
import { EdictError } from '../../../domain/errors.ts';
import type { Person, Role, Store } from '../../../store/port.ts';
import { codeOf } from '../../failure.ts';
import type { Claims } from './journey.ts';
import type { OidcSettings } from './oidc-settings.ts';

const by = 'system:sign-in';

type Deps = { readonly store: Pick<Store, 'people' | 'identities'>; readonly settings: OidcSettings };

export async function personOfClaims({ store, settings }: Deps, claims: Claims): Promise<Person> {
  const { iss, sub } = claims;
  const bound = await store.identities.find(iss, sub);
  const id = bound ?? idOf(settings, claims);
  const roles = rolesOf(settings, claims);
  const known =
    (await store.people.get(id)) ??
    (await created({ store, settings }, { id, name: nameOf(claims, id), roles: roles ?? [], disabled: false }));
  if (known.disabled) throw refused(`\`${id}\` is disabled here`);
  if (bound === undefined) await bind(store, { iss, sub }, id);
  const person = roles === undefined ? known : { ...known, roles };
  if (!sameRoles(person.roles, known.roles)) await store.people.put(person, by);
  if (person.roles.length === 0) throw refused(`none of the groups of \`${id}\` stands for a role here`);
  return person;
}

async function created({ store, settings }: Deps, person: Person): Promise<Person> {
  if (!settings.createPeople) throw refused(`\`${person.id}\` is unknown here`);
  if (person.roles.length === 0) throw refused(`none of the groups of \`${person.id}\` stands for a role here`);
  await store.people.put(person, by);
  return person;
}

async function bind({ identities }: Deps['store'], { iss, sub }: Pick<Claims, 'iss' | 'sub'>, id: string): Promise<void> {
  await identities.bind(iss, sub, id).catch((error: unknown) => {
    throw codeOf(error) === 'conflict' ? refused(`\`${id}\` is another identity of this provider`) : error;
  });
}

/** As the contract has ids of people. */
const usable = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/u;

function idOf({ personClaim }: OidcSettings, claims: Claims): string {
  const claim = claims[personClaim];
  if (typeof claim !== 'string' || claim === '') throw refused(`the provider names no \`${personClaim}\``);
  // Whoever may write any address into their own profile there would be anybody here.
  if (personClaim === 'email' && claims['email_verified'] !== true) throw refused('the provider has not verified the e-mail address');
  const id = personClaim === 'email' ? claim.toLowerCase() : claim;
  if (!usable.test(id)) throw refused(`what the provider names as \`${personClaim}\` cannot be the id of a person`);
  return id;
}

function rolesOf({ roles, rolesClaim }: OidcSettings, claims: Claims): readonly Role[] | undefined {
  if (roles === undefined) return undefined;
  const claim = claims[rolesClaim];
  const groups: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const held = groups.flatMap((group) => (typeof group === 'string' && Object.hasOwn(roles, group) ? [roles[group]] : []));
  return [...new Set(held)].filter((role) => role !== undefined).toSorted((a, b) => a.localeCompare(b));
}

function sameRoles(one: readonly Role[], other: readonly Role[]): boolean {
  return one.length === other.length && one.every((role) => other.includes(role));
}

function nameOf(claims: Claims, id: string): string {
  const name = claims['name'];
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : id;
}

function refused(message: string): EdictError {
  return new EdictError('identity-refused', message, { help: 'ask an administrator' });
}
