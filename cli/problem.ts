/** What a server refuses with, as an error of the table; it may be problem details of Edict, or anything at all from a proxy in between. */
import { EdictError, isErrorCode } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';

const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'input-invalid',
  401: 'token-invalid',
  403: 'access-denied',
  404: 'not-found',
  409: 'conflict',
  413: 'input-too-large',
  415: 'input-type-unsupported',
  422: 'input-invalid',
  429: 'rate-limited',
};

export function problemOf(body: unknown, status: number, url: string): EdictError {
  const problem = asRecord(typeof body === 'string' ? parseOr(body) : body);
  const text = (key: string): string | undefined => (typeof problem[key] === 'string' ? problem[key] : undefined);
  const detail = text('detail');
  if (detail === undefined) return strangeAnswer(url, status);
  // A newer server may have codes that are not known here.
  const code = isErrorCode(problem['code']) ? problem['code'] : (codesByStatus[status] ?? 'dependency-unavailable');
  const help =
    faultLines(problem['faults'], text('where')) ??
    text('help') ??
    (code === 'defect' && text('request') !== undefined ? `quote request \`${text('request')}\`` : undefined);
  return new EdictError(code, detail, { where: text('where'), expected: text('expected'), help });
}

/** Faults that stand in a text, each in a line; of other input, `where` names the first, and that is enough. */
function faultLines(faults: unknown, where: string | undefined): string | undefined {
  if (!Array.isArray(faults) || !(where === '/tests' || /:\d+:\d+$/u.test(where ?? ''))) return undefined;
  const lines = faults.map(asRecord).map(({ where: place, detail, suggestion }) => {
    const more = typeof suggestion === 'string' ? ` (${suggestion})` : '';
    return `${String(place)}: ${String(detail)}${more}`;
  });
  return lines.length === 0 ? undefined : lines.join('; ');
}

/** An HTML page, half an answer, a redirect: it is not shown, since it was not written for the terminal. */
export function strangeAnswer(url: string, status: number): EdictError {
  return new EdictError(codesByStatus[status] ?? 'dependency-unavailable', `\`${url}\` answered ${status}, but not as edict does`, {
    help: 'see whether --url or EDICT_URL names Edict itself, or what stands in front of it',
  });
}

function asRecord(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown }) : {};
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
