/** One clock for everything on the screen that counts: it ticks once a second, and only while something listens and the page is seen. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  if (document.hidden) return;
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // Nobody listened for a while.
    nowMs = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds now, to the step that is asked for: what shows minutes is drawn once a minute. */
export function useNow(stepMs = 1000): number {
  return useSyncExternalStore(listen, () => Math.floor(nowMs / stepMs) * stepMs);
}
