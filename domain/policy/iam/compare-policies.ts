/** Compares cloud access policies as JSON, one or a set of them on each side, whichever of AWS, Azure and Google Cloud they are of. */
import { EdictError } from '../../errors.ts';
import { compareSets, type Comparison } from './compare-documents.ts';
import type { IamDocument, IamVersion } from './document.ts';
import type { IamPolicies } from './evaluate.ts';
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
export function compareCloudPolicies(first: unknown, second: unknown, options: PolicyOptions = {}): Comparison {
  return compareCloudSets([{ kind: 'identity', policy: first }], [{ kind: 'identity', policy: second }], options);
}

/** What a document is to those that are in force with it. Only AWS has more than the first. */
export type AttachedKind = 'identity' | 'boundary' | 'session' | 'resource' | 'service control';

export type AttachedPolicy = {
  readonly kind: AttachedKind;
  readonly policy: unknown;
  /** Of service control: the root's, an organizational unit's, the account's; each has to allow. */
  readonly level?: string | undefined;
};

/** Each side is all that is in force together for one principal. Throws what `compareCloudPolicies` throws. */
export function compareCloudSets(
  first: readonly AttachedPolicy[],
  second: readonly AttachedPolicy[],
  { types, version }: PolicyOptions = {},
): Comparison {
  const cloud = oneCloud([...first, ...second]);
  const set = (attached: readonly AttachedPolicy[]): IamPolicies => readSet(attached, cloud, version);
  return compareSets(set(first), set(second), cloud === 'aws' ? { types } : {});
}

/** Throws `artifact-unreadable`. */
export function readCloudSet(attached: readonly AttachedPolicy[], { version }: Pick<PolicyOptions, 'version'> = {}): IamPolicies {
  return readSet(attached, oneCloud(attached), version);
}

function readSet(attached: readonly AttachedPolicy[], cloud: Cloud, version: IamVersion | undefined): IamPolicies {
  const read: Readonly<Record<Cloud, (policy: unknown) => IamDocument>> = {
    aws: (policy) => parseIamDocument(policy, { version }),
    azure: parseAzurePolicy,
    gcp: parseGcpPolicy,
  };
  const documents = (kind: AttachedKind, level?: string): readonly IamDocument[] =>
    attached
      .filter((each) => each.kind === kind && (level === undefined || (each.level ?? '') === level))
      .map(({ policy }) => read[cloud](policy));
  const has = (kind: AttachedKind): boolean => attached.some((each) => each.kind === kind);
  const levels = [...new Set(attached.flatMap(({ kind, level = '' }) => (kind === 'service control' ? [level] : [])))];
  return {
    identity: documents('identity'),
    ...(has('boundary') ? { boundary: documents('boundary') } : {}),
    ...(has('session') ? { session: documents('session') } : {}),
    ...(has('resource') ? { resource: documents('resource') } : {}),
    ...(levels.length === 0 ? {} : { serviceControl: levels.map((level) => documents('service control', level)) }),
  };
}

function oneCloud(attached: readonly AttachedPolicy[]): Cloud {
  const clouds = attached.map(({ policy }) => cloudOf(policy));
  const [cloud] = clouds;
  const other = clouds.find((each) => each !== cloud);
  if (cloud === undefined || other !== undefined)
    throw new EdictError('artifact-unreadable', `a policy of \`${cloud}\` and one of \`${other}\` have no request in common`);
  const odd = attached.find(({ kind }) => kind !== 'identity');
  if (cloud !== 'aws' && odd !== undefined)
    throw new EdictError('artifact-unreadable', `\`${cloud}\` has no policy that is ${odd.kind}`, { expected: 'what grants alone' });
  return cloud;
}

export function cloudOf(policy: unknown): Cloud {
  if (typeof policy === 'object' && policy !== null && 'Statement' in policy) return 'aws';
  if (isGcpPolicy(policy)) return 'gcp';
  if (isAzurePolicy(policy)) return 'azure';
  throw new EdictError('artifact-unreadable', 'not a policy of AWS, Azure or Google Cloud', {
    expected: "`Statement`, `bindings`, or a role definition's `actions` or `permissions`",
  });
}
