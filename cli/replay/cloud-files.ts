/** Access policies of clouds on this machine's disk, each with what it is to the others that are in force with it. */
import { EdictError } from '../../domain/errors.ts';
import type { AttachedKind, AttachedPolicy } from '../../domain/policy/iam/compare-policies.ts';
import { readFileText } from '../input.ts';

const kinds: { readonly [prefix: string]: AttachedKind } = {
  'aws-iam': 'identity',
  'aws-boundary': 'boundary',
  'aws-session': 'session',
  'aws-resource': 'resource',
  'aws-scp': 'service control',
  'azure-role': 'identity',
  'gcp-iam': 'identity',
};

/** For help texts. */
export const attachedForms = Object.keys(kinds)
  .map((prefix) => `\`${prefix}:<file>\``)
  .join(', ');

const form = /^([a-z-]+)(?:\/([^:]*))?:(.+)$/su;

export function isAttached(given: string): boolean {
  return Object.hasOwn(kinds, form.exec(given)?.[1] ?? '');
}

/** `aws-iam:<file>`; `aws-scp/<level>:<file>` for service control of several levels. Throws `input-invalid` and `artifact-unreadable`. */
export async function attachedAt(given: readonly string[]): Promise<readonly AttachedPolicy[]> {
  const attached: AttachedPolicy[] = [];
  for (const each of given) {
    const [, prefix = '', level, path = ''] = form.exec(each) ?? [];
    const kind = Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
    if (kind === undefined || (level !== undefined && kind !== 'service control'))
      throw new EdictError('input-invalid', `\`${each}\` is no access policy of a cloud`, { expected: `${attachedForms} on both sides` });
    attached.push({ kind, policy: jsonOf(await readFileText(path), each), ...(level === undefined ? {} : { level }) });
  }
  return attached;
}

function jsonOf(text: string, given: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EdictError('artifact-unreadable', `\`${given}\` is not JSON`, { cause });
  }
}
