/**
 * The public API as the console calls it: one function over the table of routes, so that a call that the contract does not know does not
 * compile. Throws a Fault. Each POST carries an idempotency key: `options.key` is the same for tries of the same thing.
 */
import { routes as table } from 'virtual:edict-routes';
import type { CallInput, ReplyOf } from '../../api/contract/route.ts';
import type { RouteName, Routes } from '../../api/contract/routes.ts';
import { attendedHeader } from './attended.ts';
import { awayFault, Fault, faultOf } from './fault.ts';
import { newKey } from './key.ts';
import { noteReach } from './reach.ts';

export type CallOptions = {
  readonly key?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
};

/** Sent with every changing request that comes with a cookie; from GET /v1/session. */
let csrf: string | undefined;

export function setCsrf(token: string | undefined): void {
  csrf = token;
}

export function csrfHeader(): Readonly<Record<string, string>> {
  return csrf === undefined ? {} : { 'x-edict-csrf': csrf };
}

type Loose = { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };

export async function call<N extends RouteName>(
  name: N,
  input: CallInput<Routes[N]>,
  options: CallOptions = {},
): Promise<ReplyOf<Routes[N]>> {
  const response = await ask(name, input, options);
  if (!response.ok) throw await faultOf(response);
  if (response.status === 204) return undefined as ReplyOf<Routes[N]>;
  const type = response.headers.get('content-type') ?? '';
  return (type.includes('json') && !type.includes('ndjson') ? await response.json() : await response.text()) as ReplyOf<Routes[N]>;
}

/** Where a GET can be fetched by the browser itself: a download, a report in a tab. */
export function urlOf<N extends RouteName>(name: N, input: CallInput<Routes[N]>): string {
  const { params, query } = input as Loose;
  return `${pathOf(specOf(name).path, params)}${searchOf(query)}`;
}

export function specOf(name: RouteName): (typeof table)[string] {
  const spec = table[name];
  if (spec === undefined) throw new Fault('strange', { detail: `there is no route \`${name}\`` });
  return spec;
}

export function knowsRoute(name: unknown): name is RouteName {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

async function ask(name: RouteName, input: Loose, options: CallOptions): Promise<Response> {
  const { method, path } = specOf(name);
  try {
    const response = await fetch(`${pathOf(path, input.params)}${searchOf(input.query)}`, {
      method,
      headers: headersOf(method, input, options),
      credentials: 'same-origin',
      ...(input.body === undefined ? {} : { body: typeof input.body === 'string' ? input.body : JSON.stringify(input.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    // Something answers, but it is still starting, or a proxy stands in for it.
    if (response.status < 502 || response.status > 504) noteReach(false);
    return response;
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    noteReach(true);
    throw awayFault();
  }
}

function headersOf(method: string, input: Loose, options: CallOptions): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (input.body !== undefined) headers['content-type'] = options.contentType ?? 'application/json';
  if (method === 'POST') headers['idempotency-key'] = options.key ?? newKey();
  return { ...headers, ...(method === 'GET' ? attendedHeader() : csrfHeader()) };
}

function pathOf(path: string, params: unknown): string {
  const given = (params ?? {}) as Readonly<Record<string, unknown>>;
  return path.replace(/:(?<name>[a-z]+)/giu, (_, name: string) => encodeURIComponent(String(given[name])));
}

function searchOf(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== '') search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
