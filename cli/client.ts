/** The API as the CLI calls it: one function over the table of routes, so that a call that the contract does not know does not compile. */
import { AxiosError, create } from 'axios';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pathOf } from '../api/contract/route.ts';
import type { CallInput, ReplyOf } from '../api/contract/route.ts';
import { routes } from '../api/contract/routes.ts';
import type { RouteName, Routes } from '../api/contract/routes.ts';
import { EdictError, isErrorCode } from '../domain/errors.ts';

export type Client = {
  /** Throws an EdictError with the code of the refusal. POSTs carry an idempotency key and are sent again once when the answer was lost. */
  readonly call: <N extends RouteName>(name: N, input: CallInput<Routes[N]>, options?: CallSettings) => Promise<ReplyOf<Routes[N]>>;
  /** The body of a streaming route, as it comes. */
  readonly stream: <N extends RouteName>(name: N, input: CallInput<Routes[N]>, headers?: Record<string, string>) => Promise<Readable>;
};

export type CallSettings = { readonly contentType?: string; readonly idempotencyKey?: string };

const timeoutMs = 60_000;

export function createClient(settings: { readonly url: string; readonly token: string }): Client {
  const http = create({
    baseURL: settings.url,
    timeout: timeoutMs,
    headers: { authorization: `Bearer ${settings.token}` },
    validateStatus: () => true,
    maxRedirects: 0,
    proxy: false,
  });
  return {
    call: async (name, input, options = {}) =>
      bodyOf(await send(http, settings.url, requestOf(name, input, options))) as ReplyOf<Routes[typeof name]>,
    stream: async (name, input, headers = {}) => {
      const request = { ...requestOf(name, input, {}), responseType: 'stream' as const, timeout: 0 };
      const response = await send(http, settings.url, { ...request, headers: { ...request.headers, ...headers } });
      if (response.status >= 400) throw problemOf(await textOf(response.data as Readable), response.status);
      return response.data as Readable;
    },
  };
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
  const route = routes[name];
  const headers: Record<string, string> = {};
  if (input.body !== undefined) headers['content-type'] = options.contentType ?? 'application/json';
  if (route.method === 'POST') headers['idempotency-key'] = options.idempotencyKey ?? randomUUID();
  return {
    method: route.method,
    url: pathOf(route, (input.params ?? {}) as Record<string, unknown>),
    params: input.query,
    data: typeof input.body === 'string' || input.body === undefined ? input.body : JSON.stringify(input.body),
    headers,
  };
}

async function send(http: AxiosInstance, url: string, request: Request): Promise<AxiosResponse<unknown>> {
  try {
    return await http.request(request);
  } catch (error) {
    if (wasLost(error)) return await http.request(request).catch((again: unknown) => Promise.reject(unreachable(url, again)));
    throw unreachable(url, error);
  }
}

/** The connection broke after it stood: the answer may be lost, so the same idempotency key is sent again. */
function wasLost(error: unknown): boolean {
  return error instanceof AxiosError && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function unreachable(url: string, error: unknown): EdictError {
  const reason = error instanceof AxiosError ? (error.code ?? error.message) : String(error);
  return new EdictError('dependency-unavailable', `no answer from \`${url}\` (${reason})`, {
    help: 'start Edict with `npm start`, or say where it runs with --url or EDICT_URL',
  });
}

function bodyOf(response: AxiosResponse<unknown>): unknown {
  if (response.status >= 400) throw problemOf(response.data, response.status);
  return response.data;
}

function problemOf(body: unknown, status: number): EdictError {
  const problem = asRecord(typeof body === 'string' ? parseOr(body) : body);
  const code = isErrorCode(problem['code']) ? problem['code'] : 'defect';
  const text = (key: string): string | undefined => (typeof problem[key] === 'string' ? problem[key] : undefined);
  return new EdictError(code, text('detail') ?? `the server answered ${status}`, {
    where: text('where'),
    expected: text('expected'),
    help: text('help'),
  });
}

function asRecord(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown }) : {};
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 500) };
  }
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
