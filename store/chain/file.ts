/**
 * The second sink of the audit chain: a file of JSON lines, only ever appended to, that trails the table by a quarter of a second.
 * It is filled from the table, under a lock that all processes on this file share, so that each row is in it once and in order
 * whoever wrote it, and what a crash or a full disk left out is caught up with the next change or start.
 *
 * Each batch is flushed to the disk (fdatasync) before it counts. A file that cannot be written holds nothing up, since the
 * table has the row: that it happened is recorded in the chain, and `compare` reports it until the file is whole again.
 */
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { verifyChain, type AuditHead } from '../../domain/audit-chain.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { appendRow, type AuditEntry } from './append.ts';
import { readRows, readTail, type FileTail } from './lines.ts';
import type { Flush } from './flush.ts';
import type { Db, Tx } from '../postgres/database.ts';
import { isLostConnection, isServerFailure } from '../postgres/failures.ts';

type Fault = { readonly id: number; readonly reason: string };

export type AuditFile = {
  /** A row was committed: the file is brought up to it soon. */
  readonly wake: () => void;
  /** Brings the file up to the table now; what is wrong with it when that cannot be done. */
  readonly catchUp: () => Promise<Fault | undefined>;
  /** What is wrong with the file, given the head of the table; undefined when it holds the same chain. */
  readonly compare: (head: AuditHead) => Promise<Fault | undefined>;
  readonly close: () => Promise<void>;
};

const batchRows = 1000;
/** Each batch costs a write to the disk, which whoever waits for the table's has to share. */
const gatherMs = 250;
const retryMs = 5000;

export function openAuditFile(db: Db, flush: Flush, path: string): AuditFile {
  const copier = openCopier(db, flush, resolve(path));
  const closing = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
  let dirty = false;
  let following: Promise<void> | undefined;

  async function follow(): Promise<void> {
    for (let waitMs = gatherMs; dirty && !closing.signal.aborted;) {
      await pause(waitMs);
      dirty = false;
      const fault = await copier.run();
      dirty ||= fault !== undefined;
      waitMs = fault === undefined ? gatherMs : retryMs;
    }
    following = undefined;
  }

  return {
    wake: () => {
      dirty = true;
      if (!closing.signal.aborted) following ??= follow();
    },
    catchUp: copier.run,
    compare: async (head) => (await copier.run()) ?? (await verifyChain(readRows(path, head.id), head)).fault,
    close: async () => {
      closing.abort();
      await following;
      if (dirty) await copier.run();
    },
  };
}

type Copier = { readonly run: () => Promise<Fault | undefined> };

function openCopier(db: Db, flush: Flush, path: string): Copier {
  const sink = `${hostname()}:${path}`;
  let tail: FileTail | undefined;
  /** This process recorded in the chain that the file failed. */
  let noted = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function copyAll(): Promise<Fault | undefined> {
    try {
      await copyBatches();
      if (noted) await note(db, sink, undefined).then(copyBatches);
      noted = false;
      return undefined;
    } catch (error) {
      const fault = { id: (tail?.id ?? 0) + 1, reason: `the audit file cannot be kept: ${reasonOf(error)}` };
      tail = undefined;
      if (!noted && !isDatabaseError(error)) noted = await note(db, sink, fault);
      return fault;
    }
  }

  async function copyBatches(): Promise<void> {
    for (let more = true; more;) {
      const copy = await db.transaction().execute((tx) => copyBatch(tx, { path, sink, flush, known: tail }));
      ({ tail, more } = copy);
    }
  }

  return {
    run: () => {
      const next = turn.then(copyAll);
      turn = next;
      return next;
    },
  };
}

type Sink = { readonly path: string; readonly sink: string; readonly flush: Flush; readonly known: FileTail | undefined };

async function copyBatch(tx: Tx, { path, sink, flush, known }: Sink): Promise<{ readonly tail: FileTail; readonly more: boolean }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`edict:audit-file:${sink}`}, 0))`.execute(tx);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'a+', 0o600);
  try {
    const tail = await agreedTail(tx, handle, known);
    const rows = await tx.selectFrom('audit').selectAll().where('id', '>', tail.id).orderBy('id').limit(batchRows).execute();
    const [first, last] = [rows[0], rows.at(-1)];
    if (first !== undefined && (first.id !== tail.id + 1 || first.previous !== tail.hash)) throw strangers(tail);
    if (last === undefined) return { tail, more: false };
    // What the table could still lose in a crash must not be in the file: they would part for ever.
    await flush();
    const sizeBytes = await appendLines(handle, tail, rows);
    const rebuilt = await markCopied(tx, sink, { from: tail.id + 1, to: last.id });
    return { tail: { id: last.id, hash: last.hash, sizeBytes }, more: rebuilt || rows.length === batchRows };
  } finally {
    await handle.close();
  }
}

/** The end of the file, which must be a row of the table: onto anything else nothing is written. */
async function agreedTail(tx: Tx, handle: FileHandle, known: FileTail | undefined): Promise<FileTail> {
  const { size } = await handle.stat();
  if (known?.sizeBytes === size) return known;
  const tail = await readTail(handle, size);
  if (tail.id === 0) return tail;
  const row = await tx.selectFrom('audit').select('hash').where('id', '=', tail.id).executeTakeFirst();
  if (row?.hash === tail.hash) return tail;
  throw strangers(tail);
}

function strangers(tail: FileTail): EdictError {
  return new EdictError(
    'audit-broken',
    `its last row, ${tail.id}, is not in the table: one of the two was changed or restored; keep the file as evidence, move it away, and a new one is begun`,
  );
}

async function appendLines(handle: FileHandle, tail: FileTail, rows: readonly object[]): Promise<number> {
  const lines = Buffer.from(rows.map((row) => `${canonicalJson(row)}\n`).join(''), 'utf8');
  // Only what a crash left of a line that was never whole is ever cut.
  if ((await handle.stat()).size > tail.sizeBytes) await handle.truncate(tail.sizeBytes);
  await handle.appendFile(lines);
  await handle.datasync();
  return tail.sizeBytes + lines.length;
}

/** A file that lost rows it had is filled again, and that it lost them is recorded. */
async function markCopied(tx: Tx, sink: string, { from, to }: { readonly from: number; readonly to: number }): Promise<boolean> {
  const marker = await tx.selectFrom('audit_files').select('last_id').where('sink', '=', sink).executeTakeFirst();
  const row = { sink, last_id: to };
  await tx
    .insertInto('audit_files')
    .values(row)
    .onConflict((conflict) => conflict.column('sink').doUpdateSet({ last_id: to }))
    .execute();
  if (marker === undefined || marker.last_id < from) return false;
  await appendRow(tx, fileEntry('audit-file-rebuilt', { sink, from, to: marker.last_id }));
  return true;
}

async function note(db: Db, sink: string, fault: Fault | undefined): Promise<boolean> {
  const entry =
    fault === undefined
      ? fileEntry('audit-file-recovered', { sink })
      : fileEntry('audit-file-failed', { sink, row: fault.id, reason: fault.reason });
  const recorded = db.transaction().execute((tx) => appendRow(tx, entry));
  return await recorded.then(() => true).catch(() => false);
}

function fileEntry(event: string, detail: JsonObject): AuditEntry {
  return { actor: 'system:audit', event, subject: 'audit/file', detail };
}

function isDatabaseError(error: unknown): boolean {
  return isServerFailure(error) || isLostConnection(error);
}

/** The system's word for it (`ENOSPC`), never a message of the driver. */
function reasonOf(error: unknown): string {
  if (isDatabaseError(error)) return 'the database is not available';
  if (error instanceof EdictError) return error.message;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'of an unknown fault';
}
