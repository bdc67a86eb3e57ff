import { describe, expect, it } from '@jest/globals';
import { checkCacao } from '../../../domain/playbook/cacao/check.ts';
import { isError } from '../../../domain/playbook/cacao/fault.ts';
import { cacaoId } from '../../../domain/playbook/cacao/extensions.ts';
import { agent, cacao, chain, step, type Loose } from './documents.ts';

const errorsOf = (document: Parameters<typeof checkCacao>[0]) => checkCacao(document).filter(isError);
const changed = (name: string, fields: Loose) => {
  const document = chain();
  return {
    ...document,
    workflow: { ...document.workflow, [step(name)]: { ...document.workflow[step(name)], ...fields } },
  } as typeof document;
};

describe('the semantic check', () => {
  it('finds nothing wrong with a chain of steps', () => {
    expect(checkCacao(chain())).toEqual([]);
  });

  it.each<[string, ReturnType<typeof chain>, string, string]>([
    [
      'a step that goes on to nowhere',
      changed('action.b', { on_completion: step('end.x') }),
      'cacao-step-missing',
      `/workflow/${step('action.b')}/on_completion`,
    ],
    [
      'a failure that goes on to nowhere',
      changed('action.b', { on_completion: undefined, on_success: step('end.e'), on_failure: step('action.x') }),
      'cacao-step-missing',
      `/workflow/${step('action.b')}/on_failure`,
    ],
    ['a start that is not there', chain({ workflow_start: step('start.x') }), 'cacao-start-missing', '/workflow_start'],
    ['a cycle', changed('action.b', { on_completion: step('action.a') }), 'cacao-cycle', `/workflow/${step('action.b')}/on_completion`],
    [
      'a step that follows itself',
      changed('action.b', { on_completion: step('action.b') }),
      'cacao-cycle',
      `/workflow/${step('action.b')}/on_completion`,
    ],
    [
      'a way back to the start',
      changed('action.b', { on_completion: step('start.s') }),
      'cacao-step-kind',
      `/workflow/${step('action.b')}/on_completion`,
    ],
    [
      'a step that nothing leads to',
      changed('action.a', { on_completion: step('end.e') }),
      'cacao-unreachable',
      `/workflow/${step('action.b')}`,
    ],
    [
      'a step after an end',
      changed('end.e', { on_completion: step('action.b') }),
      'cacao-step-order',
      `/workflow/${step('end.e')}/on_completion`,
    ],
    ['a start with on_failure', changed('start.s', { on_failure: step('end.e') }), 'cacao-step-order', `/workflow/${step('start.s')}/`],
    [
      'on_completion beside on_success',
      changed('action.b', { on_success: step('end.e') }),
      'cacao-step-order',
      `/workflow/${step('action.b')}/on_completion`,
    ],
    [
      'an action that goes on to nothing',
      changed('action.b', { on_completion: undefined }),
      'cacao-step-order',
      `/workflow/${step('action.b')}/`,
    ],
    [
      'an id of another type',
      changed('action.b', { type: 'end', on_completion: undefined }),
      'cacao-step-kind',
      `/workflow/${step('action.b')}/type`,
    ],
    [
      'an agent that is not defined',
      changed('action.b', { agent: cacaoId('individual', 'x') }),
      'cacao-definition-missing',
      `/workflow/${step('action.b')}/agent`,
    ],
    [
      'a target that is not defined',
      changed('action.b', { targets: [agent, cacaoId('linux', 'x')] }),
      'cacao-definition-missing',
      `/workflow/${step('action.b')}/targets/1`,
    ],
    [
      'a command that says nothing',
      changed('action.b', { commands: [{ type: 'bash' }] }),
      'cacao-command',
      `/workflow/${step('action.b')}/commands/0`,
    ],
    [
      'a command that is not base64',
      changed('action.b', { commands: [{ type: 'bash', command_b64: '%%' }] }),
      'cacao-command',
      `/workflow/${step('action.b')}/commands/0`,
    ],
    [
      'a variable that is not defined',
      changed('action.b', { commands: [{ type: 'bash', command: 'ping __ip__:value' }] }),
      'cacao-variable-missing',
      `/workflow/${step('action.b')}/commands/0/command`,
    ],
    [
      'an argument that is not defined',
      changed('action.b', { in_args: ['__ip__'] }),
      'cacao-variable-missing',
      `/workflow/${step('action.b')}/in_args/0`,
    ],
    [
      'an extension that is not defined',
      changed('action.b', { step_extensions: { [cacaoId('extension-definition', 'x')]: {} } }),
      'cacao-definition-missing',
      `/workflow/${step('action.b')}/step_extensions/${cacaoId('extension-definition', 'x')}`,
    ],
    ['a marking that is not defined', chain({ markings: [cacaoId('marking-tlp', 'x')] }), 'cacao-definition-missing', '/markings/0'],
    ['a change before the creation', chain({ created: '2026-02-01T00:00:00.000Z' }), 'cacao-time', '/modified'],
    [
      'a validity that ends before it begins',
      chain({ valid_from: '2026-02-01T00:00:00Z', valid_until: '2026-01-01T00:00:00Z' }),
      'cacao-time',
      '/valid_until',
    ],
    [
      'a log-in that is not defined',
      chain({ agent_definitions: { [agent]: { type: 'individual', name: 'x', authentication_info: cacaoId('http-basic', 'x') } } }),
      'cacao-definition-missing',
      `/agent_definitions/${agent}/authentication_info`,
    ],
  ])('refuses %s', (_, document, code, pointer) => {
    expect(errorsOf(document)).toContainEqual(expect.objectContaining({ code, pointer, expected: expect.stringMatching(/./) }));
  });

  it.each(['', 'nobody', 'a@b@c', 'a b@c.de', 'a..b@c.de', '@c.de', 'a@', 'a@-c.de', `${'a'.repeat(65)}@c.de`])(
    'takes `%s` for no e-mail address',
    (work) => {
      const document = chain({ agent_definitions: { [agent]: { type: 'individual', name: 'x', contact: { email: { work } } } } });
      expect(errorsOf(document).map(({ code }) => code)).toEqual(['cacao-contact']);
    },
  );

  it.each(['soc@example.org', 'first.last+tag@sub.example.org', "o'neil@example.org"])('takes `%s` for an e-mail address', (work) => {
    expect(errorsOf(chain({ agent_definitions: { [agent]: { type: 'individual', name: 'x', contact: { email: { work } } } } }))).toEqual(
      [],
    );
  });

  it('lets the body of a while-condition come back to it, and no other road', () => {
    const loop = (back: string) =>
      cacao(
        {
          'start.s': { on_completion: 'action.a' },
          'action.a': { on_completion: 'while-condition.w' },
          'while-condition.w': { condition: '__n__:value < 3', on_true: 'action.b', on_completion: 'end.e' },
          'action.b': { on_completion: back },
          'end.e': {},
        },
        { playbook_variables: { __n__: { type: 'integer', value: '0' } } },
      );
    expect(errorsOf(loop('while-condition.w'))).toEqual([]);
    expect(errorsOf(loop('action.a')).map(({ code }) => code)).toEqual(['cacao-cycle']);
  });

  it('warns of what published playbooks do, and does not refuse it', () => {
    const document = chain({ workflow_start: step('action.a'), workflow_exception: step('end.x') });
    const { [step('start.s')]: _start, ...workflow } = document.workflow;
    expect(checkCacao({ ...document, workflow }).map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning cacao-start-kind',
      'warning cacao-step-missing',
    ]);
  });

  it('reads a variable that another step gives', () => {
    const document = changed('action.b', { commands: [{ type: 'bash', command: 'block __ip__:value' }] });
    const first = document.workflow[step('action.a')] as object;
    expect(
      errorsOf({
        ...document,
        workflow: { ...document.workflow, [step('action.a')]: { ...first, out_args: ['__ip__'] } },
      } as typeof document),
    ).toEqual([]);
  });

  it('is not misled by names such as constructor', () => {
    const document = chain({ workflow_start: 'constructor' });
    expect(errorsOf(document).map(({ code }) => code)).toContain('cacao-start-missing');
  });

  it('walks a chain of 20,000 steps', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `action.n${index}`);
    const steps = names.map((name, index) => [name, { on_completion: names[index + 1] ?? 'end.e' }]);
    expect(errorsOf(cacao({ 'start.s': { on_completion: 'action.n0' }, ...Object.fromEntries(steps), 'end.e': {} }))).toEqual([]);
  });
});
