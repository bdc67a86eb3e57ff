/**
 * The table of routes: the one statement of the HTTP interface that the server, the CLI's client and the OpenAPI document share.
 * Every POST by a person takes an `Idempotency-Key`; refusals are `application/problem+json` (problem.ts).
 */
import { eventRoutes } from './access/events.ts';
import { sessionRoutes } from './access/session.ts';
import { settingsRoutes } from './access/settings.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { complianceRoutes } from './compliance/compliance.ts';
import { contextRoutes } from './context.ts';
import { delegationRoutes } from './delegations.ts';
import { systemRoutes } from './engine.ts';
import { guardRoutes } from './guard.ts';
import { incidentRoutes } from './incidents.ts';
import { overviewRoutes } from './work/overview.ts';
import { peopleRoutes } from './people.ts';
import { playbookRoutes } from './playbooks.ts';
import { pointRoutes } from './points.ts';
import { policyRoutes } from './policies.ts';
import { analysisRoutes } from './policy/analysis.ts';
import { applyRoutes } from './policy/apply.ts';
import { toolRoutes } from './policy/tools.ts';
import { reportRoutes } from './reports.ts';
import { runControlRoutes } from './run-control.ts';
import { reviewRoutes } from './reviews.ts';
import { runRoutes } from './runs.ts';
import { signalRoutes } from './signals.ts';
import { simulationRoutes } from './simulations.ts';
import { outsideRoutes } from './systems.ts';
import { taskRoutes } from './tasks.ts';
import { webhookRoutes } from './access/webhooks.ts';

export const routes = {
  ...policyRoutes,
  ...analysisRoutes,
  ...applyRoutes,
  ...toolRoutes,
  ...contextRoutes,
  ...approvalRoutes,
  ...delegationRoutes,
  ...reviewRoutes,
  ...taskRoutes,
  ...playbookRoutes,
  ...runRoutes,
  ...runControlRoutes,
  ...simulationRoutes,
  ...guardRoutes,
  ...signalRoutes,
  ...webhookRoutes,
  ...incidentRoutes,
  ...overviewRoutes,
  ...pointRoutes,
  ...outsideRoutes,
  ...auditRoutes,
  ...complianceRoutes,
  ...reportRoutes,
  ...peopleRoutes,
  ...systemRoutes,
  ...sessionRoutes,
  ...eventRoutes,
  ...settingsRoutes,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
