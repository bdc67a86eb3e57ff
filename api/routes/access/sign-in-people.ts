/** What an administrator does for how others sign in: links to set a password, and the end of sessions. */
import { EdictError } from '../../../domain/errors.ts';
import { signInPath } from '../../auth/sign-in.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { requirePerson } from './people.ts';
import { sessionsOf } from './session.ts';

export function signInPeopleHandlers({
  store,
  access,
}: HandlerDeps): HandlersOf<'people.sessions' | 'people.sign-out' | 'people.sign-in-link'> {
  return {
    'people.sessions': async ({ params, session }) => {
      await requirePerson(store, params.id);
      return sessionsOf(await store.sessions.of(params.id, access.idleMs), session);
    },
    'people.sign-out': async ({ params, by }) => {
      await requirePerson(store, params.id);
      return store.sessions.endAll(params.id, by);
    },
    'people.sign-in-link': async ({ params, by }) => {
      if (!access.localAccounts)
        throw new EdictError('conflict', 'nobody signs in with a password here', { help: 'people sign in at the OpenID provider' });
      const { secret, expiresAt } = await store.accounts.makeLink({ person: params.id, lifeMs: access.linkMs, by });
      return { secret, path: signInPath(secret), expiresAt };
    },
  };
}
