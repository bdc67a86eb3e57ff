/** Who does something, and one page of many things: words of every repository. */

export type Role = 'analyst' | 'manager' | 'engineer' | 'auditor' | 'admin';

/** Who does something. `system:<part>` for Edict itself. */
export type Actor = string;

/** One page: `next` is an opaque cursor, absent on the last page. `limit` 1–500, default 50. */
export type PageRequest = { readonly cursor?: string | undefined; readonly limit?: number | undefined };
export type Page<T> = { readonly items: readonly T[]; readonly next?: string | undefined };
