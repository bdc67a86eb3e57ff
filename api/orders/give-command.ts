/** A command to a run: recorded, then carried to it. One that was recorded but did not get there is carried by the outbox. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { RunCommandKind } from '../../domain/playbook/control/command.ts';
import type { Actor, CommandRow, Store } from '../../store/port.ts';
import { asEdictError } from '../failure.ts';
import type { HandlerDeps } from '../handler.ts';
import { isDoorRun } from './order-run.ts';

type Deps = Pick<HandlerDeps, 'store' | 'orchestrator'>;

export type GivenCommand = {
  readonly run: string;
  readonly kind: RunCommandKind;
  readonly by: Actor;
  readonly reason: string;
  readonly params?: CommandRow['params'];
  readonly http: FastifyRequest;
};

/** Answers with the command as it stands after at most `waitMs`: a run that is at hand takes it at once. */
export async function giveCommand(deps: Deps, { params = {}, http, ...given }: GivenCommand, waitMs: number): Promise<CommandRow> {
  const ordered = await deps.store.commands.order({ id: idOf(given, http), params, ...given });
  await deliverCommand(deps, ordered).catch(() => undefined);
  return answered(deps.store, ordered, Date.now() + waitMs);
}

/** The same idempotency key is the same command: one that was recorded while its answer got lost is not recorded twice. */
function idOf({ run, kind, by }: Pick<GivenCommand, 'run' | 'kind' | 'by'>, http: FastifyRequest): string {
  const key = http.headers['idempotency-key'];
  const id =
    key === undefined ? randomBytes(12).toString('hex') : digestOf({ run, kind, by, key }).slice('sha256:'.length, 'sha256:'.length + 24);
  return `cmd-${id}`;
}

const pollMs = 50;

async function answered(store: Store, ordered: CommandRow, untilMs: number): Promise<CommandRow> {
  let row = ordered;
  while (row.status === 'ordered' && Date.now() < untilMs) {
    await sleep(pollMs);
    row = (await store.commands.get(row.id)) ?? row;
  }
  return row;
}

/** Idempotent: the run takes each once. A run that is no longer there answers nothing any more: its command is refused. */
export async function deliverCommand({ store, orchestrator }: Deps, { id, run }: CommandRow): Promise<void> {
  const status = (await store.runs.get(run))?.status;
  // An order that never reached Temporal is started, and finds the command when it loads. Children are started by their parents.
  if (status === 'ordered' && isDoorRun(run)) await orchestrator.startRun(run);
  try {
    await orchestrator.command(run, id);
  } catch (error) {
    if (asEdictError(error).code !== 'run-state-wrong') throw error;
    if (status === 'ordered') return;
    const gone = new EdictError('run-state-wrong', `run \`${run}\` is not under way any more`);
    await store.commands.answer(id, { status: 'refused', error: { code: gone.code, message: gone.message } });
  }
}
