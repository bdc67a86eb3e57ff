/** Small CACAO documents for tests: steps by short names, everything else that the schemas ask for filled in. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacaoId } from '../../../domain/playbook/cacao/extensions.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';

export const fixtures = resolve(import.meta.dirname, '../../fixtures/cacao');

export type Loose = { [key: string]: any };

export const at = '2026-01-01T00:00:00.000Z';
export const agent = cacaoId('individual', 'a person');

/** `action.block` → the id of that step. */
export function step(name: string): string {
  const [type = '', rest = ''] = name.split('.');
  return cacaoId(type, rest);
}

/** Keys of `workflow` are short names; so are the values of fields that name steps. */
export function cacao(workflow: { readonly [name: string]: Loose }, more: Loose = {}): CacaoPlaybook & Loose {
  const steps = Object.entries(workflow).map(([name, fields]) => [
    step(name),
    withIds({ type: name.split('.')[0], ...fillAction(name), ...fields }),
  ]);
  const { workflow_exception: exception, ...rest } = more;
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: cacaoId('playbook', 'test'),
    name: 'Test playbook',
    created_by: cacaoId('identity', 'test'),
    created: at,
    modified: at,
    workflow_start: step('start.s'),
    ...(exception === undefined ? {} : { workflow_exception: step(exception as string) }),
    workflow: Object.fromEntries(steps) as CacaoPlaybook['workflow'],
    agent_definitions: { [agent]: { type: 'individual', name: 'a person' } },
    ...rest,
  };
}

function fillAction(name: string): Loose {
  if (!name.startsWith('action.')) return {};
  return { name: name.slice('action.'.length), agent, commands: [{ type: 'manual', command: `do ${name.slice('action.'.length)}` }] };
}

const naming = ['on_completion', 'on_success', 'on_failure', 'on_true', 'on_false'];

function withIds(fields: Loose): Loose {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]: [string, any]) => {
      if (naming.includes(key)) return [key, step(value as string)];
      if (key === 'next_steps') return [key, (value as string[]).map(step)];
      if (key === 'cases') return [key, Object.fromEntries(Object.entries(value as Loose).map(([name, to]) => [name, step(to as string)]))];
      return [key, value];
    }),
  );
}

/** A chain: start → do a → do b → end. */
export function chain(more: Loose = {}): CacaoPlaybook & Loose {
  return cacao(
    {
      'start.s': { on_completion: 'action.a' },
      'action.a': { on_completion: 'action.b' },
      'action.b': { on_completion: 'end.e' },
      'end.e': {},
    },
    more,
  );
}

export function example(name: string): CacaoPlaybook {
  return JSON.parse(readFileSync(join(fixtures, 'playbooks', name), 'utf8')) as CacaoPlaybook;
}

export const anything = { commands: [{ match: '*', action: 'control.noop', with: { value: '$command' }, outputs: {} }] };
