/**
 * The table of routes: the one statement of the HTTP interface that the server, the CLI's client and the OpenAPI document share.
 * Every POST by a person takes an `Idempotency-Key`; refusals are `application/problem+json` (problem.ts).
 */
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { contextRoutes } from './context.ts';
import { systemRoutes } from './engine.ts';
import { incidentRoutes } from './incidents.ts';
import { peopleRoutes } from './people.ts';
import { playbookRoutes } from './playbooks.ts';
import { pointRoutes } from './points.ts';
import { policyRoutes } from './policies.ts';
import { reportRoutes } from './reports.ts';
import { runRoutes } from './runs.ts';
import { signalRoutes } from './signals.ts';
import { outsideRoutes } from './systems.ts';
import { webhookRoutes } from './webhooks.ts';

export const routes = {
  ...policyRoutes,
  ...contextRoutes,
  ...approvalRoutes,
  ...playbookRoutes,
  ...runRoutes,
  ...signalRoutes,
  ...webhookRoutes,
  ...incidentRoutes,
  ...pointRoutes,
  ...outsideRoutes,
  ...auditRoutes,
  ...reportRoutes,
  ...peopleRoutes,
  ...systemRoutes,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
