/**
 * The decision point on OPA: one question over a kept-alive connection. Fails closed: what is no answer of the guard's Rego, for whatever
 * reason, is `dependency-unavailable`.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { z } from 'zod';
import type { Ports } from '../activities/ports.ts';
import type { Digest } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { GuardAnswer } from '../domain/guard/decision.ts';

const Answer = z.object({
  decision_id: z.string().min(1).max(200).optional(),
  result: z.object({
    allow: z.boolean(),
    reasons: z.array(z.string()).max(1000),
    policy: z.string().regex(/^sha256:[0-9a-f]{64}$/u, 'the digest of the policy'),
  }),
});

/** A local OPA answers within a millisecond. */
const timeoutMs = 2_000;
const largestAnswer = 256 * 1024;
const path = '/v1/data/effects/guard/decision';

export type OpaGuard = { readonly ask: Ports['guard']; readonly close: () => void };

export function opaGuard({ url, token }: { readonly url: string | undefined; readonly token: string | undefined }): OpaGuard {
  const base = url === undefined ? undefined : new URL(url);
  const isTls = base?.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return {
    ask: async (question, { signal }) => {
      if (base === undefined) throw unavailable('EDICT_OPA_URL is not set');
      const body = JSON.stringify({ input: question });
      const headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const { protocol, hostname, port } = base;
      const options: RequestOptions = { protocol, hostname, port, path: `${base.pathname.replace(/\/$/u, '')}${path}`, method: 'POST' };
      const send = () => exchange(isTls, { ...options, headers, agent, signal, timeout: timeoutMs }, body);
      // A kept connection may have been closed by a restart of OPA just now; a question changes nothing, so it is asked once more.
      const answer = await send().catch((error: unknown) => (signal.aborted || !isStale(error) ? Promise.reject(error) : send()));
      return readAnswer(answer);
    },
    close: () => agent.destroy(),
  };
}

function isStale(error: unknown): boolean {
  return error instanceof EdictError && (error.cause === 'ECONNRESET' || error.cause === 'EPIPE');
}

type Reply = { readonly status: number; readonly text: string };

function exchange(isTls: boolean, options: RequestOptions, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // INVARIANT: of an error of the client only its code goes on: the request holds the token.
    const fail = (error: Error & { code?: string }): void => reject(unavailable(error.code ?? 'no answer', error.code));
    const sent = (isTls ? httpsRequest : httpRequest)(options, (reply) => {
      readText(reply).then(
        (text) => resolve({ status: reply.statusCode ?? 0, text }),
        (error: Error) => fail(error),
      );
    });
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    sent.on('error', fail);
    sent.end(body);
  });
}

/** By events: reading it as an iterator takes a tenth of a millisecond, of every effect. */
function readText(reply: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    reply.setEncoding('utf8');
    reply.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > largestAnswer) reply.destroy(new Error('the answer is too large'));
    });
    reply.on('end', () => resolve(text));
    reply.on('error', reject);
  });
}

function readAnswer({ status, text }: Reply): GuardAnswer {
  if (status !== 200) throw unavailable(`it answered ${status}`);
  const parsed = Answer.safeParse(parseJson(text));
  if (!parsed.success) throw unavailable(`it does not hold the guard's policy (${parsed.error.issues[0]?.path.join('.') ?? ''})`);
  const { allow, reasons, policy } = parsed.data.result;
  const id = parsed.data.decision_id;
  return { allow, reasons, policy: policy as Digest, ...(id === undefined ? {} : { id }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unavailable(why: string, cause?: string): EdictError {
  return new EdictError('dependency-unavailable', `the guard gave no decision: ${why}`, {
    help: 'no effect happens without one; see whether OPA runs',
    cause,
  });
}
