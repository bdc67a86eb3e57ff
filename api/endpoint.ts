/** One route at work: reads the body as the route says, parses what came in, runs the handler once for each idempotency key, and sends the reply. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Store } from '../store/port.ts';
import type { RouteSpec } from './contract/route.ts';
import type { RouteName } from './contract/routes.ts';
import { codeOf, InvalidInput } from './failure.ts';
import { sent } from './handler.ts';
import type { Handler, Incoming } from './handler.ts';
import { parseJsonBody, parseTextBody } from './json-body.ts';

export type EndpointDeps = {
  readonly name: RouteName;
  readonly spec: RouteSpec;
  readonly handler: Handler<RouteSpec>;
  readonly store: Store;
  readonly checkReplies: boolean;
};

type Answer = { readonly status: number; readonly body: Json };

export function endpoint(deps: EndpointDeps): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const { spec } = deps;
  return async (request, reply) => {
    const { caller } = request;
    if (caller === undefined) throw new EdictError('access-denied', 'nobody was let in');
    const params = parsed('path', spec.params, request.params);
    const query = parsed('query', spec.query ?? z.strictObject({}), request.query);
    // A signature is over the bytes: the handler parses them after it has verified them.
    const body = spec.access === 'signature' ? request.body : parsed('body', spec.body, await readBody(spec, request));
    const call = { params, query, body, ...caller, http: request, reply } as unknown as Incoming<RouteSpec>;
    reply.code(spec.status);
    return keyOf(deps, request) === undefined ? run(deps, call) : runOnce(deps, call);
  };
}

export function parsed(part: 'path' | 'query' | 'body', schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidInput(part, result.error);
  return result.data;
}

async function run(deps: EndpointDeps, call: Incoming<RouteSpec>): Promise<unknown> {
  const body = await deps.handler(call);
  if (body === sent) return call.reply;
  checkReply(deps, body);
  return send(call.reply, { status: call.reply.statusCode, body: (body ?? null) as Json });
}

/** A few times within what the store takes for a sign of death. */
const renewEveryMs = 2000;

/**
 * The same key by the same person with the same request gets the stored answer; failures are not stored, so that they can be tried again.
 * INVARIANT: of a reply that holds a secret only the status is stored.
 */
async function runOnce(deps: EndpointDeps, call: Incoming<RouteSpec>): Promise<unknown> {
  const key = keyOf(deps, call.http) ?? '';
  const { idempotency } = deps.store;
  const { by: actor } = call;
  const { params, query, body } = call as { params: unknown; query: unknown; body: unknown };
  const stored = await idempotency.begin({ actor, key, requestDigest: digestOf({ route: deps.name, params, query, body }) });
  if (stored !== undefined && deps.spec.secretReply === true) throw shownOnce();
  if (stored !== undefined) return send(call.reply.header('idempotent-replayed', 'true'), stored);
  const renewal = setInterval(() => void idempotency.renew({ actor, key }).catch(() => undefined), renewEveryMs);
  const outcome = await answered(deps, call)
    .catch(async (error: unknown) => {
      await idempotency.abandon({ actor, key }).catch(() => undefined);
      throw error;
    })
    .finally(() => clearInterval(renewal));
  await idempotency.finish({ actor, key, status: outcome.status, body: deps.spec.secretReply === true ? null : outcome.body });
  return send(call.reply, outcome);
}

function shownOnce(): EdictError {
  return new EdictError('conflict', 'made already; its secret was shown once', {
    where: 'header idempotency-key',
    help: 'where the answer was lost, revoke or delete what was made (or rotate it), and make another one with a new key',
  });
}

async function answered(deps: EndpointDeps, call: Incoming<RouteSpec>): Promise<Answer> {
  const body = await deps.handler(call);
  if (body === sent) throw new EdictError('input-invalid', 'this route takes no idempotency key');
  checkReply(deps, body);
  return { status: call.reply.statusCode, body: (body ?? null) as Json };
}

function send(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  reply.code(status);
  return status === 204 ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

function keyOf({ spec }: EndpointDeps, request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || spec.method !== 'POST' || spec.secretBody === true || request.caller?.by.startsWith('system:')) return undefined;
  if (typeof key !== 'string' || !/^[\u0021-\u007e]{1,255}$/u.test(key)) {
    throw new EdictError('input-invalid', 'the idempotency key is not usable', {
      where: 'header idempotency-key',
      expected: '1–255 printable ascii characters',
    });
  }
  return key;
}

function checkReply({ checkReplies, spec, name }: EndpointDeps, body: unknown): void {
  if (!checkReplies || spec.status === 204) return;
  const result = spec.reply.safeParse(JSON.parse(JSON.stringify(body)));
  if (!result.success) throw new Error(`the reply of ${name} is not as the contract says: ${z.prettifyError(result.error)}`);
}

async function readBody(spec: RouteSpec, request: FastifyRequest): Promise<unknown> {
  if (spec.body === undefined) return undefined;
  const type = mediaType(request);
  const bytes = await plainBytes(spec, request);
  if (type === undefined && bytes.length === 0) return {};
  const consumes = spec.consumes ?? ['application/json'];
  if (type === undefined || !consumes.includes(type)) {
    throw new EdictError('input-type-unsupported', `the content type \`${type ?? 'none'}\` is not one that this route takes`, {
      expected: consumes.join(', '),
    });
  }
  const isJson = type === 'application/json' && !(spec.body instanceof z.ZodString);
  return isJson ? parseJsonBody(bytes) : parseTextBody(bytes);
}

function mediaType(request: FastifyRequest): string | undefined {
  const header = request.headers['content-type'];
  if (header === undefined) return undefined;
  const [type = '', ...parameters] = header.toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset="?([\w-]+)"?\s*$/u.exec(parameter)?.[1]).find((value) => value !== undefined);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'us-ascii') {
    throw new EdictError('input-type-unsupported', `the charset \`${charset}\` is not supported`, { expected: 'utf-8' });
  }
  return type.trim();
}

const gunzipBytes = promisify(gunzip);

/** Only OPA compresses; what it unpacks to is limited too. */
async function plainBytes(spec: RouteSpec, request: FastifyRequest): Promise<Buffer> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return bytes;
  if (encoding !== 'gzip' || spec.access !== 'engine-token')
    throw new EdictError('input-type-unsupported', `the content encoding \`${encoding}\` is not supported`);
  try {
    return await gunzipBytes(bytes, { maxOutputLength: spec.bodyLimitBytes ?? 1024 * 1024 });
  } catch (cause) {
    const large = codeOf(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw large
      ? new EdictError('input-too-large', 'the body unpacks to more than this route takes')
      : new EdictError('input-invalid', 'the body is not gzip', { cause });
  }
}
