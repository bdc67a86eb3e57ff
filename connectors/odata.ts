/** JSON and OData as Microsoft's APIs speak it: bearer token, errors by code, pages by `@odata.nextLink`. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { TokenSource } from './client-credentials.ts';
import type { Deadline } from './deadline.ts';
import { objectOf, refused, unreachable, type WebAnswer, type WebClient, type WebRequest } from './web-client.ts';

export type OData = {
  readonly system: string;
  /** Undefined where there is no such thing. */
  readonly get: (path: string, deadline: Deadline) => Promise<JsonObject | undefined>;
  /** All pages of a list, up to `most` items. */
  readonly list: (path: string, deadline: Deadline, most?: number) => Promise<readonly JsonObject[]>;
  /** The answer's object, empty where it has none. */
  readonly send: (method: 'POST' | 'PATCH' | 'DELETE', path: string, body: Json | undefined, deadline: Deadline) => Promise<JsonObject>;
};

const mostItems = 10_000;

export function openOData(web: WebClient, url: string, tokens: TokenSource, headers: { readonly [name: string]: string } = {}): OData {
  const call = (method: WebRequest['method'], path: string, body: Json | undefined, deadline: Deadline) =>
    authorised(web, tokens, { method, url: new URL(path, url).href, headers, body }, deadline);
  const read = async (path: string, deadline: Deadline) => {
    const answer = await call('GET', path, undefined, deadline);
    if (answer.status === 404) return undefined;
    return successOf(web.system, answer);
  };
  return {
    system: web.system,
    get: read,
    list: (path, deadline, most = mostItems) => allPages(web.system, (each) => read(each, deadline), path, most),
    send: async (method, path, body, deadline) => successOf(web.system, await call(method, path, body, deadline)),
  };
}

type Call = Pick<WebRequest, 'method' | 'url'> & { readonly headers: { readonly [name: string]: string }; readonly body: Json | undefined };

/** A token that was taken back before its time is fetched anew, once. */
async function authorised(web: WebClient, tokens: TokenSource, call: Call, deadline: Deadline): Promise<WebAnswer> {
  const attempt = async () => {
    const token = await tokens.token(deadline);
    const { method, url, body } = call;
    const type: { [name: string]: string } = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...call.headers, ...type, accept: 'application/json', authorization: `Bearer ${token}` };
    return {
      token,
      answer: await web.send({ method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, deadline),
    };
  };
  const first = await attempt();
  if (first.answer.status !== 401) return first.answer;
  tokens.forget(first.token);
  return (await attempt()).answer;
}

async function allPages(
  system: string,
  read: (path: string) => Promise<JsonObject | undefined>,
  path: string,
  most: number,
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  for (let next: string | undefined = path; next !== undefined && items.length < most;) {
    const page: JsonObject | undefined = await read(next);
    if (page === undefined) return items;
    if (!Array.isArray(page['value'])) throw unreachable(system, 'its answer is no list');
    items.push(...page['value'].filter(isObject));
    next = typeof page['@odata.nextLink'] === 'string' ? page['@odata.nextLink'] : undefined;
  }
  return items.slice(0, most);
}

function successOf(system: string, answer: WebAnswer): JsonObject {
  if (answer.status === 204 || (answer.status < 300 && answer.text === '')) return {};
  if (answer.status >= 200 && answer.status < 300) return objectOf(system, answer);
  throw refused(system, answer.status, errorCode(answer.text));
}

function errorCode(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: unknown } | undefined };
    return typeof error?.code === 'string' ? error.code : '';
  } catch {
    return '';
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text literal of OData: a quote is doubled, and the whole is safe in a URL. */
export function quoted(text: string): string {
  return encodeURIComponent(`'${text.replaceAll("'", "''")}'`);
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
