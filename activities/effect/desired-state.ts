/** An enforcement point's desired state: as the store keeps it (by digest), and as a connector wants it (whole). */
import type { Desired, Isolation, Observed } from '../../connectors/connector.ts';
import { driftBetween } from '../../domain/enforcement/drift.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PointRow, Store } from '../../store/port.ts';

export type StoredDesired = PointRow['desired'];

export function isolationsOf(desired: StoredDesired): readonly Isolation[] {
  return desired.isolations.map((stored) => ({
    key: textOf(stored['key']),
    addresses: textsOf(stored['addresses']),
    allow: textsOf(stored['allow']),
  }));
}

export function withIsolation(desired: StoredDesired, isolation: Isolation): StoredDesired {
  const stored: JsonObject = { key: isolation.key, addresses: isolation.addresses, allow: isolation.allow };
  return { ...desired, isolations: [...withoutIsolation(desired, isolation.key).isolations, stored] };
}

export function withoutIsolation(desired: StoredDesired, key: string): StoredDesired {
  return { ...desired, isolations: desired.isolations.filter((stored) => stored['key'] !== key) };
}

/** Loads the artifact that the digest stands for. */
export async function wholeDesired(store: Store, desired: StoredDesired): Promise<Desired> {
  const isolations = isolationsOf(desired);
  if (desired.artifact === undefined) return { artifact: undefined, isolations };
  const artifact = await store.policies.artifact(desired.artifact);
  if (artifact === undefined) throw new EdictError('defect', `artifact \`${desired.artifact}\` is desired but not stored`);
  return { artifact, isolations };
}

/** In words, what the point has and should not have, or lacks. Empty when it is as desired. */
export function differences(desired: StoredDesired, observed: Observed): readonly string[] {
  return driftBetween({ artifact: desired.artifact, isolationKeys: isolationsOf(desired).map(({ key }) => key) }, observed);
}

export async function pointRow(store: Store, name: string): Promise<PointRow> {
  const point = await store.points.get(name);
  if (point === undefined) throw new EdictError('enforcement-point-unknown', `no enforcement point \`${name}\``);
  return point;
}

export function observedJson(observed: Observed): JsonObject {
  return {
    artifactDigest: observed.artifactDigest ?? null,
    isolationKeys: observed.isolationKeys,
    intact: observed.intact,
    facts: observed.facts,
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
