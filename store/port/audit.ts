/** The audit chain, read and checked. */
import type { AuditCheck, AuditRow } from '../../domain/audit-chain.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Actor, Page, PageRequest } from './words.ts';

/** `event` may end in `*`; `from` is inside, `to` is not; oldest first unless told. */
export type AuditFilter = {
  readonly subject?: string | undefined;
  /** The noun of the subject: `policy` of `policy/p`. */
  readonly about?: string | undefined;
  readonly event?: string | undefined;
  readonly actor?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly since?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

export type Audit = {
  readonly append: (entry: {
    readonly actor: Actor;
    readonly event: string;
    readonly subject: string;
    readonly detail: JsonObject;
  }) => Promise<AuditRow>;
  readonly list: (filter: AuditFilter, page: PageRequest) => Promise<Page<AuditRow>>;
  /** Rows that came after this one, in their order, without what they say. None becomes visible before those with smaller ids. */
  readonly after: (id: number, limit: number) => Promise<readonly Pick<AuditRow, 'id' | 'at' | 'event' | 'subject'>[]>;
  /** The id of the newest row; 0 where there is none. */
  readonly head: () => Promise<number>;
  /** The whole chain in order, in pages. */
  readonly export: () => AsyncIterable<AuditRow>;
  /** Verifies the table, and that the file sink agrees with it. */
  readonly verify: () => Promise<AuditCheck>;
};
