/** The outside system that a step means: the one that it names, else the only one of a kind that can do it. None is a failure that a playbook can handle. */
import type { ActionCall } from './contract.ts';
import type { OutsideSystem } from '../connectors/system.ts';
import { EdictError } from '../domain/errors.ts';
import { kindsWith, type Capability } from '../domain/systems/catalogue.ts';
import type { Ports } from './ports.ts';

/** Throws `system-missing`, and `input-invalid` where several could and none is named. */
export async function findSystem(ports: Ports, call: ActionCall, capability: Capability): Promise<OutsideSystem> {
  const kinds = kindsWith(capability);
  const named = call.params['system'];
  const systems = await ports.store.systems.list();
  const able = systems.filter((row) => kinds.includes(row.kind) && (named === undefined || row.name === named));
  const [only, another] = able;
  if (only === undefined)
    throw new EdictError(
      'system-missing',
      named === undefined ? `no system can do \`${capability}\`` : `no system \`${nameIn(named)}\` can do \`${capability}\``,
      {
        where: call.step,
        expected: `a system of kind ${kinds.join(' or ')}`,
        help: '`edict system add` configures one',
      },
    );
  if (another !== undefined)
    throw new EdictError('input-invalid', `step \`${call.step}\` does not say which system: several can do \`${capability}\``, {
      where: call.step,
      expected: `\`system\`: one of ${able.map(({ name }) => name).join(', ')}`,
    });
  return await ports.system(only.name);
}

function nameIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
