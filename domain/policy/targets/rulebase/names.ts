/**
 * Names of objects on a device: made from what they hold or from the selector that they stand for, never from their place in the
 * artifact, so that a small change of a policy is a small change of its artifact. Only letters, digits, `-`, `_` and `.` are left of
 * what people write; whatever else was in it is told apart by a digest.
 */
import { digestOfText } from '../../../digest.ts';

/** Marks what belongs to Edict among the objects of a device. */
export const mark = 'edict-';

const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const digestLength = 12;

/** The text itself where it is plain and short enough, else what is plain of it and its digest. At least 20 characters. */
export function nameOf(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters && plain.test(text)) return text;
  const start = text.slice(0, mostCharacters - digestLength - 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `${plain.test(start) ? start : `x${start.slice(1)}`}-${shortDigest(text)}`;
}

export function shortDigest(text: string): string {
  return digestOfText(text).slice('sha256:'.length, 'sha256:'.length + digestLength);
}

/** A rule lists at most this many services itself; more of them are a group. */
export const mostListed = 12;

/** Of a group without a name of its own, by its members. */
export function groupName(what: string, members: readonly string[]): string {
  return `${mark}${what}-${shortDigest(members.join(' '))}`;
}

/** In order of name: what a device's objects mean does not depend on their order, and so a new one changes one place. */
export function byName<T>(objects: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What `make` makes of a thing, asked once for each name. */
export function onceByName<T extends { readonly name: string }>(make: (thing: T) => string): (thing: T) => string {
  const known = new Map<string, string>();
  return (thing) => {
    const held = known.get(thing.name) ?? make(thing);
    known.set(thing.name, held);
    return held;
  };
}
