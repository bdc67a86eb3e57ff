/**
 * The stream of hints (GET /v1/events): each names a topic and an id, and what was read of that topic is read again. After a
 * gap everything that is shown is read again. All tabs of a browser share the stream (tabs.ts).
 */
import { useEffect } from 'react';
import type { Hint, Topic } from '../../api/contract/access/events.ts';
import type { RouteName } from '../../api/contract/routes.ts';
import { queryClient } from './queries.ts';
import { noteReach } from './reach.ts';
import { sessionKey } from './session.tsx';
import { followHints } from './tabs.ts';
import type { Told } from './tabs.ts';

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

/** Once, in the shell. */
export function useLive(): void {
  useEffect(() => followHints(take), []);
}

function take(told: Told): void {
  if (told.is === 'hint') return tell(told.hint);
  if (told.is === 'reached') return noteReach(false);
  if (told.is === 'stale') return everythingIsStale();
  // Whether the server is gone or the session ended: the session's own query finds out, and says.
  void queryClient.invalidateQueries({ queryKey: sessionKey });
}

function everythingIsStale(): void {
  void queryClient.invalidateQueries();
}

function tell(hint: Hint): void {
  gather(hint);
  for (const listener of listeners) listener(hint);
}
