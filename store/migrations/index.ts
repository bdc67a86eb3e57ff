/** Every migration by name, oldest first. One that was released never changes. */
import type { Migration } from 'kysely/migration';
import { up as foundation } from './2026-11-25-foundation.ts';
import { up as effectFunctions } from './2026-11-25-guard-effect-functions.ts';
import { up as guard } from './2026-11-25-guard.ts';
import { up as largeValues } from './2026-11-25-large-values.ts';
import { up as peopleInTheLoop } from './2026-11-25-people-in-the-loop.ts';
import { up as runControl } from './2026-11-25-run-control.ts';
import { up as runOrigins } from './2026-11-25-run-origins.ts';
import { up as secretTimes } from './2026-11-25-secret-times.ts';
import { up as systems } from './2026-11-25-systems.ts';
import { up as tasks } from './2026-11-25-tasks.ts';
import { up as triggers } from './2026-11-25-triggers.ts';
import { up as approvalComments } from './2026-11-26-approval-comments.ts';
import { up as effectLand } from './2026-11-26-effect-land.ts';
import { up as guardSituation } from './2026-11-26-guard-situation.ts';
import { up as incidentWork } from './2026-11-26-incident-work.ts';
import { up as playbookTests } from './2026-11-26-playbook-tests.ts';
import { up as plannedOnce } from './2026-11-26-planned-once.ts';
import { up as pointQuestions } from './2026-11-26-point-questions.ts';
import { up as signIn } from './2026-11-26-sign-in.ts';

export const migrations: { readonly [name: string]: Migration } = {
  '2026-11-25-foundation': { up: foundation },
  '2026-11-25-secret-times': { up: secretTimes },
  '2026-11-25-guard': { up: guard },
  '2026-11-25-guard-effect-functions': { up: effectFunctions },
  '2026-11-25-run-control': { up: runControl },
  '2026-11-25-systems': { up: systems },
  '2026-11-25-run-origins': { up: runOrigins },
  '2026-11-25-people-in-the-loop': { up: peopleInTheLoop },
  '2026-11-25-tasks': { up: tasks },
  '2026-11-25-triggers': { up: triggers },
  '2026-11-25-large-values': { up: largeValues },
  '2026-11-26-approval-comments': { up: approvalComments },
  '2026-11-26-effect-land': { up: effectLand },
  '2026-11-26-guard-situation': { up: guardSituation },
  '2026-11-26-playbook-tests': { up: playbookTests },
  '2026-11-26-sign-in': { up: signIn },
  '2026-11-26-incident-work': { up: incidentWork },
  '2026-11-26-point-questions': { up: pointQuestions },
  '2026-11-26-planned-once': { up: plannedOnce },
};
