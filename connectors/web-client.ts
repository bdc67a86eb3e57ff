/**
 * HTTP to an outside system, over one kept-alive pool: only to the origins that its settings name, never to where clouds hand out credentials,
 * no redirects, answers of bounded size. Being told to slow down is obeyed within the deadline. No token and no body is in any error.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AxiosError, create, type AxiosInstance, type AxiosResponse } from 'axios';
import { EdictError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { pause, type Deadline } from './deadline.ts';
import { forbiddenCode, guardedLookup, isForbidden } from './egress.ts';

export type WebRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
};

export type WebAnswer = { readonly status: number; readonly header: (name: string) => string; readonly text: string };

export type WebClient = {
  readonly system: string;
  /** Any status below 500 but 429; the rest is `system-unreachable` and `rate-limited`. */
  readonly send: (request: WebRequest, deadline: Deadline) => Promise<WebAnswer>;
  readonly close: () => void;
};

const maxAnswerBytes = 16 * 1024 * 1024;
const maxSockets = 8;
/** One that has died without closing its connections must not use up the whole deadline. */
const requestTimeoutMs = 20_000;

export function openWebClient(system: string, urls: readonly string[]): WebClient {
  const origins = new Set(urls.map((url) => originOf(system, url)));
  const pool = { keepAlive: true, maxSockets, lookup: guardedLookup };
  const agents = { httpAgent: new HttpAgent(pool), httpsAgent: new HttpsAgent(pool) };
  const http = create({
    ...agents,
    proxy: false,
    maxRedirects: 0,
    timeout: requestTimeoutMs,
    maxContentLength: maxAnswerBytes,
    responseType: 'text',
    transformRequest: (body: unknown) => body,
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  return {
    system,
    send: (request, deadline) => {
      if (!origins.has(new URL(request.url).origin)) throw elsewhere(system);
      return sendPatiently(http, system, request, deadline);
    },
    close: () => {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

/** A name is looked up, and looked at, when it is connected to; an address that is written out is looked at here. */
function originOf(system: string, url: string): string {
  const { origin, hostname } = new URL(url);
  if (isForbidden(hostname.replaceAll(/[[\]]/gu, ''))) throw forbidden(system);
  return origin;
}

async function sendPatiently(http: AxiosInstance, system: string, request: WebRequest, deadline: Deadline): Promise<WebAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sendOnce(http, system, request, deadline);
    if (answer.status >= 500) throw unreachable(system, `it answered ${answer.status}`);
    if (answer.status !== 429) return answer;
    const waitMs = retryAfterMs(answer.header('retry-after'), attempt);
    if (Date.now() + waitMs >= deadline.at)
      throw new EdictError('rate-limited', `\`${system}\` wants to be asked again in ${Math.ceil(waitMs / 1000)} s`, { where: system });
    await pause(waitMs, deadline);
  }
}

async function sendOnce(http: AxiosInstance, system: string, request: WebRequest, deadline: Deadline): Promise<WebAnswer> {
  deadline.check();
  try {
    const { method, url, headers = {}, body } = request;
    return answerOf(
      await http.request<unknown>({ method, url, headers, ...(body === undefined ? {} : { data: body }), signal: deadline.signal }),
    );
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.explain(error);
    // INVARIANT: no `cause`; the client's error holds the request with its token.
    const code = error instanceof AxiosError ? (error.code ?? 'no answer') : 'no answer';
    throw code === forbiddenCode ? forbidden(system) : unreachable(system, code);
  }
}

function answerOf({ status, headers, data }: AxiosResponse<unknown>): WebAnswer {
  return { status, header: (name) => String(headers[name] ?? ''), text: typeof data === 'string' ? data : '' };
}

/** RFC 9110 §10.2.3: seconds, or a date. Without one: a second, then twice as long each time. */
function retryAfterMs(header: string, attempt: number): number {
  if (/^\d+$/u.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 1000 * 2 ** (attempt - 1) : Math.max(0, at - Date.now());
}

/** The answer's JSON object; something else answers at this address where it is none, or it was cut off. */
export function objectOf(system: string, answer: WebAnswer): JsonObject {
  if (!/^application\/(?:[a-z.+-]*\+)?json\b/iu.test(answer.header('content-type')))
    throw unreachable(system, 'its answer is not JSON; something else answers at this address');
  try {
    const value: unknown = JSON.parse(answer.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw unreachable(system, 'its answer was cut off or is no JSON object');
}

/** `code` is the system's own word for it: letters, digits and dots are repeated, and nothing else. */
export function refused(system: string, status: number, code: string): EdictError {
  const word = code.replaceAll(/[^\w.-]/gu, '').slice(0, 80);
  const said = word === '' ? String(status) : `${status} ${word}`;
  if (status === 404) return new EdictError('system-object-missing', `\`${system}\` does not know it (${said})`, { where: system });
  const help = status === 401 || status === 403 ? 'check its credentials and what they are allowed to do' : undefined;
  return new EdictError('system-refused', `\`${system}\` refused (${said})`, { where: system, help });
}

export function unreachable(system: string, reason: string): EdictError {
  return new EdictError('system-unreachable', `\`${system}\` cannot be reached: ${reason}`, {
    where: system,
    help: '`edict system test` says whether it is reached',
  });
}

function forbidden(system: string): EdictError {
  return new EdictError('system-refused', `\`${system}\` is at an address that is never connected to`, {
    where: system,
    expected: 'no link-local address, and none of a cloud’s metadata service',
  });
}

function elsewhere(system: string): EdictError {
  return new EdictError('system-refused', `\`${system}\` sends us to another address than its own`, {
    where: system,
    expected: 'the addresses in its settings',
  });
}
