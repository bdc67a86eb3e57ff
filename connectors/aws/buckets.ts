/** Public access to buckets: what their block says now, the block put in place, and what was before put back. */
import { createHash } from 'node:crypto';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { textIn, wrong } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { textOf } from '../odata.ts';
import type { Change, Reading } from '../system-driver.ts';
import { refused } from '../web-client.ts';
import { errorCode, isObject, xmlOf, type SignedSend } from './protocol.ts';

export type Buckets = { readonly send: SignedSend; readonly url: string; readonly system: string };

const flags = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
type Block = { readonly [flag in (typeof flags)[number]]: boolean };

const everything: Block = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

export function readPublicAccess(buckets: Buckets): Reading {
  return async (params, deadline) => {
    const block = await readBlock(buckets, bucketIn(params), deadline);
    const settings: JsonObject = Object.fromEntries(flags.map((flag) => [flag, block?.[flag] === true]));
    return { blocked: isFull(block), settings };
  };
}

export function blockPublic(buckets: Buckets): Change {
  return {
    target: async (params) => `bucket/${bucketIn(params)}`,
    prepare: async (params, deadline) => {
      const bucket = bucketIn(params);
      const block = await readBlock(buckets, bucket, deadline);
      return { before: { bucket, block: block ?? null }, already: isFull(block) };
    },
    perform: ({ before }, _key, deadline) => writeBlock(buckets, textOf(before['bucket']), everything, deadline),
    observe: async ({ before }, _key, deadline) => {
      try {
        const block = await readBlock(buckets, textOf(before['bucket']), deadline);
        return { state: isFull(block) ? 'landed' : 'absent', facts: { block: block ?? null } };
      } catch (error) {
        if (error instanceof EdictError && error.code === 'system-object-missing') return { state: 'gone', facts: {} };
        throw error;
      }
    },
    takeBack: ({ before }, _key, deadline) => {
      const block = before['block'];
      return writeBlock(buckets, textOf(before['bucket']), isObject(block) ? (block as Block) : undefined, deadline);
    },
  };
}

function isFull(block: Block | undefined): boolean {
  return block !== undefined && flags.every((flag) => block[flag]);
}

/** Undefined where the bucket has no block of its own. */
async function readBlock({ send, url, system }: Buckets, bucket: string, deadline: Deadline): Promise<Block | undefined> {
  const answer = await send({ method: 'GET', url: addressOf(url, bucket) }, deadline);
  if (answer.status === 404 && errorCode(answer.text) === 'NoSuchPublicAccessBlockConfiguration') return undefined;
  if (answer.status !== 200) throw refused(system, answer.status, errorCode(answer.text));
  const found = xmlOf(system, answer)['PublicAccessBlockConfiguration'];
  const says = (flag: string): boolean => isObject(found) && textOf(found[flag]).toLowerCase() === 'true';
  return {
    BlockPublicAcls: says('BlockPublicAcls'),
    IgnorePublicAcls: says('IgnorePublicAcls'),
    BlockPublicPolicy: says('BlockPublicPolicy'),
    RestrictPublicBuckets: says('RestrictPublicBuckets'),
  };
}

async function writeBlock({ send, url, system }: Buckets, bucket: string, block: Block | undefined, deadline: Deadline): Promise<void> {
  const answer = await send({ url: addressOf(url, bucket), ...(block === undefined ? { method: 'DELETE' } : putOf(block)) }, deadline);
  if (answer.status >= 300) throw refused(system, answer.status, errorCode(answer.text));
}

function putOf(block: Block) {
  const rows = flags.map((flag) => `<${flag}>${block[flag]}</${flag}>`).join('');
  const body = `<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rows}</PublicAccessBlockConfiguration>`;
  // S3 asks for the digest of what it stores as settings.
  const headers = { 'content-type': 'application/xml', 'content-md5': createHash('md5').update(body).digest('base64') };
  return { method: 'PUT', headers, body } as const;
}

function addressOf(url: string, bucket: string): string {
  return new URL(`/${bucket}?publicAccessBlock`, url).href;
}

/** The rules of S3 for names: so that a name is never a path. */
function bucketIn(params: JsonObject): string {
  const bucket = textIn(params, 'bucket');
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u.test(bucket) && !bucket.includes('..')) return bucket;
  throw wrong('bucket', 'the name of a bucket');
}
