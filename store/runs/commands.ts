/** Commands to runs under way: recorded before they are carried, answered once. */
import { sql, type Selectable } from 'kysely';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunCommandAnswer } from '../../domain/playbook/control/command.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import type { CommandRow, Commands } from './port-commands.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['run_commands']>;
type Ordered = Parameters<Commands['order']>[0];

const system = 'system:run';
const oncePass = 500;

export function commandsRepository(db: Db, change: Change): Commands {
  return { ...reads(db), ...changes(change) };
}

function reads(db: Db): Pick<Commands, 'get' | 'list' | 'unanswered'> {
  return {
    get: async (id) => {
      const row = await db.selectFrom('run_commands').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRow(row);
    },
    list: async (run, filter = {}) => {
      let query = db.selectFrom('run_commands').selectAll().where('run', '=', run).orderBy('seq');
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      return (await query.execute()).map(toRow);
    },
    unanswered: async (olderThanMs) => {
      const old = sql<boolean>`at < clock_timestamp() - make_interval(secs => ${olderThanMs}::float8 / 1000)`;
      const query = db.selectFrom('run_commands').selectAll().where('status', '=', 'ordered').where(old);
      return (await query.orderBy('seq').limit(oncePass).execute()).map(toRow);
    },
  };
}

function changes(change: Change): Pick<Commands, 'order' | 'answer'> {
  return {
    order: (command) =>
      change(async (tx, record) => {
        await requireLiveRun(tx, command.run);
        const made = await insert(tx, command);
        if (made === undefined) return sameCommand(await lockCommand(tx, command.id), command);
        record(orderEntry(command));
        return toRow(made);
      }),
    answer: (id, answer) =>
      change(async (tx, record) => {
        const { run } = await commandOf(tx, id);
        // The run first, as everything that changes both does: no two of them wait for each other.
        await lockRunOf(tx, run);
        const found = await lockCommand(tx, id);
        if (found.status !== 'ordered') return toRow(found);
        if (answer.status === 'taken' && found.kind === 'migrate') record(await goOnWith(tx, found));
        const answered = await setAnswer(tx, id, answer);
        record(answerEntry(found, answer));
        return toRow(answered);
      }),
  };
}

function insert(tx: Tx, { id, run, kind, by, reason, params }: Ordered): Promise<Stored | undefined> {
  return tx
    .insertInto('run_commands')
    .values({ id, run, kind, by, reason, params: canonicalJson(params), status: 'ordered' })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst();
}

function orderEntry({ id, run, kind, by, reason, params }: Ordered): AuditEntry {
  return { actor: by, event: 'run-command-ordered', subject: `run/${run}`, detail: { command: id, kind, reason, params } };
}

/** Together with the order of a run: it is held before its first step, whoever dies when. Gives the row of the chain for it. */
export async function recordPause(tx: Tx, given: Pick<Ordered, 'id' | 'run' | 'by' | 'reason'>): Promise<AuditEntry> {
  const command: Ordered = { ...given, kind: 'pause', params: {} };
  if ((await insert(tx, command)) === undefined) throw new EdictError('conflict', `there is a command \`${given.id}\` already`);
  return orderEntry(command);
}

/** What a run has not answered when it ends, it never will. Gives the rows of the chain for it. */
export async function refuseUnanswered(tx: Tx, run: string): Promise<readonly AuditEntry[]> {
  const open = await tx.selectFrom('run_commands').selectAll().where('run', '=', run).where('status', '=', 'ordered').forUpdate().execute();
  const answer: RunCommandAnswer = { status: 'refused', error: { code: 'run-state-wrong', message: `run \`${run}\` ended before` } };
  for (const { id } of open) await setAnswer(tx, id, answer);
  return open.map((row) => answerEntry(row, answer));
}

function setAnswer(tx: Tx, id: string, answer: RunCommandAnswer): Promise<Stored> {
  const error = answer.status === 'refused' ? JSON.stringify(answer.error) : null;
  return tx
    .updateTable('run_commands')
    .set({ status: answer.status, error, answered_at: now() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function answerEntry({ id, run, kind, by }: Stored, answer: RunCommandAnswer): AuditEntry {
  const why = answer.status === 'refused' ? { code: answer.error.code, message: answer.error.message } : {};
  return { actor: system, event: `run-command-${answer.status}`, subject: `run/${run}`, detail: { command: id, kind, by, ...why } };
}

/** From here on the run's plan is the one that was migrated to; the order itself stays as it was. */
async function goOnWith(tx: Tx, command: Stored): Promise<AuditEntry> {
  const { version, planDigest } = command.params as { readonly version?: unknown; readonly planDigest?: unknown };
  if (typeof version !== 'string' || typeof planDigest !== 'string')
    throw new EdictError('input-invalid', `the migration \`${command.id}\` names no version`);
  const { migrations } = await tx.selectFrom('runs').select('migrations').where('run', '=', command.run).executeTakeFirstOrThrow();
  const migration = { version, planDigest, by: command.by, command: command.id };
  await tx
    .updateTable('runs')
    .set({ migrations: JSON.stringify([...(migrations ?? []), migration]) })
    .where('run', '=', command.run)
    .execute();
  return { actor: command.by, event: 'run-migrated', subject: `run/${command.run}`, detail: { command: command.id, version, planDigest } };
}

async function requireLiveRun(tx: Tx, run: string): Promise<void> {
  const found = await lockRunOf(tx, run);
  if (found === undefined) throw new EdictError('not-found', `there is no run \`${run}\``);
  if (found.status === 'ended') throw new EdictError('run-state-wrong', `run \`${run}\` has ended already`, { where: `run/${run}` });
}

function lockRunOf(tx: Tx, run: string) {
  return tx.selectFrom('runs').select('status').where('run', '=', run).forUpdate().executeTakeFirst();
}

async function commandOf(tx: Tx, id: string): Promise<{ readonly run: string }> {
  const row = await tx.selectFrom('run_commands').select('run').where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no command \`${id}\``);
  return row;
}

function lockCommand(tx: Tx, id: string): Promise<Stored> {
  return tx.selectFrom('run_commands').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

function sameCommand(found: Stored, { run, kind, by, reason, params }: Ordered): CommandRow {
  const same = found.run === run && found.kind === kind && found.by === by && found.reason === reason;
  if (same && canonicalJson(found.params) === canonicalJson(params)) return toRow(found);
  throw new EdictError('conflict', `the command \`${found.id}\` is recorded with another content`);
}

function toRow(row: Stored): CommandRow {
  const { id, run, kind, by, reason, at, status } = row;
  const params: JsonObject = row.params;
  return { id, run, kind, by, reason, params, at, status, error: row.error ?? undefined, answeredAt: row.answered_at ?? undefined };
}
