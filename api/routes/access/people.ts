/** People, their roles and their tokens. */
import { EdictError } from '../../../domain/errors.ts';
import type { Person, Store } from '../../../store/port.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

export function peopleHandlers({
  store,
  forgetTokens,
}: HandlerDeps): HandlersOf<'me' | 'people.list' | 'people.put' | 'tokens.create' | 'tokens.list' | 'tokens.revoke'> {
  return {
    me: async ({ person }) => person,
    'people.list': async () => ({ items: await store.people.list() }),
    'people.put': async ({ body, by }) => {
      const person = { ...body, disabled: body.disabled ?? false };
      await keepAnAdministrator(store, person);
      await store.people.put(person, by);
      forgetTokens();
      return person;
    },
    'tokens.create': async ({ params, body, by }) => {
      await requirePerson(store, params.id);
      return store.people.issueToken({ person: params.id, label: body.label, by });
    },
    'tokens.list': async ({ params }) => {
      await requirePerson(store, params.id);
      return { items: await store.people.tokens(params.id) };
    },
    'tokens.revoke': async ({ params, by }) => {
      await store.people.revokeToken(params.token, by, params.id);
      forgetTokens();
      return undefined;
    },
  };
}

export async function requirePerson(store: Store, id: string): Promise<void> {
  if ((await store.people.get(id)) === undefined) throw new EdictError('not-found', `there is no person \`${id}\``);
}

/** Nobody could let anyone in any more. */
async function keepAnAdministrator(store: Store, changed: Person): Promise<void> {
  if (isAdministrator(changed)) return;
  const others = (await store.people.list()).filter(({ id }) => id !== changed.id);
  if (!others.some(isAdministrator))
    throw new EdictError('conflict', `\`${changed.id}\` is the last administrator`, { help: 'make another one first' });
}

function isAdministrator({ roles, disabled }: Person): boolean {
  return !disabled && roles.includes('admin');
}
