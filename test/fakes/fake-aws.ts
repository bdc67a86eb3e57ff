/** IAM, STS and S3 as far as Edict speaks them, behind a signature that is computed anew from the rules of Signature Version 4. */
import { createHash, createHmac } from 'node:crypto';
import { startFaultServer, type Answer, type Asked, type FaultServer } from './fault-server.ts';

export const awsIdentity = { accessKeyId: 'AKIDEXAMPLEEXAMPLE01', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

type Key = { readonly user: string; active: boolean; readonly lastUsed?: string };
type Block = { readonly [flag: string]: boolean };

export type FakeAws = FaultServer & {
  readonly settings: { readonly accessKeyId: string; readonly iamUrl: string; readonly stsUrl: string; readonly s3Url: string };
  readonly keys: Map<string, Key>;
  /** Bucket → its block, null for none. */
  readonly buckets: Map<string, Block | null>;
  readonly writes: () => number;
};

export async function startFakeAws(): Promise<FakeAws> {
  const state: State = {
    keys: new Map([
      ['AKIAIOSFODNN7EXAMPLE', { user: 'deployer', active: true, lastUsed: '2026-11-25T08:00:00Z' }],
      ['AKIAIOSFODNN7OTHER01', { user: 'deployer', active: true }],
      ['AKIAIOSFODNN7OTHER02', { user: 'deployer', active: false }],
    ]),
    buckets: new Map<string, Block | null>([
      ['open-data', null],
      ['half-open', { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: false, RestrictPublicBuckets: false }],
    ]),
  };
  let writes = 0;
  const server = await startFaultServer({
    answer: (asked) => {
      if (!isSigned(asked)) return problem(403, 'SignatureDoesNotMatch');
      const answer = asked.url.searchParams.has('publicAccessBlock') ? bucketAnswer(state, asked) : queryAnswer(state, asked);
      if (changes(asked) && answer.status < 300) writes += 1;
      return answer;
    },
    changes,
    problem,
  });
  const settings = { accessKeyId: awsIdentity.accessKeyId, iamUrl: server.url, stsUrl: server.url, s3Url: server.url };
  return { ...server, ...state, settings, writes: () => writes };
}

function changes({ method, body }: Asked): boolean {
  return ['PUT', 'DELETE'].includes(method) || body.includes('Action=Update');
}

type State = Pick<FakeAws, 'keys' | 'buckets'>;

function queryAnswer(state: State, { body }: Asked): Answer {
  const form = new URLSearchParams(body);
  const action = form.get('Action') ?? '';
  const [keyId, user] = [form.get('AccessKeyId') ?? '', form.get('UserName') ?? ''];
  const key = state.keys.get(keyId);
  switch (action) {
    case 'GetCallerIdentity':
      return result(action, '<Arn>arn:aws:iam::123456789012:user/edict</Arn><Account>123456789012</Account>');
    case 'GetAccessKeyLastUsed':
      if (key === undefined) return problem(404, 'NoSuchEntity');
      return result(action, `<UserName>${key.user}</UserName><AccessKeyLastUsed>${usage(key)}</AccessKeyLastUsed>`);
    case 'ListAccessKeys':
      return listKeys(state, user, form.get('Marker'));
    case 'UpdateAccessKey':
      if (key?.user !== user) return problem(404, 'NoSuchEntity');
      key.active = form.get('Status') === 'Active';
      return xml(200, `<UpdateAccessKeyResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></UpdateAccessKeyResponse>`);
    default:
      return problem(400, 'InvalidAction');
  }
}

function usage({ lastUsed }: Key): string {
  if (lastUsed === undefined) return '<ServiceName>N/A</ServiceName><Region>N/A</Region>';
  return `<LastUsedDate>${lastUsed}</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-west-1</Region>`;
}

/** One key a page. */
function listKeys({ keys }: State, user: string, marker: string | null): Answer {
  const held = [...keys].filter(([, key]) => key.user === user);
  if (held.length === 0) return problem(404, 'NoSuchEntity');
  const at = Number(marker ?? 0);
  const members = held
    .slice(at, at + 1)
    .map(([id, { active }]) => `<member><AccessKeyId>${id}</AccessKeyId><Status>${active ? 'Active' : 'Inactive'}</Status></member>`);
  const more = at + 1 < held.length ? `<IsTruncated>true</IsTruncated><Marker>${at + 1}</Marker>` : '<IsTruncated>false</IsTruncated>';
  return result('ListAccessKeys', `<AccessKeyMetadata>${members.join('')}</AccessKeyMetadata>${more}`);
}

function bucketAnswer({ buckets }: State, { method, path, body, headers }: Asked): Answer {
  const name = path.slice(1);
  const block = buckets.get(name);
  if (block === undefined) return problem(404, 'NoSuchBucket');
  if (method === 'DELETE') {
    buckets.set(name, null);
    return { status: 204 };
  }
  if (method === 'PUT') {
    if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) return problem(400, 'InvalidDigest');
    buckets.set(
      name,
      Object.fromEntries([...body.matchAll(/<(\w+)>(true|false)<\/\1>/gu)].map(([, flag, value]) => [flag!, value === 'true'])),
    );
    return { status: 200 };
  }
  if (block === null) return problem(404, 'NoSuchPublicAccessBlockConfiguration');
  const flags = Object.entries(block).map(([flag, value]) => `<${flag}>${value}</${flag}>`);
  return xml(200, `<PublicAccessBlockConfiguration>${flags.join('')}</PublicAccessBlockConfiguration>`);
}

function result(action: string, inner: string): Answer {
  return xml(200, `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`);
}

function problem(status: number, code: string): Answer {
  return xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error></ErrorResponse>`);
}

function xml(status: number, body: string): Answer {
  return { status, type: 'text/xml', body: `<?xml version="1.0"?>${body}` };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned({ method, url, headers, body }: Asked): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<date>\d{8})\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, ?SignedHeaders=(?<signed>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/u.exec(
      headers.authorization ?? '',
    )?.groups;
  if (found === undefined || found['id'] !== awsIdentity.accessKeyId) return false;
  const { date, region, service, signed, signature } = found;
  const hashed = sha256(body);
  const sent = headers['x-amz-content-sha256'];
  const query = [...url.searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).toSorted();
  const lines = signed!.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url.pathname, query.join('&'), lines.join(''), signed, sent ?? hashed].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date!, region!, service!, 'aws4_request'].reduce<Buffer>(
    (held, part) => hmac(held, part),
    Buffer.from(`AWS4${awsIdentity.secretAccessKey}`),
  );
  return hmac(key, text).toString('hex') === signature && (sent === undefined || sent === 'UNSIGNED-PAYLOAD' || sent === hashed);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
