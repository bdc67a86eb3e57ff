/**
 * Carries to Temporal what was recorded but never got there: accepted signals, ordered runs, answers to tasks, and drafts whose lifecycle was not told. A crash
 * between the record and the start thus delays, and loses nothing. Everything it does is idempotent, so several servers may do it at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Page, PageRequest, RunRow, Store } from '../store/port.ts';
import { asEdictError } from './failure.ts';
import { deliverCommand } from './orders/give-command.ts';
import { deliverSignal } from './incoming-signal.ts';
import { isDoorRun } from './orders/order-run.ts';
import type { Orchestrator } from './orchestrator.ts';
import { syncSchedules } from './publishing/schedules.ts';
import { raiseOverdue } from './overdue-reviews.ts';

export type OutboxDeps = {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly clock: () => Date;
  readonly logger?: Pick<FastifyBaseLogger, 'warn'> | undefined;
};

export type Outbox = { readonly stop: () => Promise<void> };

const intervalMs = 1000;
/** The door that recorded it is given the chance to deliver it first. */
const graceMs = 2000;
const orderGraceMs = 4000;
const draftsEveryMs = 5000;
const schedulesEveryMs = 5000;
/** A run reads an answer as soon as its worker is there: somebody waits for it. */
const answersEveryMs = 10_000;
const rememberedMost = 10_000;

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
  const pace = onceAMinute();
  while (!signal.aborted) {
    try {
      await deliverAll(deps, pace);
    } catch (error) {
      deps.logger?.warn({ code: asEdictError(error).code }, 'the outbox waits');
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One pass. A failure to deliver one does not keep the others. */
export async function deliverAll(
  deps: OutboxDeps,
  pace: Pace = onceAMinute(),
): Promise<{
  readonly signals: number;
  readonly runs: number;
  readonly drafts: number;
  readonly answers: number;
  readonly commands: number;
  readonly reviews: number;
}> {
  const { store, orchestrator } = deps;
  const signals = await store.signals.undelivered(graceMs);
  const runs = await orderedHere(deps);
  const drafts = await untoldDrafts(deps, pace);
  await pace('schedules', () => syncSchedules(deps), schedulesEveryMs);
  const answers = await store.tasks.undelivered(graceMs);
  const commands = await store.commands.unanswered(graceMs);
  return {
    reviews: await count(await store.reviews.unraised(), (review) => raiseOverdue(store, review)),
    signals: await count(signals, (row) => deliverSignal(deps, row)),
    runs: await count(runs, ({ run }) => pace(`run/${run}`, () => orchestrator.startRun(run))),
    drafts: await count(drafts, ({ policy, draft }) => pace(`policy/${policy}/${draft}`, () => orchestrator.drafted(policy))),
    commands: await count(commands, (row) => pace(`command/${row.id}`, () => deliverCommand(deps, row))),
    answers: await count(answers, ({ run, id }) => pace(`task/${id}`, () => orchestrator.taskAnswered(run, id), answersEveryMs)),
  };
}

/** What was delivered is not delivered again within a minute: the worker may be away and cannot say yet that it has it. */
type Pace = (key: string, deliver: () => Promise<void>, againAfterMs?: number) => Promise<void>;

function onceAMinute(): Pace {
  const last = new Map<string, number>();
  return async (key, deliver, againAfterMs = 60_000) => {
    if (performance.now() - (last.get(key) ?? -Infinity) < againAfterMs) return;
    await deliver();
    if (last.size >= rememberedMost) last.clear();
    last.set(key, performance.now());
  };
}

/** INVARIANT: only runs that a door ordered. Those that a workflow ordered are its children; a start from here would take them away from it. */
async function orderedHere(deps: OutboxDeps): Promise<readonly RunRow[]> {
  const rows = await allPages((page) => deps.store.runs.list({ status: 'ordered' }, page));
  return rows.filter(({ run, orderedAt }) => isDoorRun(run) && isOld(deps, orderedAt));
}

type UntoldDraft = { readonly policy: string; readonly draft: number };

/** Drafts without rules for which the `create` stage was never ordered. */
async function untoldDrafts(deps: OutboxDeps, pace: Pace): Promise<readonly UntoldDraft[]> {
  const untold: UntoldDraft[] = [];
  const look = async () => {
    for (const { policy, state, draft, updatedAt } of await allPages((page) => deps.store.policies.list(page))) {
      const isDraft = draft !== undefined && (state === 'draft' || state === 'revising');
      if (isDraft && isOld(deps, updatedAt) && (await isUntold(deps.store, policy, draft))) untold.push({ policy, draft });
    }
  };
  await pace('drafts', look, draftsEveryMs);
  return untold;
}

async function isUntold(store: Store, policy: string, draft: number): Promise<boolean> {
  const version = await store.policies.version(policy, draft);
  if (version === undefined || version.document.rules.length > 0) return false;
  const { items } = await store.runs.list({ policy }, { limit: 20 });
  return !items.some(({ playbook, orderedAt }) => playbook === 'create' && Date.parse(orderedAt) >= Date.parse(version.createdAt));
}

async function allPages<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ cursor, limit: 500 });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
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
