/** A playbook of one step, under a name. */
import { digestOf } from '../../domain/digest.ts';
import type { Plan } from '../../domain/playbook/plan.ts';

export function planNamed(playbook: string, roles: readonly string[]): Plan {
  const body = {
    playbook,
    version: '1.0.0',
    title: `The ${playbook} playbook`,
    tags: {},
    triggers: roles.length === 0 ? [] : [{ kind: 'manual' as const, roles }],
    inputs: { host: { type: 'string' as const }, hours: { type: 'int' as const, default: 4, max: 8 } },
    start: 'end',
    steps: { end: { id: 'end', kind: 'end' as const, outcome: 'done' } },
    outputs: {},
  };
  return { ...body, digest: digestOf(body) };
}
