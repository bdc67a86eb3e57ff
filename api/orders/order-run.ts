/** Orders a run: the order is recorded, then the workflow is started. One that was recorded but not started is started by the outbox. */
import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Fork } from '../../domain/playbook/control/fork.ts';
import { manualRoles } from '../../domain/playbook/inputs.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { Actor, Order, Person, PlaybookRow, RunRow, Store } from '../../store/port.ts';
import type { HandlerDeps } from '../handler.ts';

export type RunOrder = {
  readonly inputs: JsonObject;
  readonly by: Actor;
  readonly incident?: string | undefined;
  readonly policy?: string | undefined;
  readonly signal?: string | undefined;
  readonly fork?: Fork | undefined;
  /** Why it is to wait before its first step, where it is. */
  readonly paused?: string | undefined;
  /** The call that asks for it: the same idempotency key is the same run, also where its first answer got lost. */
  readonly http: FastifyRequest;
};

export async function orderRun(
  { store, orchestrator }: Pick<HandlerDeps, 'store' | 'orchestrator'>,
  row: PlaybookRow,
  order: RunOrder,
): Promise<Order> {
  const { inputs, by, incident, policy, signal, fork, paused } = order;
  const again = await orderedBefore(store, order);
  if (again !== undefined && isRecent(again)) return again;
  const run = again === undefined ? (idOf(order) ?? newId()) : newId();
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

const newId = (): string => `run-${randomBytes(8).toString('hex')}`;

/** Undefined without an idempotency key. */
function idOf({ by, http }: RunOrder): string | undefined {
  const key = http.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const asked = digestOf({ by, key, url: http.url, body: JSON.stringify(http.body ?? null) });
  return `run-${asked.slice('sha256:'.length, 'sha256:'.length + 16)}`;
}

async function orderedBefore(store: Store, order: RunOrder): Promise<RunRow | undefined> {
  const id = idOf(order);
  return id === undefined ? undefined : await store.runs.get(id);
}

/** A call whose first attempt died is made again within minutes; much later the same key means another run. */
const isRecent = ({ orderedAt }: RunRow): boolean => Date.now() - Date.parse(orderedAt) < againWithinMs;
const againWithinMs = 600_000;

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
