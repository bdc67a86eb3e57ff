/** Times at the door: RFC 3339 instants with an offset, of the years 1 to 9999, as PostgreSQL can hold them. */
import { EdictError } from '../../domain/errors.ts';

const rfc3339 = /^(\d{4})-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

export function checkInstant(text: string, where: string): string {
  const year = Number(rfc3339.exec(text)?.[1] ?? 0);
  if (year >= 1 && year < 9999 && !Number.isNaN(Date.parse(text))) return text;
  throw new EdictError('input-invalid', `\`${text.slice(0, 60)}\` is not a time`, {
    where,
    expected: 'RFC 3339 with an offset, such as 2026-01-31T08:00:00Z',
  });
}
