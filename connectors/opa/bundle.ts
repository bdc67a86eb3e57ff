/**
 * A signed OPA bundle: the artifact's own policy, its data with the isolations filled in, and a record of what this is.
 * https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format and #signing
 */
import { canonicalJson, digestOf, digestOfText, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import { regoTarget } from '../../domain/policy/targets/rego/target.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { Isolation } from '../connector.ts';
import { normalIsolations } from '../desired.ts';
import type { Applied } from '../point.ts';
import { packArchive } from './archive.ts';
import { signingScope } from './config.ts';
import { signClaims, type SigningKey } from './signing-key.ts';

/** Stands in the bundle's data as `edict.state`. `content` is the digest of policies and data when nobody has touched them. */
export type State = { readonly format: 1; readonly applied: Applied; readonly content: Digest };

export type Bundle = { readonly revision: string; readonly bytes: Uint8Array };

/** What is compared with OPA's own word: the policies' text by path, and the data that they decide from. */
export type BundleContent = { readonly policies: { readonly [path: string]: string }; readonly rules: Json; readonly isolations: Json };

const roots = ['edict', 'system/log'];

/** Reading OPA's state is no decision: only those of the entry point are logged. */
const logPolicy = `package system.log

drop if input.path != "edict/network/decision"
`;

export function buildBundle(input: {
  readonly artifact: Artifact | undefined;
  readonly applied: Applied;
  readonly key: SigningKey;
}): Bundle {
  const content = contentOf(input.artifact, input.applied.isolations);
  const state: State = { format: 1, applied: input.applied, content: contentDigest(content) };
  const revision = revisionOf(state);
  const { rules, isolations, policies } = content;
  const files = {
    '.manifest': canonicalJson({ revision, roots, rego_version: 1 }),
    'data.json': canonicalJson({ edict: { rules, isolations, state } }),
    ...policies,
  };
  return { revision, bytes: packArchive({ ...files, '.signatures.json': signatures(files, input.key) }) };
}

export function revisionOf(state: State): string {
  return digestOf(state);
}

export function contentDigest(content: BundleContent): Digest {
  return digestOf(content);
}

function contentOf(artifact: Artifact | undefined, isolations: readonly Isolation[]): BundleContent {
  const { 'data.json': data, '.manifest': _manifest, ...policies } = (artifact ?? withoutPolicy()).files;
  if (data === undefined || Object.keys(policies).length === 0) {
    throw new EdictError('artifact-unreadable', `artifact \`${artifact?.digest ?? 'none'}\` is no bundle`, {
      expected: 'the files `policy.rego` and `data.json`',
    });
  }
  const parsed = JSON.parse(data) as { readonly edict: { readonly rules: JsonObject } };
  const cidrs = (texts: readonly string[]) => texts.flatMap((text) => printCidrs(parseAddresses(text)));
  return {
    policies: { ...policies, 'system/log.rego': logPolicy },
    rules: parsed.edict.rules,
    isolations: normalIsolations(isolations).map(({ key, addresses, allow }) => ({
      key,
      addresses: cidrs(addresses),
      allow: cidrs(allow),
    })),
  };
}

/** Isolations hold where no policy does. */
function withoutPolicy(): Artifact {
  return regoTarget.compile([], { assets: [], zones: [] }).artifact;
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
