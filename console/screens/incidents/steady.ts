/**
 * A list that is live and does not move under the pointer: while it is held, rows keep their places and show what is new about them; rows
 * that left stay as they were; what came in between waits as `fresh`. What follows the last known row is the next page, and is added.
 */
export type Steady<T> = { readonly rows: readonly T[]; readonly fresh: number };

export function steady<T>(held: readonly T[], now: readonly T[], idOf: (row: T) => string): Steady<T> {
  const current = new Map(now.map((row) => [idOf(row), row]));
  const known = new Set(held.map(idOf));
  const last = now.findLastIndex((row) => known.has(idOf(row)));
  const added = last < 0 ? [] : now.slice(last + 1);
  const fresh = now.slice(0, Math.max(0, last)).filter((row) => !known.has(idOf(row))).length;
  return { rows: [...held.map((row) => current.get(idOf(row)) ?? row), ...added], fresh: last < 0 && held.length > 0 ? now.length : fresh };
}
