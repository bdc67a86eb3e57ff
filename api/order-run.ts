/** Orders a run: the order is recorded, then the workflow is started. One that was recorded but not started is started by the outbox. */
import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import type { Fork } from '../domain/playbook/control/fork.ts';
import type { Actor, Order, PlaybookRow } from '../store/port.ts';
import type { HandlerDeps } from './handler.ts';

export type RunOrder = {
  readonly inputs: JsonObject;
  readonly by: Actor;
  readonly incident?: string | undefined;
  readonly policy?: string | undefined;
  readonly signal?: string | undefined;
  readonly fork?: Fork | undefined;
};

export async function orderRun(
  { store, orchestrator }: Pick<HandlerDeps, 'store' | 'orchestrator'>,
  row: PlaybookRow,
  order: RunOrder,
): Promise<Order> {
  const { inputs, by, incident, policy, signal, fork } = order;
  const run = `run-${randomBytes(8).toString('hex')}`;
  const recorded = await store.runs.order(
    {
      run,
      playbook: row.playbook,
      version: row.version,
      planDigest: row.plan.digest,
      inputs,
      requester: by,
      incident,
      policy,
      signal,
      fork,
    },
    by,
  );
  await orchestrator.startRun(run).catch(() => undefined);
  return recorded;
}

/** True for the ids that are made here. */
export function isDoorRun(run: string): boolean {
  return /^run-[0-9a-f]{16}$/u.test(run);
}
