/**
 * One stream of hints for all tabs of a browser: HTTP/1.1 gives a browser six connections to a server, for all its tabs together. The tab
 * that holds the lock (Web Locks) has the stream and tells the others; when it goes, one of them takes over, and everybody reads anew.
 * Where a page is not served securely there are no locks: each tab has its own then.
 */
import type { Hint } from '../../api/contract/access/events.ts';

/** `stale`: something may have been missed. `broken`: the stream broke off. */
export type Told = { readonly is: 'hint'; readonly hint: Hint } | { readonly is: 'reached' | 'stale' | 'broken' };

type Tell = (told: Told) => void;

const name = 'edict-hints';
const retryMs = 3000;

/** Ends by the function it returns. */
export function followHints(take: Tell): () => void {
  const over = new AbortController();
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) hold(take, { late: false, signal: over.signal });
  else share(locks, take, over.signal);
  return () => over.abort();
}

function share(locks: LockManager, take: Tell, signal: AbortSignal): void {
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', ({ data }: MessageEvent<Told>) => take(data));
  const tell: Tell = (told) => {
    take(told);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
    if (!signal.aborted) channel.postMessage(told);
  };
  const held = (late: boolean): Promise<void> => {
    hold(tell, { late, signal });
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
  };
  signal.addEventListener('abort', () => channel.close());
  const lead = async (): Promise<void> => {
    const wasFree = await locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null && !signal.aborted) await held(false);
      return lock !== null;
    });
    if (!wasFree && !signal.aborted) await locks.request(name, { signal }, () => held(true));
  };
  // Given up while it waited.
  lead().catch(() => undefined);
}

/** A browser connects again after a broken connection, but not after a refusal: that is done here. `late`: others were told before. */
function hold(tell: Tell, { late, signal }: { readonly late: boolean; readonly signal: AbortSignal }): void {
  if (signal.aborted) return;
  let missed = late;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    source = new EventSource('/v1/events');
    source.addEventListener('open', () => {
      tell({ is: 'reached' });
      if (missed) tell({ is: 'stale' });
      missed = false;
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => tell({ is: 'hint', hint: JSON.parse(data) as Hint }));
    source.addEventListener('reset', () => tell({ is: 'stale' }));
    source.addEventListener('error', () => {
      // Each time: it may have been back in between.
      tell({ is: 'broken' });
      missed = true;
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, retryMs);
    });
  };
  connect();
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    source?.close();
  });
}
