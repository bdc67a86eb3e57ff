/**
 * Tasks for people. Who may take one on or answer it is decided in one transaction with the task's row locked, by the database's clock
 * and by the person's roles at that moment, so that of two answers, or of an answer and an expiry, exactly one order holds.
 */
import { createHash } from 'node:crypto';
import { sql, type Selectable, type UpdateObject } from 'kysely';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError, type ErrorCode } from '../../domain/errors.ts';
import { checkAnswer, type TaskRecord } from '../../domain/playbook/task.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { checkInstant } from '../postgres/instant.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Tasks } from '../port/tasks.ts';
import type { Tables } from '../postgres/tables.ts';

type Stored = Selectable<Tables['tasks']>;
type OpenInput = Parameters<Tasks['open']>[0];

const system = 'system:tasks';

export function tasksRepository(db: Db, change: Change): Tasks {
  return { ...reads(db), ...runChanges(change), ...peopleChanges(change) };
}

function reads(db: Db): Pick<Tasks, 'get' | 'list' | 'undelivered'> {
  return {
    get: async (id) => {
      const row = await db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row);
    },
    list: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('tasks')
        .selectAll()
        .orderBy('opened_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.run !== undefined) query = query.where('run', '=', filter.run);
      if (filter.runs !== undefined) query = query.where(sql<boolean>`run = any(${filter.runs})`);
      if (filter.for !== undefined) query = query.where(sql<boolean>`exists (${askedPerson(filter.for)})`);
      if (after !== undefined) query = query.where(sql<boolean>`(opened_at, id) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.opened_at, row.id], item: toRecord });
    },
    undelivered: async (olderThanMs) => {
      const rows = await db
        .selectFrom('tasks')
        .innerJoin('runs', 'runs.run', 'tasks.run')
        .selectAll('tasks')
        .where('tasks.status', '=', 'answered')
        .where('tasks.delivered_at', 'is', null)
        .where('runs.status', '<>', 'ended')
        .where(sql<boolean>`tasks.closed_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`)
        .orderBy('tasks.closed_at')
        .limit(500)
        .execute();
      return rows.map(toRecord);
    },
  };
}

/** The person, if that person is asked by the task of the enclosing query. */
const askedPerson = (person: string) =>
  sql`select 1 from people where people.id = ${person} and not people.disabled and (people.roles && tasks.roles or people.id = any(tasks.people))`;

function runChanges(change: Change): Pick<Tasks, 'open' | 'close' | 'escalate' | 'delivered'> {
  return {
    open: (input) =>
      change(async (tx, record) => {
        const made = await tx
          .insertInto('tasks')
          .values(toColumns(input))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (made === undefined) return toRecord(await lockTask(tx, taskId(input)));
        const { run, step, invocation, undo, roles, people, expires_at: expiresAt } = made;
        record(entryOf('task-opened', made.id, system, { run, step, invocation, undo, roles, people, expiresAt }));
        return toRecord(made);
      }),
    close: (id, status, by) =>
      change(async (tx, record) => {
        const row = await lockTask(tx, id);
        if (row.status !== 'open') {
          if (row.status === 'answered' && row.delivered_at === null) await setDelivered(tx, id);
          return toRecord(row);
        }
        record(entryOf(`task-${status}`, id, by, { run: row.run, step: row.step }));
        return toRecord(await update(tx, id, { status, closed_at: now() }));
      }),
    escalate: ({ id, to, people: more, kind }) =>
      change(async (tx, record) => {
        const row = await lockTask(tx, id);
        if (row.status !== 'open') throw refusal('task-closed', id, `it is ${row.status}`);
        const [roles, people] = kind === 'remind' ? [row.roles, row.people] : [union(row.roles, to), union(row.people, more)];
        if (kind === 'escalate') await update(tx, id, { roles, people });
        record(entryOf(kind === 'escalate' ? 'task-escalated' : 'task-reminded', id, system, { to: [...to, ...more], roles, people }));
      }),
    // That the run has it is no decision of anybody, and has no row of its own: what it does with it has.
    delivered: (id) => change((tx) => setDelivered(tx, id)),
  };
}

const union = (some: readonly string[], more: readonly string[]): string[] => [...new Set([...some, ...more])];

async function setDelivered(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('tasks').set({ delivered_at: now() }).where('id', '=', id).where('delivered_at', 'is', null).execute();
}

function peopleChanges(change: Change): Pick<Tasks, 'claim' | 'release' | 'answer'> {
  const decide = async (id: string, work: (tx: Tx, row: Clocked) => Promise<Decided>): Promise<TaskRecord> => {
    const { refused, row } = await change(async (tx, record) => {
      const locked = await lockWithClock(tx, id);
      const expired = locked.status === 'open' && locked.expired;
      const decided = expired ? await expire(tx, locked) : await work(tx, locked);
      decided.entries.forEach(record);
      return decided;
    });
    if (refused !== undefined) throw refused;
    return toRecord(row);
  };
  return {
    claim: ({ id, by, take }) => decide(id, (tx, row) => claim(tx, row, { by, take })),
    release: (id, by) => decide(id, (tx, row) => release(tx, row, by)),
    answer: ({ id, by, outputs, note }) => decide(id, (tx, row) => answer(tx, row, { by, outputs, note })),
  };
}

type Clocked = Stored & { readonly expired: boolean };
/** A refusal commits too: it is recorded, and a task that is found expired is closed. */
type Decided = { readonly row: Stored; readonly entries: readonly AuditEntry[]; readonly refused?: EdictError | undefined };

async function claim(tx: Tx, row: Clocked, { by, take }: { readonly by: string; readonly take: boolean }): Promise<Decided> {
  const refused = await refusalOf(tx, row, by);
  if (refused !== undefined) return refuse(row, by, 'claim', refused);
  if (row.claimed_by === by) return { row, entries: [] };
  if (row.claimed_by !== null && !take) return refuse(row, by, 'claim', claimed(row));
  const detail = { run: row.run, step: row.step, ...(row.claimed_by === null ? {} : { from: row.claimed_by }) };
  return {
    row: await update(tx, row.id, { claimed_by: by, claimed_at: now() }),
    entries: [entryOf('task-claimed', row.id, by, detail)],
  };
}

async function release(tx: Tx, row: Clocked, by: string): Promise<Decided> {
  if (row.status !== 'open') return refuse(row, by, 'release', refusal('task-closed', row.id, `it is ${row.status}`));
  if (row.claimed_by === null) return { row, entries: [] };
  if (row.claimed_by !== by) return refuse(row, by, 'release', claimed(row));
  return {
    row: await update(tx, row.id, { claimed_by: null, claimed_at: null }),
    entries: [entryOf('task-released', row.id, by, { run: row.run, step: row.step })],
  };
}

type Answer = Pick<Parameters<Tasks['answer']>[0], 'by' | 'outputs' | 'note'>;

async function answer(tx: Tx, row: Clocked, { by, outputs, note }: Answer): Promise<Decided> {
  // The same answer again is a retry of a call whose answer was lost: it counts once and is no fault.
  if (row.status === 'answered' && row.answered_by === by && canonicalJson(row.answer) === canonicalJson(outputs))
    return { row, entries: [] };
  const refused = await refusalOf(tx, row, by);
  if (refused !== undefined) return refuse(row, by, 'answer', refused);
  if (row.claimed_by !== null && row.claimed_by !== by) return refuse(row, by, 'answer', claimed(row));
  // Thrown, and not recorded: what has not the declared form was no answer.
  checkAnswer(row.outputs, outputs);
  const answered = { answer: canonicalJson(outputs), answered_by: by, note: note ?? null };
  const detail = { run: row.run, step: row.step, undo: row.undo, outputs, ...(note === undefined ? {} : { note }) };
  return {
    row: await update(tx, row.id, { ...answered, status: 'answered', closed_at: now() }),
    entries: [entryOf('task-answered', row.id, by, detail)],
  };
}

async function refusalOf(tx: Tx, row: Clocked, by: string): Promise<EdictError | undefined> {
  if (row.status === 'expired') return refusal('task-expired', row.id, 'it has expired');
  if (row.status !== 'open') return refusal('task-closed', row.id, `it is ${row.status}`);
  const person = await tx.selectFrom('people').select('roles').where('id', '=', by).where('disabled', '=', false).executeTakeFirst();
  const roles: readonly string[] = person?.roles ?? [];
  const asked = person !== undefined && (row.people.includes(by) || row.roles.some((role) => roles.includes(role)));
  return asked ? undefined : refusal('task-role-missing', row.id, `\`${by}\` is not asked`, [...row.roles, ...row.people].join(' or '));
}

function refuse(row: Stored, by: string, tried: string, refused: EdictError): Decided {
  return { row, refused, entries: [entryOf('task-refused', row.id, by, { tried, code: refused.code })] };
}

async function expire(tx: Tx, row: Clocked): Promise<Decided> {
  return {
    row: await update(tx, row.id, { status: 'expired', closed_at: now() }),
    entries: [entryOf('task-expired', row.id, system, { run: row.run, step: row.step })],
    refused: refusal('task-expired', row.id, 'it has expired'),
  };
}

const claimed = ({ id, claimed_by: by }: Stored): EdictError => refusal('task-claimed', id, `\`${by ?? ''}\` has taken it on`);

const helps: { readonly [code in ErrorCode]?: string } = {
  'task-closed': 'see `edict task list` for the ones that are open',
  'task-expired': 'the run goes on as its playbook says of silence',
  'task-claimed': 'take it over first: `edict task claim <task> --take`',
  'task-role-missing': 'ask somebody who is asked',
};

function refusal(code: ErrorCode, id: string, why: string, expected?: string): EdictError {
  return new EdictError(code, `task \`${id}\` is not for this: ${why}`, { where: `task/${id}`, expected, help: helps[code] });
}

async function update(tx: Tx, id: string, values: Changed): Promise<Stored> {
  return await tx.updateTable('tasks').set(values).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

type Changed = UpdateObject<Tables, 'tasks', 'tasks'>;

async function lockTask(tx: Tx, id: string): Promise<Stored> {
  const row = await tx.selectFrom('tasks').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no task \`${id}\``);
  return row;
}

/** Two statements: the clock is read once the lock is had, not while waiting for it. */
async function lockWithClock(tx: Tx, id: string): Promise<Clocked> {
  await lockTask(tx, id);
  return await tx
    .selectFrom('tasks')
    .selectAll()
    .select((eb) => eb('expires_at', '<=', now()).as('expired'))
    .where('id', '=', id)
    .$castTo<Clocked>()
    .executeTakeFirstOrThrow();
}

/** The id follows from what it is of: opening twice, even at the same moment, is one task. */
function taskId({ run, step, invocation, undo }: OpenInput): string {
  return `tsk-${createHash('sha256')
    .update(canonicalJson([run, step, invocation, undo]))
    .digest('hex')
    .slice(0, 24)}`;
}

function toColumns({ expiresAt, outputs, roles, people, ...rest }: OpenInput) {
  const { run, step, invocation, undo, title, instructions } = rest;
  return {
    id: taskId({ expiresAt, outputs, roles, people, ...rest }),
    run,
    step,
    invocation,
    undo,
    title,
    instructions,
    outputs: canonicalJson(outputs),
    roles: [...roles],
    people: [...people],
    expires_at: checkInstant(expiresAt, 'expiresAt'),
    status: 'open' as const,
  };
}

function entryOf(event: string, id: string, actor: string, detail: AuditEntry['detail']): AuditEntry {
  return { actor, event, subject: `task/${id}`, detail };
}

function toRecord(row: Stored): TaskRecord {
  const { id, run, step, invocation, undo, title, instructions, outputs, roles, people, status } = row;
  const optional = {
    claimedBy: row.claimed_by,
    claimedAt: row.claimed_at,
    answer: row.answer,
    answeredBy: row.answered_by,
    note: row.note,
    closedAt: row.closed_at,
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  const asked = { id, run, step, invocation, undo, title, instructions, outputs, roles, people };
  return { ...asked, openedAt: row.opened_at, expiresAt: row.expires_at, status, ...given };
}
