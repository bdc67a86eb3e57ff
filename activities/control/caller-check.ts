/** Temporal carries, it does not authorise: a control activity works for the workflow whose id it was meant for, and no other. */
import { EdictError } from '../../domain/errors.ts';
import type { Ports } from '../ports.ts';

export function requireWorkflow(ports: Ports, workflowId: string): void {
  const caller = ports.caller().workflowId;
  if (caller === workflowId) return;
  throw new EdictError('order-mismatch', `workflow \`${caller ?? 'none'}\` acts for \`${workflowId}\``, {
    help: 'runs are started by an order, through the API',
  });
}
