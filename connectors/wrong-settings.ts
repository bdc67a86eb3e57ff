/** The error for a point whose settings its connector cannot read. */
import { EdictError } from '../domain/errors.ts';

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

export function wrongSettings(point: string, issues: readonly Issue[]): EdictError {
  const [first] = issues;
  const where = ['settings', ...(first?.path ?? [])].map(String).join('/');
  return new EdictError('input-invalid', `the settings of point \`${point}\` cannot be read: ${first?.message ?? 'unknown'}`, {
    where: `/${where}`,
  });
}
