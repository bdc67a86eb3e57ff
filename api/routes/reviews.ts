/** Reviews of glass that was broken. */
import { EdictError } from '../../domain/errors.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

export function reviewHandlers({ store }: HandlerDeps): HandlersOf<'reviews.list' | 'reviews.get' | 'reviews.close'> {
  return {
    'reviews.list': ({ query: { status, overdue, ...page } }) => store.reviews.list({ status, overdue: overdue === 'true' }, page),
    'reviews.get': async ({ params }) => {
      const review = await store.reviews.get(params.id);
      if (review === undefined) throw new EdictError('not-found', `there is no review \`${params.id}\``);
      return review;
    },
    'reviews.close': ({ params, body, by }) => store.reviews.close({ id: params.id, ...body, by }),
  };
}
