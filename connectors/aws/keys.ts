/** Access keys: whose they are, when they were last used, and whether they still work. Named by the key id, which is no secret. */
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { textIn, wrong } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { textOf } from '../odata.ts';
import type { Change, Reading } from '../system-driver.ts';
import type { Prepared } from '../system.ts';
import { childrenOf, isObject, type QueryApi } from './protocol.ts';

type Key = { readonly user: string; readonly active: boolean; readonly usage: JsonObject };

export function readKeyUsage(iam: QueryApi, system: string): Reading {
  return async (params, deadline) => {
    const { user, active, usage } = await findKey(iam, system, keyIn(params), deadline);
    const lastUsed = textOf(usage['LastUsedDate']);
    return { user, active, lastUsed, service: textOf(usage['ServiceName']), region: textOf(usage['Region']), used: lastUsed !== '' };
  };
}

export function disableKey(iam: QueryApi, system: string): Change {
  const setStatus = async ({ before }: Prepared, Status: 'Active' | 'Inactive', deadline: Deadline) => {
    await iam('UpdateAccessKey', { UserName: textOf(before['user']), AccessKeyId: textOf(before['key']), Status }, deadline);
  };
  return {
    target: async (params) => `key/${keyIn(params)}`,
    prepare: async (params, deadline) => {
      const key = keyIn(params);
      const { user, active } = await findKey(iam, system, key, deadline);
      return { before: { key, user, active }, already: !active };
    },
    perform: (prepared, _key, deadline) => setStatus(prepared, 'Inactive', deadline),
    observe: async ({ before }, _key, deadline) => {
      const active = await isActive(iam, textOf(before['user']), textOf(before['key']), deadline);
      if (active === undefined) return { state: 'gone', facts: {} };
      return { state: active ? 'absent' : 'landed', facts: { active } };
    },
    takeBack: (prepared, _key, deadline) => setStatus(prepared, 'Active', deadline),
  };
}

async function findKey(iam: QueryApi, system: string, key: string, deadline: Deadline): Promise<Key> {
  const { UserName: name, AccessKeyLastUsed: usage } = await whoUses(iam, key, deadline);
  const user = textOf(name);
  const active = user === '' ? undefined : await isActive(iam, user, key, deadline);
  if (active === undefined)
    throw new EdictError('system-object-missing', `\`${system}\` knows no access key \`${key}\` of a user`, { where: system });
  return { user, active, usage: isObject(usage) ? usage : {} };
}

/** Nothing of a key that IAM does not know. */
async function whoUses(iam: QueryApi, key: string, deadline: Deadline): Promise<JsonObject> {
  try {
    return await iam('GetAccessKeyLastUsed', { AccessKeyId: key }, deadline);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'system-object-missing') return {};
    throw error;
  }
}

/** Undefined where the user has no such key, or is no more. */
async function isActive(iam: QueryApi, user: string, key: string, deadline: Deadline): Promise<boolean | undefined> {
  try {
    for (let marker = ''; ;) {
      const page = await iam('ListAccessKeys', { UserName: user, ...(marker === '' ? {} : { Marker: marker }) }, deadline);
      const list = page['AccessKeyMetadata'];
      const found = childrenOf(isObject(list) ? list['member'] : undefined).find((entry) => entry['AccessKeyId'] === key);
      if (found !== undefined) return found['Status'] === 'Active';
      marker = page['IsTruncated'] === 'true' ? textOf(page['Marker']) : '';
      if (marker === '') return undefined;
    }
  } catch (error) {
    if (error instanceof EdictError && error.code === 'system-object-missing') return undefined;
    throw error;
  }
}

function keyIn(params: JsonObject): string {
  const key = textIn(params, 'key');
  if (/^\w{16,128}$/u.test(key)) return key;
  throw wrong('key', 'the id of an access key, such as AKIAIOSFODNN7EXAMPLE');
}
