/**
 * A signed OPA bundle: the artifact's own policy, its data with the isolations filled in where it has them, and a record of what this is.
 * https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format and #signing
 */
import { canonicalJson, digestOf, digestOfText, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { Isolation } from '../connector.ts';
import { normalIsolations } from '../desired.ts';
import type { Applied } from '../point.ts';
import { packArchive } from './archive.ts';
import { signingScope } from './config.ts';
import type { Served } from './served.ts';
import { signClaims, type SigningKey } from './signing-key.ts';

/** Of bundles as they are made now. Another one is read for what was applied by it, and is not what should be there. */
export const stateFormat = 2;

/** Stands in the bundle's data. `content` is the digest of policies and data when nobody has touched them. */
export type State = { readonly format: number; readonly applied: Applied; readonly content: Digest };

export type Bundle = { readonly revision: string; readonly bytes: Uint8Array };

/** What is compared with OPA's own word: the policies' text by path, and the documents that they decide from. */
export type BundleContent = {
  readonly policies: { readonly [path: string]: string };
  readonly documents: { readonly [name: string]: Json };
};

export type Bundling = {
  readonly served: Served;
  readonly artifact: Artifact | undefined;
  readonly applied: Applied;
  readonly key: SigningKey;
};

export function buildBundle({ served, artifact, applied, key }: Bundling): Bundle {
  const content = contentOf(served, artifact, applied.isolations);
  const state: State = { format: stateFormat, applied, content: contentDigest(content) };
  const revision = revisionOf(state);
  const files = {
    '.manifest': canonicalJson({ revision, roots: served.roots, rego_version: 1 }),
    'data.json': canonicalJson({ edict: { ...content.documents, [served.state]: state } }),
    ...content.policies,
  };
  return { revision, bytes: packArchive({ ...files, '.signatures.json': signatures(files, key) }) };
}

export function revisionOf(state: State): string {
  return digestOf(state);
}

export function contentDigest(content: BundleContent): Digest {
  return digestOf(content);
}

/** The names of the documents that OPA is asked for. */
export function documentNames({ documents, isolations }: Served): readonly string[] {
  return isolations === undefined ? documents : [...documents, isolations];
}

function contentOf(served: Served, artifact: Artifact | undefined, isolations: readonly Isolation[]): BundleContent {
  // Isolations hold where no policy does.
  const { 'data.json': data, '.manifest': _manifest, ...policies } = (artifact ?? served.empty()).files;
  if (data === undefined || Object.keys(policies).length === 0) {
    throw new EdictError('artifact-unreadable', `artifact \`${artifact?.digest ?? 'none'}\` is no bundle`, {
      expected: 'the files `policy.rego` and `data.json`',
    });
  }
  const parsed = JSON.parse(data) as { readonly edict: JsonObject };
  const documents = Object.fromEntries(served.documents.map((name) => [name, parsed.edict[name] ?? null]));
  return {
    policies: { ...policies, ...served.extras },
    documents: served.isolations === undefined ? documents : { ...documents, [served.isolations]: isolationsData(isolations) },
  };
}

function isolationsData(isolations: readonly Isolation[]): Json {
  const cidrs = (texts: readonly string[]) => texts.flatMap((text) => printCidrs(parseAddresses(text)));
  return normalIsolations(isolations).map(({ key, addresses, allow }) => ({ key, addresses: cidrs(addresses), allow: cidrs(allow) }));
}

/** OPA hashes JSON files in their canonical form and all others as they are; ours are canonical already. */
function signatures(files: { readonly [path: string]: string }, key: SigningKey): string {
  const hashes = Object.entries(files).map(([name, text]) => ({
    name,
    hash: digestOfText(text).slice('sha256:'.length),
    algorithm: 'SHA-256',
  }));
  return JSON.stringify({ signatures: [signClaims({ files: hashes, scope: signingScope }, key)] });
}
