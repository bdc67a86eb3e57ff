/** How everything stands, and the views that people keep. */
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

export function overviewHandlers({ store }: HandlerDeps): HandlersOf<'overview.get' | 'views.list' | 'views.put' | 'views.remove'> {
  return {
    'overview.get': () => store.overview.posture(),
    'views.list': async ({ by }) => ({ items: await store.views.list(by) }),
    'views.put': ({ body, by }) => store.views.put(by, body),
    'views.remove': async ({ params, by }) => {
      await store.views.remove(by, params.id);
    },
  };
}
