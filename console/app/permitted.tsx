/**
 * The screen, where this person may use it now. Rights can go while somebody looks: then the screen goes with them, and what was read of it is
 * forgotten.
 */
import { Outlet, useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { knowsRoute } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { useMay, useSession } from '../api/session.tsx';
import { Page } from '../look/page.tsx';
import { Empty } from '../look/told.tsx';
import { screens } from './screens.ts';

export function PermittedScreen(): ReactElement {
  const may = useMay();
  const { person } = useSession();
  const path: string | undefined = useMatches({ select: (matches) => matches.at(-1)?.fullPath as string | undefined });
  useEffect(() => {
    queryClient.removeQueries({ predicate: ({ queryKey: [name] }) => knowsRoute(name) && !may(name) });
  }, [may]);
  const screen = screens.find((one) => one.path === path);
  if (screen === undefined || may(screen.route)) return <Outlet />;
  return <NotPermitted title={screen.title} roles={person.roles} />;
}

type NotPermittedProps = { readonly title: string; readonly roles: readonly string[] };

function NotPermitted({ title, roles }: NotPermittedProps): ReactElement {
  return (
    <Page title={title}>
      <Empty title="This is not yours to see">
        {`As ${roles.length === 0 ? 'somebody without a role' : roles.join(' and ')} you may not open it. An administrator gives roles, under Settings, People, or your identity provider does.`}
      </Empty>
    </Page>
  );
}
