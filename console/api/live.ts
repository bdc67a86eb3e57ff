/**
 * The stream of hints (GET /v1/events): each names a topic and an id, and what was read of that topic is read again. The browser connects
 * again by itself and says what it saw last; after a gap everything that is shown is read again.
 */
import { useEffect } from 'react';
import type { Hint, Topic } from '../../api/contract/access/events.ts';
import type { RouteName } from '../../api/contract/routes.ts';
import { queryClient } from './queries.ts';
import { noteReach } from './reach.ts';
import { sessionKey } from './session.tsx';

type Listener = (hint: Hint) => void;
const listeners = new Set<Listener>();

/** Beginnings of the names of routes that a topic makes stale; not there: those that begin with the topic. */
const stale: Readonly<Partial<Record<Topic, readonly string[]>>> = {
  incident: ['incidents.', 'signals.'],
  signal: ['signals.', 'incidents.'],
  approval: ['approvals.', 'reviews.', 'incidents.get', 'runs.'],
  task: ['tasks.', 'incidents.get', 'runs.'],
  run: ['run', 'incidents.get', 'effects.'],
  effect: ['effects.', 'incidents.get', 'runs.'],
  policy: ['polic', 'points.'],
  point: ['points.', 'polic'],
  person: ['people.', 'tokens.', 'session'],
};

/** Bursts are taken together: a storm of signals is one refetch every so often, not one each. */
const gatherMs = 400;
let gathered = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

function gather(hint: Hint): void {
  for (const prefix of stale[hint.topic] ?? [hint.topic]) gathered.add(prefix);
  timer ??= setTimeout(() => {
    const prefixes = [...gathered];
    gathered = new Set();
    timer = undefined;
    void queryClient.invalidateQueries({
      predicate: ({ queryKey: [name] }) => typeof name === 'string' && prefixes.some((prefix) => (name as RouteName).startsWith(prefix)),
    });
  }, gatherMs);
}

/** Called with each hint while the component is shown; for a run that is followed step by step, or an announcement. */
export function useHints(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listener]);
}

const retryMs = 3000;

/** Once, in the shell. A browser connects again after a broken connection, but not after a refusal: that is done here. */
export function useLive(): void {
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let broken = false;
    const connect = () => {
      source = new EventSource('/v1/events');
      source.addEventListener('open', () => {
        noteReach(false);
        if (broken) everythingIsStale();
        broken = false;
      });
      source.addEventListener('message', ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as Hint));
      source.addEventListener('reset', everythingIsStale);
      source.addEventListener('error', () => {
        // Whether the server is gone or the session ended: the session's own query finds out, and says.
        if (!broken) void queryClient.invalidateQueries({ queryKey: sessionKey });
        broken = true;
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, retryMs);
      });
    };
    connect();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, []);
}

function everythingIsStale(): void {
  void queryClient.invalidateQueries();
}

function tell(hint: Hint): void {
  gather(hint);
  for (const listener of listeners) listener(hint);
}
