/** Whether the server answers, as the last calls and the event stream saw it. The bar at the top of the shell shows it. */
import { useSyncExternalStore } from 'react';

export type Reach = { readonly away: boolean; readonly sinceMs: number };

let reach: Reach = { away: false, sinceMs: 0 };
const listeners = new Set<() => void>();

export function noteReach(away: boolean): void {
  if (away === reach.away) return;
  reach = { away, sinceMs: Date.now() };
  for (const listener of listeners) listener();
}

export function isAway(): boolean {
  return reach.away;
}

export function onReach(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useReach(): Reach {
  return useSyncExternalStore(onReach, () => reach);
}
