/** Every workflow of Edict: what the worker bundles. */
import './promise-notes.ts';
export { incidentResponse } from './incident-response.ts';
export { playbookRun } from './playbook-run.ts';
export { pointQuestion } from './point-question.ts';
export { policyLifecycle } from './policy-lifecycle.ts';
export { scheduledOrder } from './scheduled-order.ts';
export { watch } from './watch.ts';
