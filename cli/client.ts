/** The API as the CLI calls it: one function over the table of routes, so that a call that the contract does not know does not compile. */
import { AxiosError, create } from 'axios';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pathOf } from '../api/contract/route.ts';
import type { CallInput, ReplyOf, RouteSpec } from '../api/contract/route.ts';
import { routes } from '../api/contract/routes.ts';
import type { RouteName, Routes } from '../api/contract/routes.ts';
import { EdictError } from '../domain/errors.ts';
import { problemOf, strangeAnswer } from './problem.ts';

export type Client = {
  /** Throws an EdictError with the code of the refusal. POSTs carry an idempotency key and are sent again once when the answer was lost. */
  readonly call: <N extends RouteName>(name: N, input: CallInput<Routes[N]>, options?: CallSettings) => Promise<ReplyOf<Routes[N]>>;
  /** The body of a streaming route, as it comes; ends with an EdictError when the connection breaks. */
  readonly stream: <N extends RouteName>(name: N, input: CallInput<Routes[N]>, headers?: Record<string, string>) => Promise<Readable>;
};

export type CallSettings = { readonly contentType?: string; readonly idempotencyKey?: string };

const timeoutMs = 60_000;
/** What a route takes where it names no limit of its own. */
const bodyLimitBytes = 1024 * 1024;

export function createClient(settings: { readonly url: string; readonly token: string }): Client {
  const http = create({
    baseURL: settings.url,
    timeout: timeoutMs,
    headers: { authorization: `Bearer ${settings.token}` },
    validateStatus: () => true,
    maxRedirects: 0,
    proxy: false,
  });
  const shown = withoutPassword(settings.url);
  return {
    call: async (name, input, options = {}) => {
      const response = await send(http, shown, requestOf(name, input, options));
      return bodyOf(routes[name], response, shown) as ReplyOf<Routes[typeof name]>;
    },
    stream: async (name, input, headers = {}) => {
      const request = { ...requestOf(name, input, {}), responseType: 'stream' as const, timeout: 0 };
      const response = await send(http, shown, { ...request, headers: { ...request.headers, ...headers } });
      const body = response.data as Readable;
      if (response.status !== routes[name].status) throw problemOf(await textOf(body), response.status, shown);
      return Readable.from(whole(body, shown), { objectMode: false });
    },
  };
}

/** What may stand in a message. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/u, '//');
}

type Request = {
  readonly method: string;
  readonly url: string;
  readonly params: unknown;
  readonly data: unknown;
  readonly headers: Record<string, string>;
  readonly responseType?: 'stream';
  readonly timeout?: number;
};

function requestOf(
  name: RouteName,
  input: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
  options: CallSettings,
): Request {
  const route: RouteSpec = routes[name];
  const headers: Record<string, string> = {};
  if (input.body !== undefined) headers['content-type'] = options.contentType ?? 'application/json';
  if (route.method === 'POST') headers['idempotency-key'] = options.idempotencyKey ?? randomUUID();
  const data = typeof input.body === 'string' || input.body === undefined ? input.body : JSON.stringify(input.body);
  const limit = route.bodyLimitBytes ?? bodyLimitBytes;
  if (data !== undefined && Buffer.byteLength(data) > limit)
    throw new EdictError('input-too-large', 'this is more than the server takes', { expected: `at most ${limit / 1024 / 1024} MiB` });
  return { method: route.method, url: pathOf(route, (input.params ?? {}) as Record<string, unknown>), params: input.query, data, headers };
}

async function send(http: AxiosInstance, url: string, request: Request): Promise<AxiosResponse<unknown>> {
  try {
    return await http.request(request);
  } catch (error) {
    if (wasLost(error)) return await http.request(request).catch((again: unknown) => Promise.reject(unreachable(url, again)));
    throw unreachable(url, error);
  }
}

/** The connection broke after it stood (ERR_BAD_RESPONSE: in the middle of the answer): the same idempotency key is sent again. */
const lostCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_BAD_RESPONSE']);

function wasLost(error: unknown): boolean {
  return error instanceof AxiosError && error.code !== undefined && lostCodes.has(error.code);
}

/** INVARIANT: the axios error, which holds the token, is never passed on as a cause. */
function unreachable(url: string, error: unknown): EdictError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = typeof code === 'string' ? code : 'the connection broke';
  return new EdictError('dependency-unavailable', `no answer from \`${url}\` (${reason})`, {
    help: 'start Edict with `npm start`, or say where it runs with --url or EDICT_URL',
  });
}

/** The reply as it came, new fields too, once it has the shape of the contract: another web site answers 200 as well. */
function bodyOf(route: RouteSpec, response: AxiosResponse<unknown>, url: string): unknown {
  const { status, data } = response;
  if (status !== route.status && route.otherStatus?.includes(status) !== true) throw problemOf(data, status, url);
  if (route.status === 204 || route.reply.safeParse(data).success) return data;
  throw strangeAnswer(url, status);
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > bodyLimitBytes) break;
  }
  return text;
}

async function* whole(stream: Readable, url: string): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreachable(url, error);
  }
}
