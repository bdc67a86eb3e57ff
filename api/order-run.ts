/** Orders a run: the order is recorded, then the workflow is started. One that was recorded but not started is started by the outbox. */
import { randomBytes } from 'node:crypto';
import { EdictError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Fork } from '../domain/playbook/control/fork.ts';
import { manualRoles } from '../domain/playbook/inputs.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { Actor, Order, Person, PlaybookRow } from '../store/port.ts';
import type { HandlerDeps } from './handler.ts';

export type RunOrder = {
  readonly inputs: JsonObject;
  readonly by: Actor;
  readonly incident?: string | undefined;
  readonly policy?: string | undefined;
  readonly signal?: string | undefined;
  readonly fork?: Fork | undefined;
  /** Why it is to wait before its first step, where it is. */
  readonly paused?: string | undefined;
};

export async function orderRun(
  { store, orchestrator }: Pick<HandlerDeps, 'store' | 'orchestrator'>,
  row: PlaybookRow,
  order: RunOrder,
): Promise<Order> {
  const { inputs, by, incident, policy, signal, fork, paused } = order;
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
    paused === undefined ? undefined : { id: `cmd-${randomBytes(12).toString('hex')}`, reason: paused },
  );
  await orchestrator.startRun(run).catch(() => undefined);
  return recorded;
}

/** Who may start a playbook by hand: also in the middle, by what another run recorded. */
export function requireManual(plan: Plan, { id, roles: held }: Person): void {
  const roles = manualRoles(plan);
  if (held.some((role) => roles.includes(role))) return;
  throw new EdictError('access-denied', `\`${id}\` may not start \`${plan.playbook}\` by hand`, {
    expected: roles.length === 0 ? 'no manual trigger' : `a role of ${roles.join(', ')}`,
  });
}

/** True for the ids that are made here. */
export function isDoorRun(run: string): boolean {
  return /^run-[0-9a-f]{16}$/u.test(run);
}
