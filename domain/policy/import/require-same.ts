/** INVARIANT: nobody is handed a policy that is known to decide otherwise than what it was made of. */
import { EdictError } from '../../errors.ts';
import type { ImportedPolicy } from './import-policy.ts';

/** `source`: what it was made of, by a name that people know. */
export function requireSame({ difference }: ImportedPolicy, source: string): void {
  if (difference === undefined) return;
  const { request, expected, actual } = difference;
  throw new EdictError('defect', `the policy made of \`${source}\` says ${actual} where the file says ${expected}`, {
    where: JSON.stringify(request),
  });
}
