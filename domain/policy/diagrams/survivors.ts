/** Lists of clauses that are still alive on the way down a decision diagram, and the shortest list that means the same. */
import { append, type Row } from '../lists/row.ts';
import type { BoxOf } from '../space.ts';

/**
 * A rule is a clause for its match, followed by one for each of its exceptions. `match`: the rule applies here. `except`: it does not,
 * after all. `unsure`: whether it does depends on something that the request does not tell.
 */
export type Clause<Name extends string = string> = {
  readonly role: 'match' | 'except' | 'unsure';
  readonly rule: number;
  readonly box: BoxOf<Name>;
  /** Of `unsure`: what is not told, in words that follow the rule's name. */
  readonly reason?: string | undefined;
};

export type Survivor = Omit<Clause, 'box'>;

/** How clauses are read: all that alters the meaning of a list of survivors. */
export type Reading = {
  /** The survivors' decision, as text: equal texts are one terminal. Clauses come in order, each match before its exceptions. */
  readonly decide: (alive: readonly Survivor[]) => string;
  /** Rules of the same group are told apart only where `decide` does so; a rule that covers all that is left silences every later group. */
  readonly group: (rule: number) => number;
  /** The last group that a rule leaves standing where it covers all that is left; its own where not given. */
  readonly leaves?: ((rule: number) => number) | undefined;
  /** Rules of one group that cover all that is left and are kept; any number where not given. */
  readonly most?: number | undefined;
  /** Is told how many survivors each list has that is looked at, and may throw where that is too much. */
  readonly spend?: ((survivors: number) => void) | undefined;
};

/** What a list needs to know of clauses, in columns. */
export type ClauseTable = {
  readonly rule: Int32Array;
  readonly role: Uint8Array;
  readonly group: Float64Array;
  readonly leaves: Float64Array;
  /** Of this clause and all behind it, the least group; −∞ where one is unsure. */
  readonly leastBehind: Float64Array;
  /** The first level from which on its sets are full. */
  readonly coversFrom: Uint16Array;
  readonly most: number;
};

const roles = { match: 0, except: 1, unsure: 2 } as const;

/** `coversFrom` is left to be filled in. */
export function clauseTable(
  clauses: readonly Survivor[],
  { group, leaves = group, most = Number.POSITIVE_INFINITY }: Reading,
): ClauseTable {
  const count = clauses.length;
  const table: ClauseTable = {
    rule: new Int32Array(count),
    role: new Uint8Array(count),
    group: new Float64Array(count),
    leaves: new Float64Array(count),
    leastBehind: new Float64Array(count),
    coversFrom: new Uint16Array(count),
    most,
  };
  let least = Number.POSITIVE_INFINITY;
  for (let at = count - 1; at >= 0; at -= 1) {
    const { rule = 0, role = 'match' } = clauses[at] ?? {};
    table.rule[at] = rule;
    table.role[at] = roles[role];
    table.group[at] = group(rule);
    table.leaves[at] = leaves(rule);
    least = role === 'unsure' ? Number.NEGATIVE_INFINITY : Math.min(least, table.group[at] ?? 0);
    table.leastBehind[at] = least;
  }
  return table;
}

/**
 * The shortest list that means the same at this level: exceptions of rules that are gone go, rules whose exception covers all
 * that is left go, and so does every group behind a rule that covers all that is left, but for rules that may err.
 */
export function simplify(table: ClauseTable, level: number, { alive, kept }: { readonly alive: Row; readonly kept: Row }): void {
  const { numbers, count } = alive;
  const limit = newLimit();
  kept.count = 0;
  for (let at = 0; at < count;) {
    const match = numbers[at] ?? 0;
    if (limit.last < (table.leastBehind[match] ?? 0)) return;
    const end = endOfRule(table, alive, at);
    if (stays(table, level, { alive, from: at, to: end }, limit)) {
      for (let index = at; index < end; index += 1) append(kept, numbers[index] ?? 0);
      if (end === at + 1 && (table.coversFrom[match] ?? 0) <= level) cover(limit, table, match);
    }
    at = end;
  }
}

/** The clauses of one rule in a list. */
type Clauses = { readonly alive: Row; readonly from: number; readonly to: number };

function stays(table: ClauseTable, level: number, { alive, from, to }: Clauses, limit: Limit): boolean {
  const match = alive.numbers[from] ?? 0;
  if (table.role[match] !== roles.match) return false;
  const standing = standingOf(table, level, { alive, from: from + 1, to });
  return standing === unsure || (standing === sure && stands(limit, table.group[match] ?? 0));
}

/** Which groups still stand, behind the rules that cover all that is left: none behind `last`, and no more of `full`. */
type Limit = { last: number; full: number; group: number; covering: number };

function newLimit(): Limit {
  return { last: Number.POSITIVE_INFINITY, full: Number.NaN, group: Number.NaN, covering: 0 };
}

function stands({ last, full }: Limit, group: number): boolean {
  return group <= last && group !== full;
}

function cover(limit: Limit, { group, leaves, most }: ClauseTable, match: number): void {
  const own = group[match] ?? 0;
  limit.covering = own === limit.group ? limit.covering + 1 : 1;
  limit.group = own;
  limit.last = Math.min(limit.last, leaves[match] ?? 0);
  if (limit.covering >= most) limit.full = own;
}

function endOfRule({ rule }: ClauseTable, { numbers, count }: Row, start: number): number {
  const own = rule[numbers[start] ?? 0];
  let end = start + 1;
  while (end < count && rule[numbers[end] ?? 0] === own) end += 1;
  return end;
}

const gone = 0;
const sure = 1;
const unsure = 2;

function standingOf({ role, coversFrom }: ClauseTable, level: number, { alive: { numbers }, from, to }: Clauses): number {
  let standing: number = sure;
  for (let at = from; at < to; at += 1) {
    const index = numbers[at] ?? 0;
    if (role[index] === roles.unsure) standing = unsure;
    else if ((coversFrom[index] ?? 0) <= level) return gone;
  }
  return standing;
}
