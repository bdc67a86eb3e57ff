/** The part of OData that the fakes of Microsoft's APIs speak: tokens, filters, order, pages. What they do not know is a 400, never ignored. */
import { createHash } from 'node:crypto';
import { json, odataProblem, type Answer, type Asked } from './fault-server.ts';

export const registration = {
  tenant: 'example.com',
  clientId: '11111111-2222-3333-4444-555555555555',
  clientSecret: 'the secret of the app',
};

/** Answers the token endpoint; `undefined` for another path. Tokens are a hash of the form, so that a wrong secret gets none. */
export function tokenAnswer(asked: Asked, scope: string): Answer | undefined {
  if (asked.path !== `/${registration.tenant}/oauth2/v2.0/token`) return undefined;
  const form = new URLSearchParams(asked.body);
  const right =
    form.get('grant_type') === 'client_credentials' &&
    form.get('client_id') === registration.clientId &&
    form.get('client_secret') === registration.clientSecret &&
    form.get('scope') === scope;
  return right
    ? json(200, { token_type: 'Bearer', expires_in: 3599, access_token: tokenFor(scope) })
    : json(401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' });
}

export function tokenFor(scope: string): string {
  return `token-${createHash('sha256').update(scope).digest('hex')}`;
}

export function isAuthorised(asked: Asked, scope: string): boolean {
  return asked.headers.authorization === `Bearer ${tokenFor(scope)}`;
}

type Row = { readonly [name: string]: unknown };

/** `$filter`, `$orderby` and pages of `pageSize`, over rows. */
export function listAnswer(asked: Asked, rows: readonly Row[], pageSize: number): Answer {
  const { searchParams } = asked.url;
  const filter = searchParams.get('$filter');
  try {
    const found = filter === null ? [...rows] : rows.filter(parseFilter(filter));
    const order = searchParams.get('$orderby')?.split(' ');
    if (order !== undefined) found.sort((a, b) => compare(read(a, order[0]!), read(b, order[0]!)) * (order[1] === 'desc' ? -1 : 1));
    const from = Number(searchParams.get('$skiptoken') ?? 0);
    const page = found.slice(from, from + pageSize);
    if (from + pageSize >= found.length) return json(200, { value: page });
    const next = new URL(asked.url);
    next.searchParams.set('$skiptoken', String(from + pageSize));
    return json(200, { value: page, '@odata.nextLink': next.href });
  } catch (error) {
    return odataProblem(400, `BadRequest.${String(error)}`);
  }
}

/** `and` of `or` of comparisons, with brackets around an `or`. */
function parseFilter(filter: string): (row: Row) => boolean {
  const all = splitOutside(filter, ' and ').map((part) => {
    const inner = part.startsWith('(') && part.endsWith(')') ? part.slice(1, -1) : part;
    const some = splitOutside(inner, ' or ').map(parseComparison);
    return (row: Row) => some.some((holds) => holds(row));
  });
  return (row) => all.every((holds) => holds(row));
}

function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, isQuoted, start] = [0, false, 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "'") isQuoted = !isQuoted;
    else if (!isQuoted && text[at] === '(') depth += 1;
    else if (!isQuoted && text[at] === ')') depth -= 1;
    else if (!isQuoted && depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  }
  return [...parts, text.slice(start)];
}

function parseComparison(text: string): (row: Row) => boolean {
  const starts = /^startswith\((?<path>[\w/]+),(?<value>'.*')\)$/su.exec(text)?.groups;
  if (starts !== undefined) return (row) => String(read(row, starts['path']!)).startsWith(literal(starts['value']!));
  const found = /^(?<path>[\w/]+) (?<operator>eq|ge) (?<value>.+)$/su.exec(text)?.groups;
  if (found === undefined) throw new Error(`filter ${text}`);
  const value = literal(found['value']!);
  return (row) => {
    const held = read(row, found['path']!);
    if (found['operator'] === 'ge') return Date.parse(String(held)) >= Date.parse(value);
    return String(held).toLowerCase() === value.toLowerCase();
  };
}

function literal(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

function read(row: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((value, name) => (value as Row | undefined)?.[name], row);
}

function compare(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
