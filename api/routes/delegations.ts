/** Rights to vote that people pass on: each their own, and either side may end it. */
import { EdictError } from '../../domain/errors.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

export function delegationHandlers({ store }: HandlerDeps): HandlersOf<'delegations.list' | 'delegations.give' | 'delegations.revoke'> {
  return {
    'delegations.list': ({ query: { person, active, ...page } }) => store.delegations.list({ person, inForce: active === 'true' }, page),
    'delegations.give': ({ body, by }) => store.delegations.give({ ...body, from: by }),
    'delegations.revoke': async ({ params, by, person }) => {
      const found = await store.delegations.get(params.id);
      if (found === undefined) throw new EdictError('not-found', `there is no delegation \`${params.id}\``);
      if (found.from !== by && found.to !== by && !person.roles.includes('admin'))
        throw new EdictError('access-denied', `the delegation \`${found.id}\` is between others`, {
          expected: `${found.from}, ${found.to} or an administrator`,
        });
      await store.delegations.revoke(found.id, by);
      return undefined;
    },
  };
}
