/** A run as a stream of server-sent events: each change of its view until it ends. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { withoutLargeValues } from '../large-values.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { sent } from '../handler.ts';
import { nowAndThen, stillIn } from '../auth/still-in.ts';
import type { StillIn } from '../auth/still-in.ts';
import { eventStream } from './access/events.ts';
import { knownRun } from './runs.ts';

const intervalMs = 500;
const heartbeatMs = 15_000;
const queryTimeoutMs = 2000;
/** So often it is asked whether whoever reads may still do so, and with the same roles. */
const askAgainMs = 2000;
/** Clients come back by themselves. */
const lifetimeMs = 10 * 60_000;
/** Each stream asks its workflow twice a second. */
const streamsMost = 100;

export function runEventsHandler(deps: HandlerDeps): HandlersOf<'runs.events'> {
  let streams = 0;
  return {
    'runs.events': async ({ params, http, reply, by, person, session }) => {
      await knownRun(deps.store, params.run);
      if (streams >= streamsMost) throw new EdictError('rate-limited', 'too many streams are open');
      streams += 1;
      const caller = { by, person, session };
      const still = stillIn({ store: deps.store, caller, authorization: http.headers.authorization, idleMs: deps.access.idleMs });
      const out = eventStream(reply);
      const last = http.headers['last-event-id'];
      try {
        await stream({ ...deps, run: params.run, still }, out, typeof last === 'string' ? last : '');
      } finally {
        streams -= 1;
        out.end();
      }
      return sent;
    },
  };
}

type Streamed = HandlerDeps & { readonly run: string; readonly still: StillIn };

async function stream(deps: Streamed, out: ServerResponse, lastId: string): Promise<void> {
  const gone = new AbortController();
  out.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, deps.closing, AbortSignal.timeout(lifetimeMs)]);
  const may = nowAndThen(deps.still, askAgainMs);
  const tell = teller(deps, out, { lastId, signal });
  while (!signal.aborted) {
    const still = await may();
    if (still === false) return;
    // Who cannot be asked about is told nothing meanwhile.
    if (still === true && (await tell()) === 'ended') return;
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function teller(
  deps: Streamed,
  out: ServerResponse,
  { lastId, signal }: { readonly lastId: string; readonly signal: AbortSignal },
): () => Promise<'ended' | 'under way'> {
  let id = lastId;
  let quietSinceMs = Date.now();
  return async () => {
    const view = await viewOf(deps, deps.run);
    const next = view === undefined ? id : digestOf(view).slice('sha256:'.length, 'sha256:'.length + 16);
    if (view !== undefined && next !== id) await write(out, `id: ${next}\nevent: view\ndata: ${JSON.stringify(view)}\n\n`, signal);
    else if (Date.now() - quietSinceMs > heartbeatMs) await write(out, ': still here\n\n', signal);
    if (next !== id || Date.now() - quietSinceMs > heartbeatMs) quietSinceMs = Date.now();
    id = next;
    if (view?.status !== 'ended') return 'under way';
    await write(out, `id: ${id}\nevent: end\ndata: ${JSON.stringify(view)}\n\n`, signal);
    return 'ended';
  };
}

/** Undefined while neither the workflow nor the store can say: the stream stays open over a restart. */
async function viewOf({ store, orchestrator }: HandlerDeps, run: string): Promise<RunView | undefined> {
  const row = await store.runs.get(run).catch(() => undefined);
  const view = row?.status === 'ended' ? row.view : await orchestrator.runView(run, queryTimeoutMs);
  return view && withoutLargeValues(view, store.values);
}

async function write(out: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (!out.write(text)) await once(out, 'drain', { signal }).catch(() => undefined);
}
