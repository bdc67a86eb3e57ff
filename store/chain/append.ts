/** One row onto the chain, by the function `audit_append` of the database. */
import { sql } from 'kysely';
import { escapeLiteral } from 'pg';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Tx } from '../postgres/database.ts';
import { isBadValue } from '../postgres/failures.ts';

export type AuditEntry = { readonly actor: string; readonly event: string; readonly subject: string; readonly detail: JsonObject };

/** As text with its values quoted, to be sent together with the commit: a message with parameters holds one statement only. */
export function appendStatement({ actor, event, subject, detail }: AuditEntry): string {
  const parts = [JSON.stringify(actor), JSON.stringify(event), JSON.stringify(subject), canonicalJson(detail)];
  return `select * from audit_append(${parts.map((part) => escapeLiteral(part)).join(', ')})`;
}

export async function appendRow(tx: Tx, entry: AuditEntry): Promise<void> {
  await sql.raw(appendStatement(entry)).execute(tx);
}

export function unrecorded(error: unknown, { subject }: AuditEntry): unknown {
  if (isBadValue(error)) return error;
  return new EdictError('audit-unavailable', 'the audit chain cannot record: the change is refused', {
    where: subject.slice(0, 200),
    help: 'see the log of PostgreSQL for the reason',
  });
}
