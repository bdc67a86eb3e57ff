/** Ends the session on the server, and forgets all that was read in it; where an identity provider keeps one too, it is told. */
import { call, setCsrf } from '../api/client.ts';
import { asFault } from '../api/fault.ts';
import { queryClient } from '../api/queries.ts';
import { sessionKey } from '../api/session.tsx';
import { notify } from './notices.tsx';

export async function signOut(): Promise<void> {
  try {
    const { provider } = await call('session.end', {});
    setCsrf(undefined);
    queryClient.setQueryData(sessionKey, null);
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    if (provider !== undefined) window.location.assign(provider);
  } catch (error) {
    notify(`Still signed in: ${asFault(error).message}`, { tone: 'bad' });
  }
}
