/**
 * Reads AWS CloudTrail: a document `{"Records":[…]}`, or one record a line.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { canonicalAddress } from './address.ts';
import type { IdentityEvent, Parsed } from './event.ts';
import { instantText, isRecord, readJsonLines, recordField, textField, tryJson } from './json-lines.ts';
import type { Fields } from './json-lines.ts';
import { assertSize } from './limits.ts';

export function parseCloudTrail(text: string): Parsed<IdentityEvent> {
  assertSize(text, 'CloudTrail document');
  const items: IdentityEvent[] = [];
  const rejected: { where: string; reason: string }[] = [];
  const seen = new Set<string>();
  for (const { where, value } of readRecords(text)) {
    const event = isRecord(value) ? readEvent(value) : 'not a JSON object';
    if (typeof event === 'string') rejected.push({ where, reason: event });
    else if (seen.has(event.id)) rejected.push({ where, reason: `the eventID \`${event.id}\` is there twice` });
    else {
      seen.add(event.id);
      items.push(event);
    }
  }
  return { items, rejected };
}

function readRecords(text: string): readonly { readonly where: string; readonly value: unknown }[] {
  const whole = tryJson(text);
  const records = isRecord(whole) && Object.hasOwn(whole, 'Records') ? whole['Records'] : undefined;
  if (Array.isArray(records)) return records.map((value: unknown, index) => ({ where: `/Records/${index}`, value }));
  return readJsonLines(text, 'cloudtrail').map((line) => ({ where: line.where, value: 'fault' in line ? undefined : line.value }));
}

function readEvent(fields: Fields): IdentityEvent | string {
  const at = instantText(textField(fields, 'eventTime'));
  if (at === undefined) return '`eventTime` is not RFC 3339';
  const id = textField(fields, 'eventID');
  if (id === undefined) return '`eventID` is missing';
  const source = textField(fields, 'eventSource');
  const name = textField(fields, 'eventName');
  if (source === undefined || name === undefined) return '`eventSource` or `eventName` is missing';
  const errorCode = textField(fields, 'errorCode');
  const service = source.endsWith('.amazonaws.com') ? source.slice(0, -'.amazonaws.com'.length) : source;
  return {
    id: id.slice(0, 128),
    at,
    principal: principalOf(recordField(fields, 'userIdentity') ?? {}).slice(0, 2048),
    action: `${service}:${name}`.slice(0, 256),
    resource: resourceOf(fields)?.slice(0, 2048),
    from: fromOf(textField(fields, 'sourceIPAddress')),
    outcome: errorCode === undefined && !signInFailed(fields) ? 'success' : 'failure',
    errorCode: errorCode?.slice(0, 128),
  };
}

/** The session's issuer for an assumed role, so that one role is one principal; otherwise the most telling name that is there. */
function principalOf(identity: Fields): string {
  const issuer = recordField(recordField(identity, 'sessionContext') ?? {}, 'sessionIssuer') ?? {};
  return (
    textField(issuer, 'arn') ??
    textField(identity, 'arn') ??
    textField(identity, 'userName') ??
    textField(identity, 'invokedBy') ??
    textField(identity, 'principalId') ??
    'unknown'
  );
}

function resourceOf(fields: Fields): string | undefined {
  const resources = fields['resources'];
  const first: unknown = Array.isArray(resources) ? resources[0] : undefined;
  const arn = isRecord(first) ? textField(first, 'ARN') : undefined;
  const parameters = recordField(fields, 'requestParameters') ?? {};
  return (
    arn ??
    textField(parameters, 'bucketName') ??
    textField(parameters, 'roleName') ??
    textField(parameters, 'userName') ??
    textField(parameters, 'secretId')
  );
}

/** An address in canonical text, or the name of the AWS service that called. */
function fromOf(source: string | undefined): string | undefined {
  return source === undefined ? undefined : (canonicalAddress(source) ?? source.slice(0, 256));
}

/** A failed console sign-in has no error code: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html */
function signInFailed(fields: Fields): boolean {
  const answer = recordField(fields, 'responseElements') ?? {};
  return textField(answer, 'ConsoleLogin') === 'Failure';
}
