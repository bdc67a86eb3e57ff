/** Reads what OPA itself says it runs: the active revision, the policies' text and the data, held against the record in the data. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Deadline } from '../deadline.ts';
import type { Reading } from '../point.ts';
import { contentDigest, documentNames, revisionOf, stateFormat, type BundleContent, type State } from './bundle.ts';
import type { OpaClient } from './client.ts';
import { everyServed, type Served } from './served.ts';
import type { BundleShelf } from './shelf.ts';

export type BundleSource = { readonly point: string; readonly served: Served; readonly client: OpaClient; readonly shelf: BundleShelf };

const rereads = 3;

export async function activeRevision(
  { client, served }: Pick<BundleSource, 'client' | 'served'>,
  deadline: Deadline,
): Promise<string | undefined> {
  const revision = await client.get(`/v1/data/system/bundles/${served.bundle}/manifest/revision`, deadline);
  return typeof revision === 'string' ? revision : undefined;
}

/** Several answers of one revision: read again when another bundle became active in between. */
export async function readBundle(source: BundleSource, deadline: Deadline): Promise<Reading> {
  let revision = await activeRevision(source, deadline);
  for (let reread = 0; ; reread += 1) {
    const reading = await readOnce(source, revision, deadline);
    const now = await activeRevision(source, deadline);
    if (now === revision || reread === rereads) return reading;
    revision = now;
  }
}

async function readOnce(
  { point, served, client, shelf }: BundleSource,
  revision: string | undefined,
  deadline: Deadline,
): Promise<Reading> {
  const [state, documents, listed, shelved] = await Promise.all([
    client.get(`/v1/data/edict/${served.state}`, deadline),
    readDocuments(client, documentNames(served), deadline),
    client.get('/v1/policies', deadline),
    shelf.get(point),
  ]);
  const { own, others } = sortPolicies(listed, served);
  const record = stateOf(state);
  const content: BundleContent = { policies: own, documents };
  // OPA will run, or should run, another bundle than it does.
  const waiting = shelved?.revision === revision ? undefined : shelved?.revision;
  return {
    applied: record?.applied,
    artifactDigest: Object.keys(own).length === 0 ? undefined : record?.applied.artifact,
    isolationKeys: served.isolations === undefined ? [] : keysOf(documents[served.isolations]),
    intact: waiting === undefined && isWhole(record, revision, content),
    facts: { revision: revision ?? null, waitingRevision: waiting ?? null, content: contentDigest(content), otherPolicies: others },
  };
}

async function readDocuments(client: OpaClient, names: readonly string[], deadline: Deadline): Promise<BundleContent['documents']> {
  const read = names.map(async (name) => [name, (await client.get(`/v1/data/edict/${name}`, deadline)) ?? null] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Without a record and without a bundle, there must be nothing. */
function isWhole(record: State | undefined, revision: string | undefined, content: BundleContent): boolean {
  if (record !== undefined)
    return record.format === stateFormat && record.content === contentDigest(content) && revisionOf(record) === revision;
  const isEmpty = Object.values(content.documents).every((each) => each === null) && Object.keys(content.policies).length === 0;
  return revision === undefined && isEmpty;
}

function stateOf(state: Json | undefined): State | undefined {
  const found = state as unknown as State | undefined;
  return typeof found?.format === 'number' && typeof found.content === 'string' && typeof found.applied?.key === 'string'
    ? found
    : undefined;
}

function keysOf(isolations: Json | undefined): readonly string[] {
  const listed = Array.isArray(isolations) ? (isolations as readonly JsonObject[]) : [];
  return listed.flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
}

/** Ours are listed under the bundle's name. */
function sortPolicies(listed: Json | undefined, { bundle }: Served) {
  const policies = (Array.isArray(listed) ? listed : []) as readonly { readonly id: string; readonly raw: string }[];
  const prefix = `${bundle}/`;
  return {
    own: Object.fromEntries(policies.filter(({ id }) => id.startsWith(prefix)).map(({ id, raw }) => [id.slice(prefix.length), raw])),
    others: policies.filter(({ id }) => !everyServed.some((one) => id.startsWith(`${one.bundle}/`))).map(({ id }) => id),
  };
}
