/** Compares two cloud access policies, whichever cloud they are of, as JSON. */
import { EdictError } from '../../errors.ts';
import { compareDocuments, type Comparison, type ComparisonOptions } from './compare-documents.ts';
import type { IamVersion } from './document.ts';
import { parseIamDocument } from './parse-document.ts';

export type PolicyOptions = ComparisonOptions & { readonly version?: IamVersion | undefined };

/** Throws `artifact-unreadable` for what is not a policy of a cloud that we know, and `input-too-large`. */
export function compareCloudPolicies(first: unknown, second: unknown, options: PolicyOptions = {}): Comparison {
  const read = (policy: unknown) => [parseIamDocument(policy, options)];
  if (!isAws(first) || !isAws(second)) throw new EdictError('artifact-unreadable', 'not a policy of AWS');
  return compareDocuments(read(first), read(second), options);
}

function isAws(policy: unknown): boolean {
  return typeof policy === 'object' && policy !== null && 'Statement' in policy;
}
