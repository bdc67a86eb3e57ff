/** What an administrator does for how others sign in: links to set a password, and the end of sessions. */
import { EdictError } from '../../../domain/errors.ts';
import { signInPath } from '../../auth/sign-in.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

export function signInPeopleHandlers({ store, access }: HandlerDeps): HandlersOf<'people.sign-out' | 'people.sign-in-link'> {
  return {
    'people.sign-out': async ({ params, by }) => {
      if ((await store.people.get(params.id)) === undefined) throw new EdictError('not-found', `there is no person \`${params.id}\``);
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
