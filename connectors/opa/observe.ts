/** Reads what OPA itself says it runs: the active revision, the policies' text and the data, held against the record in the data. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Deadline } from '../deadline.ts';
import type { Reading } from '../point.ts';
import { contentDigest, revisionOf, type BundleContent, type State } from './bundle.ts';
import type { OpaClient } from './client.ts';
import { bundleName } from './config.ts';
import type { BundleShelf } from './shelf.ts';

export type BundleSource = { readonly point: string; readonly client: OpaClient; readonly shelf: BundleShelf };

const rereads = 3;

export async function activeRevision(client: OpaClient, deadline: Deadline): Promise<string | undefined> {
  const revision = await client.get(`/v1/data/system/bundles/${bundleName}/manifest/revision`, deadline);
  return typeof revision === 'string' ? revision : undefined;
}

/** Several answers of one revision: read again when another bundle became active in between. */
export async function readBundle(source: BundleSource, deadline: Deadline): Promise<Reading> {
  const { client } = source;
  let revision = await activeRevision(client, deadline);
  for (let reread = 0; ; reread += 1) {
    const reading = await readOnce(source, revision, deadline);
    const now = await activeRevision(client, deadline);
    if (now === revision || reread === rereads) return reading;
    revision = now;
  }
}

async function readOnce({ point, client, shelf }: BundleSource, revision: string | undefined, deadline: Deadline): Promise<Reading> {
  const [state, rules, isolations, listed, shelved] = await Promise.all([
    client.get('/v1/data/edict/state', deadline),
    client.get('/v1/data/edict/rules', deadline),
    client.get('/v1/data/edict/isolations', deadline),
    client.get('/v1/policies', deadline),
    shelf.get(point),
  ]);
  const { own, others } = sortPolicies(listed);
  const record = stateOf(state);
  const content: BundleContent = { policies: own, rules: rules ?? null, isolations: isolations ?? null };
  // OPA will run, or should run, another bundle than it does.
  const waiting = shelved?.revision === revision ? undefined : shelved?.revision;
  return {
    applied: record?.applied,
    artifactDigest: Object.keys(own).length === 0 ? undefined : record?.applied.artifact,
    isolationKeys: keysOf(isolations),
    intact: waiting === undefined && isWhole(record, revision, content),
    facts: { revision: revision ?? null, waitingRevision: waiting ?? null, content: contentDigest(content), otherPolicies: others },
  };
}

/** Without a record and without a bundle, there must be nothing. */
function isWhole(record: State | undefined, revision: string | undefined, content: BundleContent): boolean {
  if (record !== undefined) return record.content === contentDigest(content) && revisionOf(record) === revision;
  return revision === undefined && content.rules === null && Object.keys(content.policies).length === 0;
}

function stateOf(state: Json | undefined): State | undefined {
  const found = state as unknown as State | undefined;
  return found?.format === 1 && typeof found.content === 'string' && typeof found.applied?.key === 'string' ? found : undefined;
}

function keysOf(isolations: Json | undefined): readonly string[] {
  const listed = Array.isArray(isolations) ? (isolations as readonly JsonObject[]) : [];
  return listed.flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
}

/** Ours are listed under the bundle's name. */
function sortPolicies(listed: Json | undefined) {
  const policies = (Array.isArray(listed) ? listed : []) as readonly { readonly id: string; readonly raw: string }[];
  const prefix = `${bundleName}/`;
  const ours = policies.filter(({ id }) => id.startsWith(prefix));
  return {
    own: Object.fromEntries(ours.map(({ id, raw }) => [id.slice(prefix.length), raw])),
    others: policies.filter((policy) => !ours.includes(policy)).map(({ id }) => id),
  };
}
