/** Paths to screens. Each screen is its own bundle, loaded when it is first opened (or pointed at in the rail). */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { AnyRoute, AnyRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { asFault } from '../api/fault.ts';
import { Failure, Loading } from '../look/told.tsx';
import { NotHere } from './not-here.tsx';
import { loadPart } from './parts.ts';
import { Shell } from './shell.tsx';
import { screens } from './screens.ts';

export function buildRouter(): AnyRouter {
  const root = createRootRoute({ component: Shell, notFoundComponent: NotHere });
  const children = screens.map(
    ({ path, load }): AnyRoute =>
      createRoute({
        getParentRoute: () => root,
        path,
        component: lazyRouteComponent(() => loadPart(load), 'Screen'),
      }) as unknown as AnyRoute,
  );
  const router: AnyRouter = createRouter({
    routeTree: root.addChildren(children),
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
  });
  return router;
}

/** Who comes to a screen that this page no longer has gets the page of the server; the address is that of the screen already. */
function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }): ReactElement {
  const replaced = asFault(error).kind === 'replaced';
  useEffect(() => {
    if (replaced) window.location.reload();
  }, [replaced]);
  return replaced ? <Loading /> : <Failure error={error} onRetry={onRetry} />;
}
