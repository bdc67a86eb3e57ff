/**
 * Health, which anyone may ask and which says nothing but yes and no; and the contract as a document. Status 503 only while the server starts:
 * restarting it does not bring a dependency back.
 */
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import type { Health } from '../contract/engine.ts';
import { openApiDocument } from '../openapi.ts';

/** Anyone may ask as often as they like: the dependencies are asked once in this time. */
const rememberMs = 500;

export function systemHandlers(deps: HandlerDeps): HandlersOf<'health' | 'openapi'> {
  let last: { readonly untilMs: number; readonly ready: boolean; readonly health: Promise<Health> } | undefined;
  const document = openApiDocument(deps.version);
  return {
    health: ({ reply }) => {
      const ready = deps.ready();
      if (!ready) reply.code(503);
      if (last === undefined || last.ready !== ready || last.untilMs <= performance.now())
        last = { untilMs: performance.now() + rememberMs, ready, health: healthOf(deps) };
      return last.health;
    },
    openapi: async () => document,
  };
}

async function healthOf({ store, orchestrator, authz, ready }: HandlerDeps): Promise<Health> {
  const [database, temporal, opa] = await Promise.all([
    answers(() => store.ping()),
    answers(() => orchestrator.ping()),
    answers(() => authz.ping()),
  ]);
  return { live: true, ready: ready() && database && temporal && opa, store: database, temporal, opa };
}

export async function answers(ping: () => Promise<void>): Promise<boolean> {
  const timeout = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), 1500).unref();
  });
  const answer = Promise.resolve()
    .then(ping)
    .then(
      () => true,
      () => false,
    );
  return Promise.race([answer, timeout]);
}
