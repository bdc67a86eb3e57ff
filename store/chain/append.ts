/** One row onto the chain, inside the caller's transaction. See audit.ts for when. */
import { sql } from 'kysely';
import type { AuditRow } from '../../domain/audit-chain.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Tx } from '../postgres/database.ts';
import { isBadValue, isLostConnection } from '../postgres/failures.ts';

export type AuditEntry = { readonly actor: string; readonly event: string; readonly subject: string; readonly detail: JsonObject };

export async function appendRow(tx: Tx, { actor, event, subject, detail }: AuditEntry): Promise<AuditRow> {
  const [a, e, s, d] = [JSON.stringify(actor), JSON.stringify(event), JSON.stringify(subject), canonicalJson(detail)];
  try {
    const { rows } = await sql<AuditRow>`select * from audit_append(${a}::json, ${e}::json, ${s}::json, ${d}::json)`.execute(tx);
    if (rows[0] !== undefined) return rows[0];
  } catch (error) {
    if (isLostConnection(error) || isBadValue(error)) throw error;
  }
  throw new EdictError('audit-unavailable', 'the audit chain cannot record: the change is refused', {
    where: subject.slice(0, 200),
    help: 'see the log of PostgreSQL for the reason',
  });
}
