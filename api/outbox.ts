/**
 * Carries to Temporal what was recorded but never got there: accepted signals, ordered runs, and drafts whose lifecycle was not told. A crash
 * between the record and the start thus delays, and loses nothing. Everything it does is idempotent, so several servers may do it at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { RunRow, Store } from '../store/port.ts';
import { asEdictError } from './failure.ts';
import { deliverSignal } from './incoming-signal.ts';
import type { Orchestrator } from './orchestrator.ts';

export type OutboxDeps = {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly clock: () => Date;
  readonly logger?: Pick<FastifyBaseLogger, 'warn'> | undefined;
};

type Told = { readonly mayTell: (draft: string) => boolean };

export type Outbox = { readonly stop: () => Promise<void> };

const intervalMs = 1000;
/** The door that recorded it is given the chance to deliver it first. */
const graceMs = 2000;
const orderGraceMs = 4000;
const tellEveryMs = 60_000;

export function startOutbox(deps: OutboxDeps): Outbox {
  const stopping = new AbortController();
  const ended = loop(deps, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

async function loop(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  const told = tellOnceAMinute();
  while (!signal.aborted) {
    try {
      await deliverAll(deps, told);
    } catch (error) {
      deps.logger?.warn({ code: asEdictError(error).code }, 'the outbox waits');
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One pass. A failure to deliver one does not keep the others. */
export async function deliverAll(
  deps: OutboxDeps,
  told: Told = tellOnceAMinute(),
): Promise<{ readonly signals: number; readonly runs: number; readonly drafts: number }> {
  const signals = await deps.store.signals.undelivered(graceMs);
  const runs = (await allOrdered(deps.store)).filter(({ orderedAt }) => isOld(deps, orderedAt));
  const drafts = await untoldDrafts({ ...deps, told });
  return {
    signals: await count(signals, (row) => deliverSignal(deps, row)),
    runs: await count(runs, ({ run }) => deps.orchestrator.startRun(run)),
    drafts: await count(drafts, (policy) => deps.orchestrator.drafted(policy)),
  };
}

function tellOnceAMinute(): Told {
  const last = new Map<string, number>();
  return {
    mayTell: (draft) => {
      const now = performance.now();
      if (now - (last.get(draft) ?? -Infinity) < tellEveryMs) return false;
      if (last.size >= 1000) last.clear();
      last.set(draft, now);
      return true;
    },
  };
}

async function allOrdered(store: Store): Promise<readonly RunRow[]> {
  return (await store.runs.list({ status: 'ordered' }, { limit: 100 })).items;
}

/** Drafts without rules for which no stage was ever ordered. Each telling is an event in the lifecycle's history: not more than one a minute. */
async function untoldDrafts(deps: OutboxDeps & { readonly told: Told }): Promise<readonly string[]> {
  const { items } = await deps.store.policies.list({ limit: 100 });
  const untold: string[] = [];
  for (const { policy, state, draft, updatedAt } of items) {
    if (draft === undefined || (state !== 'draft' && state !== 'revising') || !isOld(deps, updatedAt)) continue;
    const version = await deps.store.policies.version(policy, draft);
    if (version === undefined || version.document.rules.length > 0) continue;
    const runs = await deps.store.runs.list({ policy }, { limit: 20 });
    const begun = runs.items.some(
      ({ playbook, orderedAt }) => playbook === 'create' && Date.parse(orderedAt) >= Date.parse(version.createdAt),
    );
    if (!begun && deps.told.mayTell(`${policy}@${draft}`)) untold.push(policy);
  }
  return untold;
}

function isOld({ clock }: OutboxDeps, at: string): boolean {
  return clock().getTime() - Date.parse(at) > orderGraceMs;
}

async function count<T>(items: readonly T[], deliver: (item: T) => Promise<void>): Promise<number> {
  let delivered = 0;
  for (const item of items) {
    try {
      await deliver(item);
      delivered += 1;
    } catch (error) {
      if (asEdictError(error).code === 'dependency-unavailable') throw error;
    }
  }
  return delivered;
}
