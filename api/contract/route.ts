/** The shape of a row of the table of routes, and what follows from it: types of a call and of its answer, and the path of a call. */
import type { z } from 'zod';

export const permissions = [
  'me:read',
  'me:write',
  'policies:read',
  'policies:write',
  'context:read',
  'context:write',
  'decisions:ask',
  'approvals:read',
  'approvals:vote',
  'approvals:discuss',
  'approvals:delegate',
  'approvals:break-glass',
  'approvals:review',
  'tasks:read',
  'tasks:answer',
  'playbooks:read',
  'playbooks:write',
  'triggers:write',
  'runs:read',
  'runs:order',
  'runs:cancel',
  'runs:control',
  'runs:migrate',
  'signals:read',
  'signals:send',
  'incidents:read',
  'incidents:write',
  'points:read',
  'points:write',
  'points:test',
  'systems:read',
  'systems:write',
  'effects:read',
  'effects:undo',
  'guard:read',
  'guard:write',
  'audit:read',
  'compliance:read',
  'reports:read',
  'reports:order',
  'people:read',
  'people:write',
  'webhooks:read',
  'webhooks:write',
  'settings:read',
  'contract:read',
] as const;
/** What a role must hold to use the route; which role holds what is said by api/auth/authz.rego. */
export type Permission = (typeof permissions)[number];

/**
 * Who gets past the door: holders of a permission (bearer token of a person, or the session of their browser), OPA (a token of its own),
 * senders of signed webhooks, whoever is about to sign in (`sign-in`: what they send says who they are), or anyone (`anonymous`: health alone).
 */
export type Access = Permission | 'engine-token' | 'signature' | 'sign-in' | 'anonymous';

export type RouteSpec = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for each key of `params`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Media types of the body; `application/json` where not given. Others than JSON reach `body` as text. */
  readonly consumes?: readonly string[];
  readonly reply: z.ZodType;
  /** Media type of the answer; `application/json` where not given. */
  readonly produces?: string;
  /** Status of success, and others that are no refusal. */
  readonly status: number;
  readonly otherStatus?: readonly number[];
  /** The reply holds a secret that is shown once: the same idempotency key again is refused, not answered from what was kept. */
  readonly secretReply?: boolean;
  /** The body holds a secret that a person made up: no digest of it is kept, and no idempotency key is read. */
  readonly secretBody?: boolean;
  /** The query holds a secret: requests are not logged. */
  readonly secretQuery?: boolean;
  /** Largest body in bytes; 1 MiB where not given. */
  readonly bodyLimitBytes?: number;
};

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Given<S> = S extends z.ZodType ? z.input<S> : undefined;
type Field<R, K extends string> = K extends keyof R ? R[K] : undefined;

/** What a handler gets: parsed. */
export type Call<R> = {
  readonly params: Parsed<Field<R, 'params'>>;
  readonly query: Parsed<Field<R, 'query'>>;
  readonly body: Parsed<Field<R, 'body'>>;
};
/** What a client gives. */
export type CallInput<R> = Provided<'params', Given<Field<R, 'params'>>> &
  Provided<'query', Given<Field<R, 'query'>>> &
  Provided<'body', Given<Field<R, 'body'>>>;
type Provided<K extends string, V> = [V] extends [undefined]
  ? { readonly [P in K]?: undefined }
  : K extends 'query'
    ? { readonly [P in K]?: V }
    : { readonly [P in K]: V };

export type ReplyOf<R extends RouteSpec> = z.output<R['reply']>;

/** The path with its parameters filled in, each percent-encoded. */
export function pathOf(route: Pick<RouteSpec, 'path'>, params: { readonly [name: string]: unknown } = {}): string {
  return route.path.replace(/:(?<name>[a-z]+)/gu, (_, name: string) => encodeURIComponent(String(params[name])));
}
