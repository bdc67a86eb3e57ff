/**
 * The HTTP server: every route of the contract behind its door (who may), its schemas (what may come in) and one form of refusal.
 * Serves at once; while the store is not ready, and for as long as a dependency is away, it answers `dependency-unavailable`.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import Fastify from 'fastify';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EdictError, errorTable } from '../domain/errors.ts';
import type { Store } from '../store/port.ts';
import { usualAccess } from './auth/access-settings.ts';
import type { AccessSettings } from './auth/access-settings.ts';
import type { Authorizer } from './auth/authz.ts';
import { bearer } from './auth/bearer.ts';
import { sessionDoor } from './auth/session-door.ts';
import type { RouteSpec } from './contract/route.ts';
import { routes } from './contract/routes.ts';
import type { RouteName } from './contract/routes.ts';
import { endpoint } from './endpoint.ts';
import { asEdictError, problemOf } from './failure.ts';
import { gate } from './gate.ts';
import type { Handler, HandlerDeps, Handlers } from './handler.ts';
import { temporalOrchestrator } from './orchestrator.ts';
import type { Orchestrator } from './orchestrator.ts';
import { eventHandlers } from './routes/access/events.ts';
import { oidcHandlers } from './routes/access/oidc.ts';
import { sessionHandlers } from './routes/access/session.ts';
import { settingsHandlers } from './routes/access/settings.ts';
import { signInPeopleHandlers } from './routes/access/sign-in-people.ts';
import { auditHandlers } from './routes/audit.ts';
import { approvalHandlers } from './routes/approvals.ts';
import { complianceHandlers } from './compliance/handlers.ts';
import { contextHandlers } from './routes/context.ts';
import { insightHandlers } from './routes/context/insight.ts';
import { delegationHandlers } from './routes/delegations.ts';
import { engineHandlers } from './routes/engine.ts';
import { effectHandlers } from './routes/effects.ts';
import { guardHandlers } from './routes/guard.ts';
import { incidentWorkHandlers } from './routes/work/incident-work.ts';
import { incidentHandlers } from './routes/incidents.ts';
import { overviewHandlers } from './routes/work/overview.ts';
import { peopleHandlers } from './routes/access/people.ts';
import { playbookHandlers } from './routes/playbooks.ts';
import { pointQuestionHandlers } from './routes/point-questions.ts';
import { pointHandlers } from './routes/points.ts';
import { policyHandlers } from './routes/policies.ts';
import { analysisHandlers } from './routes/policy/analysis.ts';
import { applyHandlers } from './routes/policy/apply.ts';
import { toolHandlers } from './routes/policy/tools.ts';
import { publishingHandlers } from './routes/publishing.ts';
import { reportHandlers } from './routes/reports.ts';
import { reviewHandlers } from './routes/reviews.ts';
import { runEventsHandler } from './routes/run-events.ts';
import { runControlHandlers } from './routes/run-control.ts';
import { runHandlers } from './routes/runs.ts';
import { signalHandlers } from './routes/signals.ts';
import { simulationHandlers } from './routes/simulations.ts';
import { systemHandlers } from './routes/system.ts';
import { outsideHandlers } from './routes/systems.ts';
import { taskHandlers } from './routes/tasks.ts';
import { webhookHandlers } from './routes/access/webhooks.ts';
import { consoleFiles } from './static/console.ts';
import type { ConsoleFiles } from './static/console.ts';

export type ServerDeps = {
  readonly store: Store;
  /** A Temporal client, or what stands for it. */
  readonly temporal: Client | Orchestrator;
  readonly authz: Authorizer;
  readonly clock: () => Date;
  readonly version: string;
  /** False until the store's tables are there. */
  readonly ready?: () => boolean;
  readonly logger?: FastifyBaseLogger | undefined;
  /** The token that OPA shows when it fetches bundles and sends logs; the secret `opa-token` where not given. */
  readonly engineToken?: string | undefined;
  /** Checks each reply against the contract and answers `defect` where it differs: for tests. */
  readonly checkReplies?: boolean;
  /** Address of a namespace in Temporal's own pages. */
  readonly temporalUi?: string | undefined;
  /** How people sign in from browsers. */
  readonly access?: AccessSettings | undefined;
  /** Where the built console is; none is served where not given. */
  readonly consoleFolder?: string | undefined;
  /** Proxies whose `X-Forwarded-For` is believed; none where not given. */
  readonly trustedProxies?: string | undefined;
  /** How long a draft or a report is waited for; 20 s where not given. */
  readonly waitMs?: number;
};

const megabyte = 1024 * 1024;

const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export function buildServer(deps: ServerDeps): FastifyInstance {
  const closing = new AbortController();
  const files = deps.consoleFolder === undefined ? undefined : consoleFiles(deps.consoleFolder);
  const app = createApp(deps, files);
  files?.register(app);
  const access = deps.access ?? usualAccess;
  const orchestrator = 'startRun' in deps.temporal ? deps.temporal : temporalOrchestrator(deps.temporal);
  const bearers = bearer(deps.store.people, () => deps.clock().getTime());
  const sessions = sessionDoor({ sessions: deps.store.sessions, idleMs: access.idleMs, origin: access.origin });
  const handlers = allHandlers({
    store: deps.store,
    orchestrator,
    authz: deps.authz,
    clock: deps.clock,
    version: deps.version,
    temporalUi: deps.temporalUi,
    ready: deps.ready ?? (() => true),
    closing: closing.signal,
    access,
    forgetTokens: bearers.forget,
    waitMs: deps.waitMs ?? 20_000,
  });
  app.addHook('preClose', async () => closing.abort());
  for (const name of Object.keys(routes) as RouteName[]) {
    const spec: RouteSpec = routes[name];
    app.route({
      method: spec.method,
      url: spec.path,
      bodyLimit: spec.bodyLimitBytes ?? megabyte,
      ...(spec.secretQuery === true ? { logLevel: 'warn' as const } : {}),
      onRequest: gate({
        spec,
        bearers,
        sessions,
        authz: deps.authz,
        secrets: deps.store.secrets,
        engineToken: deps.engineToken,
        ready: deps.ready ?? (() => true),
      }),
      handler: endpoint({
        name,
        spec,
        handler: handlers[name] as unknown as Handler<RouteSpec>,
        store: deps.store,
        checkReplies: deps.checkReplies ?? false,
      }),
    });
  }
  return app;
}

function allHandlers(deps: HandlerDeps): Handlers {
  return {
    ...policyHandlers(deps),
    ...analysisHandlers(deps),
    ...applyHandlers(deps),
    ...toolHandlers(deps),
    ...contextHandlers(deps),
    ...insightHandlers(deps),
    ...approvalHandlers(deps),
    ...delegationHandlers(deps),
    ...reviewHandlers(deps),
    ...taskHandlers(deps),
    ...playbookHandlers(deps),
    ...publishingHandlers(deps),
    ...runHandlers(deps),
    ...runControlHandlers(deps),
    ...runEventsHandler(deps),
    ...simulationHandlers(deps),
    ...effectHandlers(deps),
    ...guardHandlers(deps),
    ...signalHandlers(deps),
    ...webhookHandlers(deps),
    ...incidentHandlers(deps),
    ...incidentWorkHandlers(deps),
    ...overviewHandlers(deps),
    ...pointHandlers(deps),
    ...pointQuestionHandlers(deps),
    ...outsideHandlers(deps),
    ...auditHandlers(deps),
    ...complianceHandlers(deps),
    ...reportHandlers(deps),
    ...peopleHandlers(deps),
    ...engineHandlers(deps),
    ...systemHandlers(deps),
    ...sessionHandlers(deps),
    ...signInPeopleHandlers(deps),
    ...oidcHandlers(deps),
    ...eventHandlers(deps),
    ...settingsHandlers(deps),
  };
}

function createApp(deps: ServerDeps, files: ConsoleFiles | undefined): FastifyInstance {
  const transport = deps.access?.origin?.startsWith('https:') === true ? { 'strict-transport-security': 'max-age=31536000' } : {};
  const app = Fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: deps.logger }),
    exposeHeadRoutes: false,
    bodyLimit: megabyte,
    genReqId: () => `req-${randomUUID()}`,
    requestIdHeader: false,
    trustProxy: deps.trustedProxies ?? false,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => refuse(error, request as unknown as FastifyRequest, reply as unknown as FastifyReply),
  });
  app.removeAllContentTypeParsers();
  // Bytes: each route says what it takes (endpoint.ts), and a signature is over the bytes.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders, ...transport, 'x-request-id': request.id });
  });
  app.setNotFoundHandler((request, reply) => {
    if (files?.answers(request) === true) return files.answer(reply);
    throw new EdictError('not-found', `there is no \`${request.method}\` at this path`, { help: 'see /openapi.json' });
  });
  app.setErrorHandler<FastifyError>(refuse);
  return app;
}

function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asEdictError(thrown);
  const { status } = errorTable[error.code];
  if (error.code === 'defect') request.log.error({ err: error.cause ?? error }, 'defect');
  else request.log.info({ code: error.code }, 'refused');
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="edict"');
  if (status === 429) reply.header('retry-after', '60');
  if (status === 503) reply.header('retry-after', '2');
  void reply
    .headers({ ...securityHeaders, 'x-request-id': request.id })
    .code(status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problemOf(error, request.id))));
}
