/** OPA's REST API over one kept-alive connection pool. What comes back is checked before it is believed; the token is in no error. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AxiosError, create, type AxiosInstance, type AxiosResponse } from 'axios';
import { EdictError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Deadline } from '../deadline.ts';
import { forbiddenCode, guardedLookup } from '../egress.ts';

export type OpaClient = {
  /** The `result` of the answer; undefined where OPA has none. */
  readonly get: (path: string, deadline: Deadline) => Promise<Json | undefined>;
  readonly ask: (path: string, input: Json, deadline: Deadline) => Promise<Json | undefined>;
  readonly close: () => void;
};

const maxAnswerBytes = 128 * 1024 * 1024;
const maxSockets = 16;
/** An OPA that has died without closing its connections must not use up the whole deadline. */
const requestTimeoutMs = 10_000;

export function openClient(point: string, url: string, token: () => Promise<string | undefined>): OpaClient {
  const pool = { keepAlive: true, maxSockets, lookup: guardedLookup };
  const agents = { httpAgent: new HttpAgent(pool), httpsAgent: new HttpsAgent(pool) };
  const http = create({
    baseURL: url,
    ...agents,
    proxy: false,
    maxRedirects: 0,
    timeout: requestTimeoutMs,
    maxContentLength: maxAnswerBytes,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  const call = async (method: 'GET' | 'POST', path: string, body: Json | undefined, deadline: Deadline) => {
    const secret = await token();
    const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
    return resultOf(
      point,
      await send(http, point, { method, url: path, headers, ...(body === undefined ? {} : { data: body }) }, deadline),
    );
  };
  return {
    get: (path, deadline) => call('GET', path, undefined, deadline),
    ask: (path, input, deadline) => call('POST', path, { input }, deadline),
    close: () => {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

type Call = { readonly method: string; readonly url: string; readonly headers: Record<string, string>; readonly data?: Json };

async function send(http: AxiosInstance, point: string, call: Call, deadline: Deadline): Promise<AxiosResponse<unknown>> {
  deadline.check();
  const once = () => http.request<unknown>({ ...call, signal: deadline.signal });
  try {
    return await once().catch((error: unknown) => (deadline.signal.aborted || !isStale(error) ? Promise.reject(error) : once()));
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.explain(error);
    // INVARIANT: no `cause`; the client's error holds the request with its token.
    const code = error instanceof AxiosError ? (error.code ?? 'no answer') : 'no answer';
    if (code === forbiddenCode) throw forbidden(point);
    throw unreachable(point, code);
  }
}

/**
 * A kept connection that OPA has closed just now (https://nodejs.org/api/http.html#requestreusedsocket). All that is asked here changes nothing,
 * so it is asked once more.
 */
function isStale(error: unknown): boolean {
  if (!(error instanceof AxiosError) || (error.code !== 'ECONNRESET' && error.code !== 'EPIPE')) return false;
  return (error.request as { readonly reusedSocket?: boolean } | undefined)?.reusedSocket === true;
}

function resultOf(point: string, { status, headers, data }: AxiosResponse<unknown>): Json | undefined {
  if (status === 404) return undefined;
  if (status === 401 || status === 403) {
    throw new EdictError('enforcement-point-refused', `\`${point}\` does not accept our token (${status})`, {
      where: point,
      help: 'check the secret that the point’s settings name',
    });
  }
  if (status >= 500 || status === 429) throw unreachable(point, `it answered ${status}`);
  if (status !== 200) throw new EdictError('enforcement-point-refused', `\`${point}\` answered ${status}`, { where: point });
  if (!String(headers['content-type'] ?? '').includes('application/json'))
    throw unreachable(point, 'its answer is not JSON; something else answers at this address');
  return parseResult(point, data);
}

function parseResult(point: string, data: unknown): Json | undefined {
  try {
    const answer: unknown = JSON.parse(String(data));
    if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return (answer as { readonly result?: Json }).result;
  } catch {
    // Said below.
  }
  throw unreachable(point, 'its answer was cut off or is no JSON object');
}

function forbidden(point: string): EdictError {
  return new EdictError('enforcement-point-refused', `\`${point}\` is at an address that is never connected to`, {
    where: point,
    expected: 'no link-local address, and none of a cloud’s metadata service',
  });
}

function unreachable(point: string, reason: string): EdictError {
  return new EdictError('enforcement-point-unreachable', `\`${point}\` cannot be reached: ${reason}`, {
    where: point,
    help: 'is OPA running, and is its address right?',
  });
}
