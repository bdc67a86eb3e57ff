/** Desired states as values: when two are the same, what lies between them in words, and what an undo leaves. Pure. */
import { canonicalJson } from '../domain/digest.ts';
import { parseAddresses } from '../domain/policy/addresses.ts';
import type { Isolation } from './connector.ts';

/** A desired state with the artifact by its digest: what a point remembers of itself. */
export type DesiredRef = { readonly artifact: string | undefined; readonly isolations: readonly Isolation[] };

export const nothingDesired: DesiredRef = { artifact: undefined, isolations: [] };

/** Isolations in the order of their keys, so that the same set is the same text. */
export function normalIsolations(isolations: readonly Isolation[]): readonly Isolation[] {
  return isolations
    .map(({ key, addresses, allow }) => ({ key, addresses: addresses.toSorted(), allow: allow.toSorted() }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

export function sameIsolations(a: readonly Isolation[], b: readonly Isolation[]): boolean {
  return canonicalJson(normalIsolations(a)) === canonicalJson(normalIsolations(b));
}

/** What would be done to get from one to the other. */
export function stepsBetween(from: DesiredRef, to: DesiredRef): readonly string[] {
  const artifact =
    from.artifact === to.artifact
      ? []
      : [to.artifact === undefined ? `remove artifact ${from.artifact}` : `put artifact ${to.artifact} in force`];
  const added = missingFrom(from.isolations, to.isolations).map(({ key, addresses }) => `isolate ${addresses.join(', ')} for ${key}`);
  const removed = missingFrom(to.isolations, from.isolations).map(({ key, addresses }) => `release ${addresses.join(', ')} of ${key}`);
  return [...artifact, ...removed, ...added];
}

/**
 * What is left when the change `before → after` is taken out of `current`: `before` itself where nothing else has happened
 * since, and otherwise what others put in force later stays.
 */
export function withoutChange(current: DesiredRef, before: DesiredRef, after: DesiredRef): DesiredRef {
  const added = missingFrom(before.isolations, after.isolations);
  const removed = missingFrom(after.isolations, before.isolations);
  const kept = missingFrom(added, current.isolations);
  return {
    artifact: current.artifact === after.artifact ? before.artifact : current.artifact,
    isolations: [...kept, ...missingFrom(kept, removed).filter(({ key }) => !kept.some((isolation) => isolation.key === key))],
  };
}

/** Throws for an address that cannot be read. */
export function checkIsolations(isolations: readonly Isolation[]): void {
  for (const { addresses, allow } of isolations) for (const text of [...addresses, ...allow]) parseAddresses(text);
}

/** The isolations of `whole` that `part` does not hold in the same form. */
export function missingFrom(part: readonly Isolation[], whole: readonly Isolation[]): readonly Isolation[] {
  const held = new Set(normalIsolations(part).map(canonicalJson));
  return normalIsolations(whole).filter((isolation) => !held.has(canonicalJson(isolation)));
}
