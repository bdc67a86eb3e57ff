/**
 * The audit chain: rows 1, 2, 3, … where each holds the hash of the row before, so that a changed, missing, inserted or
 * reordered row is found by anyone who holds the rows. Rows cut off at the end are found when the head is known from elsewhere.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './digest.ts';
import type { JsonObject } from './json.ts';

/** `hash` = SHA-256 (hex) over the canonical JSON of the row without `hash`; `previous` is the hash of the row before (64 zeros for the first). */
export type AuditRow = {
  /** 1, 2, 3, … without a gap. */
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  /** Noun-action: `policy-drafted`, `effect-intended`, `approval-voted`, … */
  readonly event: string;
  /** What it is about: `policy/p1`, `run/r1`, `effect/r1/isolate/1`. */
  readonly subject: string;
  readonly detail: JsonObject;
  readonly previous: string;
  readonly hash: string;
};

export type AuditHead = { readonly id: number; readonly hash: string };

export type AuditCheck = {
  readonly ok: boolean;
  /** Rows found good, from the first on. */
  readonly rows: number;
  /** Hash of the last good row. */
  readonly head: string;
  readonly fault?: { readonly id: number; readonly reason: string } | undefined;
};

export const genesisHash = '0'.repeat(64);

export function auditHash(row: Omit<AuditRow, 'hash'>): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(row))));
}

/**
 * Reads the rows in order and stops at the first fault. With `known`, the chain must reach that head exactly: fewer rows are
 * reported as cut off, and rows after it as added. Rows are taken as unknown: an export comes from outside.
 */
export async function verifyChain(rows: AsyncIterable<unknown> | Iterable<unknown>, known?: AuditHead): Promise<AuditCheck> {
  let last: AuditHead = { id: 0, hash: genesisHash };
  for await (const row of rows) {
    const reason = faultOf(row, last) ?? beyond(known, last);
    if (reason !== undefined) return { ok: false, rows: last.id, head: last.hash, fault: { id: last.id + 1, reason } };
    last = row as AuditRow;
  }
  const cut = cutOff(last, known);
  const found = { rows: last.id, head: last.hash };
  return cut === undefined ? { ok: true, ...found } : { ok: false, ...found, fault: { id: last.id + 1, reason: cut } };
}

function faultOf(row: unknown, last: AuditHead): string | undefined {
  if (!isAuditRow(row)) return 'this is not an audit row';
  if (row.id !== last.id + 1) return `expected row ${last.id + 1} and found row ${row.id}: rows are missing, added or out of order`;
  if (row.previous !== last.hash) return 'the row does not follow the row before it: one of the two was changed or replaced';
  return hashHolds(row) ? undefined : 'the row was changed: its content does not have its hash';
}

/** Content that cannot be hashed (nested beyond the stack, for one) was never written by us. */
function hashHolds({ hash, ...content }: AuditRow): boolean {
  try {
    return auditHash(content) === hash;
  } catch {
    return false;
  }
}

function beyond(known: AuditHead | undefined, last: AuditHead): string | undefined {
  return known !== undefined && last.id >= known.id ? `rows were added after the known head, row ${known.id}` : undefined;
}

function cutOff(last: AuditHead, known: AuditHead | undefined): string | undefined {
  if (known === undefined || (last.id === known.id && last.hash === known.hash)) return undefined;
  if (last.id < known.id) return `rows ${last.id + 1} to ${known.id} are missing at the end`;
  return `the chain ends in another hash than the known head, row ${known.id}`;
}

function isAuditRow(row: unknown): row is AuditRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  const { id, detail, ...texts } = row as Record<string, unknown>;
  const names = ['actor', 'at', 'event', 'hash', 'previous', 'subject'];
  if (Object.keys(texts).toSorted().join() !== names.join() || !names.every((name) => typeof texts[name] === 'string')) return false;
  return Number.isSafeInteger(id) && typeof detail === 'object' && detail !== null && !Array.isArray(detail);
}
