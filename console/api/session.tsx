/** Who is signed in, and what they may do. Until that is known nothing of the console is shown. */
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { createContext, use, useCallback } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Session } from '../../api/contract/access/session.ts';
import type { RouteName } from '../../api/contract/routes.ts';
import { call, setCsrf, specOf } from './client.ts';
import { asFault, isPassing } from './fault.ts';
import type { Fault } from './fault.ts';

export const sessionKey = ['session'] as const;

/** Null: nobody is signed in. Who was signed in before stays so while the server is away. */
export function useSessionQuery(): UseQueryResult<Session | null, Fault> {
  return useQuery<Session | null, Fault>({
    queryKey: sessionKey,
    queryFn: readSession,
    staleTime: 60_000,
    refetchInterval: ({ state: { error } }) => (isPassing(error) && error !== null ? 3000 : 60_000),
    retry: false,
  });
}

async function readSession(): Promise<Session | null> {
  try {
    return remember(await call('session.get', {}));
  } catch (error) {
    if (asFault(error).kind === 'signed-out') return null;
    throw error;
  }
}

/** Every answer that is a session brings its own token for changing requests. */
export function remember(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}

const SessionContext = createContext<Session | undefined>(undefined);

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }): ReactElement {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('a screen was shown with nobody signed in');
  return session;
}

/** `const may = useMay(); may('approvals.vote')`: whether this person may call the route. What may not be done is not offered. */
export function useMay(): (route: RouteName) => boolean {
  const { permissions } = useSession();
  return useCallback((route: RouteName) => (permissions as readonly string[]).includes(specOf(route).access), [permissions]);
}
