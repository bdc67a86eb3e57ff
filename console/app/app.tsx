/** The whole: theme, queries, and who is signed in before anything is shown. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { isPassing } from '../api/fault.ts';
import { queryClient } from '../api/queries.ts';
import { SessionProvider, useSessionQuery } from '../api/session.tsx';
import { Failure } from '../look/told.tsx';
import { theme } from '../look/theme.ts';
import { AwayBar } from './away-bar.tsx';
import { Notices } from './notices.tsx';
import { buildRouter } from './router.tsx';
import { doorOf, leaveDoor } from './sign-in-door.ts';
import type { Door } from './sign-in-door.ts';
import { AlreadyIn, SignIn } from './sign-in.tsx';

export function App(): ReactElement {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses={false}
      deduplicateCssVariables={false}
    >
      <QueryClientProvider client={queryClient}>
        <Gate />
        <Notices />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Someone who was signed in keeps the screen, and what was typed on it, while the server is away. */
function Gate(): ReactElement {
  const { data: session, error, refetch } = useSessionQuery();
  if (session === undefined) {
    if (error !== null && !isPassing(error)) return <Failure error={error} onRetry={() => void refetch()} />;
    return <AwayBar />;
  }
  if (session === null) return <SignIn />;
  return (
    <SessionProvider session={session}>
      <Inside />
    </SessionProvider>
  );
}

function Inside(): ReactElement {
  const [door, setDoor] = useState(atDoor);
  const router = useMemo(() => buildRouter(), []);
  if (door === undefined) return <RouterProvider router={router} />;
  return <AlreadyIn door={door} onStay={() => setDoor(leaveDoor())} />;
}

/** Whoever is in and has nothing to do there is let through to the first screen. */
function atDoor(): Door | undefined {
  return doorOf(window.location) ?? leaveDoor();
}
