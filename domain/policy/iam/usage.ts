/**
 * What CloudTrail's records say was asked (docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html), as
 * requests of AWS policies. An event's name is its action's but for the exceptions below ("Actions, resources, and condition keys",
 * Service Authorization Reference; "Amazon S3 CloudTrail events", S3 User Guide). A record often leaves the resource out: such a request
 * counts for every resource.
 */
import type { IamRequest, PrincipalName } from './document.ts';

export type UsedRequest = Omit<IamRequest, 'resource'> & {
  /** Absent where the record does not tell. */
  readonly resource?: string | undefined;
  /** The record's own id and time. */
  readonly id: string;
  readonly at: string;
};

/** Why a record says nothing about grants. */
export type Unused = { readonly id: string; readonly skipped: 'refused' | 'by a service' | 'no request' };

type Fields = { readonly [name: string]: unknown };

/** What was asked, whether it was granted or refused. */
export type RecordedRequest = UsedRequest & {
  readonly refused: boolean;
  /** The role, where a session of it asked. */
  readonly role?: string | undefined;
};

/** Of one record, what it used; a record of several resources is one request for each. */
export function usageOf(record: unknown): readonly UsedRequest[] | Unused {
  const found = recordedRequests(record);
  if ('skipped' in found) return found;
  const refused = found.find((request) => request.refused);
  return refused === undefined ? found : { id: refused.id, skipped: 'refused' };
}

/** Of one record; a record of several resources is one request for each. */
export function recordedRequests(record: unknown): readonly RecordedRequest[] | Unused {
  const event = fieldsOf(record);
  const id = textOf(event['eventID']) ?? '';
  const [source, name, at] = [textOf(event['eventSource']), textOf(event['eventName']), textOf(event['eventTime'])];
  if (source === undefined || name === undefined || at === undefined) return { id, skipped: 'no request' };
  const identity = fieldsOf(event['userIdentity']);
  const arn = textOf(identity['arn']);
  if (arn === undefined) return { id, skipped: 'by a service' };
  const service = serviceOf(source);
  const role = textOf(fieldsOf(fieldsOf(identity['sessionContext'])['sessionIssuer'])['arn']);
  const request = {
    id,
    at,
    principal: { type: 'AWS', name: arn } satisfies PrincipalName,
    action: actionOf(service, name),
    context: contextOf(event, identity, { arn, at }),
    refused: isRefused(textOf(event['errorCode'])),
    ...(role === undefined ? {} : { role }),
  };
  const resources = arnsOf(event['resources']);
  return resources.length === 0 ? [request] : resources.map((resource) => ({ ...request, resource }));
}

function isRefused(code: string | undefined): boolean {
  return code !== undefined && /AccessDenied|Unauthorized|AuthFailure|NotAuthorized/u.test(code);
}

/** Services whose prefix in policies is not their address's. */
const prefixes: { readonly [host: string]: string } = {
  monitoring: 'cloudwatch',
  email: 'ses',
  tagging: 'tag',
  'elasticloadbalancing-v2': 'elasticloadbalancing',
};

function serviceOf(source: string): string {
  const host = source.replace(/\.amazonaws\.com$/u, '');
  return Object.hasOwn(prefixes, host) ? (prefixes[host] ?? host) : host;
}

const s3Actions: { readonly [event: string]: string } = {
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  HeadBucket: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListBuckets: 'ListAllMyBuckets',
  HeadObject: 'GetObject',
  CopyObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  DeleteObjects: 'DeleteObject',
  GetBucketLifecycle: 'GetLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycle: 'PutLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketCors: 'GetBucketCORS',
  PutBucketCors: 'PutBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketTagging: 'PutBucketTagging',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
};

function actionOf(service: string, event: string): string {
  // Names of API versions: `GetFunction20150331v2`.
  if (service === 'lambda' || service === 'cloudfront') return `${service}:${event.replace(/_?\d{4}_?\d{2}_?\d{2}(?:v\d+)?$/u, '')}`;
  if (service !== 's3' || !Object.hasOwn(s3Actions, event)) return `${service}:${event}`;
  return `s3:${s3Actions[event] ?? event}`;
}

type Known = { readonly arn: string; readonly at: string };

/** The condition keys that a record tells. */
function contextOf(event: Fields, identity: Fields, { arn, at }: Known): IamRequest['context'] {
  const session = fieldsOf(fieldsOf(identity['sessionContext'])['attributes']);
  const known: { readonly [key: string]: string | undefined } = {
    'aws:currenttime': at,
    'aws:principalarn': arn,
    'aws:principalaccount': textOf(identity['accountId']),
    'aws:username': textOf(identity['userName']),
    'aws:userid': textOf(identity['principalId']),
    'aws:sourceip': textOf(event['sourceIPAddress']),
    'aws:useragent': textOf(event['userAgent']),
    'aws:requestedregion': textOf(event['awsRegion']),
    'aws:multifactorauthpresent': textOf(session['mfaAuthenticated']),
  };
  return Object.fromEntries(Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]]])));
}

function arnsOf(resources: unknown): readonly string[] {
  if (!Array.isArray(resources)) return [];
  return (resources as readonly unknown[]).flatMap((resource) => {
    const fields = fieldsOf(resource);
    return textOf(fields['ARN']) ?? textOf(fields['arn']) ?? [];
  });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
