/** Compares two cloud access policies as JSON, whichever of AWS, Azure and Google Cloud they are of. */
import { EdictError } from '../../errors.ts';
import { compareDocuments, type Comparison } from './compare-documents.ts';
import type { IamDocument, IamVersion } from './document.ts';
import { isAzurePolicy, parseAzurePolicy } from './parse-azure.ts';
import { parseIamDocument } from './parse-document.ts';
import { isGcpPolicy, parseGcpPolicy } from './parse-gcp.ts';
import type { ResourceTypes } from './resource-types.ts';

export type Cloud = 'aws' | 'azure' | 'gcp';

export type PolicyOptions = {
  /** Of AWS: look only at resources that the action has. */
  readonly types?: ResourceTypes | undefined;
  /** Of AWS: read every document as of this version. */
  readonly version?: IamVersion | undefined;
};

/** Throws `artifact-unreadable` for what is no policy of a cloud that we know or of two clouds, and `input-too-large`. */
export function compareCloudPolicies(first: unknown, second: unknown, { types, version }: PolicyOptions = {}): Comparison {
  const clouds = [cloudOf(first), cloudOf(second)];
  const [cloud] = clouds;
  if (cloud === undefined || cloud !== clouds[1])
    throw new EdictError('artifact-unreadable', `a policy of \`${clouds[0]}\` and one of \`${clouds[1]}\` have no request in common`);
  const read: Readonly<Record<Cloud, (policy: unknown) => IamDocument>> = {
    aws: (policy) => parseIamDocument(policy, { version }),
    azure: parseAzurePolicy,
    gcp: parseGcpPolicy,
  };
  return compareDocuments([read[cloud](first)], [read[cloud](second)], cloud === 'aws' ? { types } : {});
}

export function cloudOf(policy: unknown): Cloud {
  if (typeof policy === 'object' && policy !== null && 'Statement' in policy) return 'aws';
  if (isGcpPolicy(policy)) return 'gcp';
  if (isAzurePolicy(policy)) return 'azure';
  throw new EdictError('artifact-unreadable', 'not a policy of AWS, Azure or Google Cloud', {
    expected: "`Statement`, `bindings`, or a role definition's `actions` or `permissions`",
  });
}
