/** What a handler is: gets a parsed call of its route and who made it, and returns the reply of the contract. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionRow } from '../store/access/port-access.ts';
import type { Actor, Person, Store } from '../store/port.ts';
import type { AccessSettings } from './auth/access-settings.ts';
import type { Authorizer } from './auth/authz.ts';
import type { Call, ReplyOf, RouteSpec } from './contract/route.ts';
import type { RouteName, Routes } from './contract/routes.ts';
import type { Orchestrator } from './orchestrator.ts';

export type HandlerDeps = {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly authz: Authorizer;
  readonly clock: () => Date;
  readonly version: string;
  /** Address of a namespace in Temporal's own pages, where people may look. */
  readonly temporalUi?: string | undefined;
  readonly access: AccessSettings;
  readonly ready: () => boolean;
  /** Aborted when the server stops: streams and long polls end. */
  readonly closing: AbortSignal;
  readonly forgetTokens: () => void;
  /** How long a draft or a report is waited for. */
  readonly waitMs: number;
};

/** Who got past the door. `person` has no roles at the doors of programs. */
export type Caller = {
  readonly by: Actor;
  readonly person: Person;
  /** Where the request came with the cookie of a browser. */
  readonly session?: SessionRow | undefined;
};

export type Incoming<R> = Call<R> & Caller & { readonly http: FastifyRequest; readonly reply: FastifyReply };

export type Handler<R extends RouteSpec> = (call: Incoming<R>) => Promise<ReplyOf<R> | typeof sent>;
export type Handlers = { readonly [N in RouteName]: Handler<Routes[N]> };
export type HandlersOf<Names extends RouteName> = Pick<Handlers, Names>;

/** What a handler returns that has sent its answer itself (a stream, a page, bytes). */
export const sent = Symbol('sent');

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}
