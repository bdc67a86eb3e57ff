/** Paths to screens. Each screen is its own bundle, loaded when it is first opened (or pointed at in the rail). */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { AnyRoute, AnyRouter } from '@tanstack/react-router';
import { Failure, Loading } from '../look/told.tsx';
import { NotHere } from './not-here.tsx';
import { Shell } from './shell.tsx';
import { screens } from './screens.ts';

export function buildRouter(): AnyRouter {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotHere });
  const children = screens.map(
    ({ path, load }): AnyRoute =>
      createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, 'Screen') }) as unknown as AnyRoute,
  );
  const router: AnyRouter = createRouter({
    routeTree: root.addChildren(children),
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
  });
  return router;
}
