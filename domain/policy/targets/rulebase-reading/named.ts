/** Named values of a configuration: objects that hold a value, and groups of objects and groups. */
import { type IntervalSet, union } from '../../intervals.ts';
import { unreadable } from './reading.ts';

/** What an object holds, or why it cannot be read: an error only where it is used. */
export type Named<T> = { readonly value: T } | { readonly unread: string };

export type Definitions<T> = {
  readonly kind: string;
  readonly objects: ReadonlyMap<string, Named<T>>;
  /** Members in order. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly join: (values: readonly T[]) => T;
  /** What a group leaves out of its members. */
  readonly excluded?: { readonly members: ReadonlyMap<string, readonly string[]>; readonly subtract: (from: T, what: T) => T } | undefined;
};

const deepest = 64;

/** Throws `artifact-unreadable` for a name that nothing defines, and for a group that holds itself. */
export function namedReader<T>({ kind, objects, groups, join, excluded }: Definitions<T>): (name: string) => T {
  const known = new Map<string, T>();
  const resolve = (name: string, depth: number): T => {
    const held = known.get(name);
    if (held !== undefined) return held;
    if (depth > deepest) throw unreadable(`${kind} group \`${name}\``, `groups at most ${deepest} deep, and none that holds itself`);
    const value = valueOf(name, depth);
    known.set(name, value);
    return value;
  };
  const valueOf = (name: string, depth: number): T => {
    const found = objects.get(name);
    if (found !== undefined) {
      if ('unread' in found) throw unreadable(`${kind} \`${name}\`: ${found.unread}`);
      return found.value;
    }
    const members = groups.get(name);
    if (members === undefined) throw unreadable(`${kind} \`${name}\``, 'a name that is defined');
    const whole = join(members.map((member) => resolve(member, depth + 1)));
    const holes = excluded?.members.get(name) ?? [];
    return excluded === undefined || holes.length === 0
      ? whole
      : excluded.subtract(whole, join(holes.map((hole) => resolve(hole, depth + 1))));
  };
  return (name) => resolve(name, 0);
}

export function joinSets(sets: readonly IntervalSet[]): IntervalSet {
  const [only, ...more] = sets;
  return only !== undefined && more.length === 0 ? only : union(...sets);
}
