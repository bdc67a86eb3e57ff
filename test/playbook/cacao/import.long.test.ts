// oxlint-disable unicorn/no-thenable -- the form's own word
import { describe, expect, it } from '@jest/globals';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { isError } from '../../../domain/playbook/cacao/fault.ts';
import { readMapping } from '../../../domain/playbook/cacao/mapping.schema.ts';
import { cacao, chain, step, type Loose } from './documents.ts';
import { noop, errorsOf, stepsOf, shape, variables, go } from './imported.ts';

describe('roads become blocks', () => {
  it('a chain is a list', () => {
    expect(shape(stepsOf(chain()))).toEqual(['a', 'b', 'end']);
  });

  it('branches meet where both arrive', () => {
    const document = cacao(
      {
        'start.s': go('if-condition.i'),
        'if-condition.i': { condition: '__n__:value > 2', on_true: 'action.a', on_false: 'action.b' },
        'action.a': go('action.c'),
        'action.b': go('action.c'),
        'action.c': go('end.e'),
        'end.e': {},
      },
      variables,
    );
    expect(shape(stepsOf(document))).toEqual([['if inputs.n > 2', ['a'], ['b']], 'c', 'end']);
  });

  it('a branch that ends at an end step goes on at the on_completion of its condition', () => {
    const document = cacao(
      {
        'start.s': go('if-condition.i'),
        'if-condition.i': { condition: '__n__:value > 2', on_true: 'action.a', on_completion: 'action.c' },
        'action.a': go('end.b'),
        'end.b': {},
        'action.c': go('end.e'),
        'end.e': {},
      },
      variables,
    );
    expect(shape(stepsOf(document))).toEqual([['if inputs.n > 2', ['a'], []], 'c', 'end']);
  });

  it('without on_completion an end step in a branch ends the run', () => {
    const document = cacao(
      {
        'start.s': go('if-condition.i'),
        'if-condition.i': { condition: '__n__:value > 2', on_true: 'action.a', on_false: 'action.b' },
        'action.a': go('end.a'),
        'end.a': {},
        'action.b': go('end.b'),
        'end.b': {},
      },
      variables,
    );
    expect(shape(stepsOf(document))).toEqual([['if inputs.n > 2', ['a', 'end'], ['b', 'end']]]);
  });

  it('a switch is a row of branches, of the type of its variable', () => {
    const document = cacao(
      {
        'start.s': go('switch-condition.w'),
        'switch-condition.w': { switch: '__n__:value', cases: { 1: 'action.a', 2: 'action.b', 3: 'action.b', default: 'action.c' } },
        'action.a': go('end.e'),
        'action.b': go('end.e'),
        'action.c': go('end.e'),
        'end.e': {},
      },
      variables,
    );
    expect(shape(stepsOf(document))).toEqual([['if inputs.n == 1', ['a'], [['if inputs.n == 2 || inputs.n == 3', ['b'], ['c']]]], 'end']);
  });

  it('a parallel step waits for all of its branches', () => {
    const document = cacao({
      'start.s': go('parallel.p'),
      'parallel.p': { next_steps: ['action.a', 'action.b', 'end.x'], on_completion: 'action.c' },
      'action.a': go('end.x'),
      'action.b': go('end.y'),
      'action.c': go('end.e'),
      'end.x': {},
      'end.y': {},
      'end.e': {},
    });
    expect(shape(stepsOf(document))).toEqual([['parallel', ['a'], ['b']], 'c', 'end']);
  });

  it('a failure goes its own road and comes back, or ends there', () => {
    const document = (to: string) =>
      cacao({
        'start.s': go('action.a'),
        'action.a': { on_success: 'action.b', on_failure: 'action.f' },
        'action.f': go(to),
        'action.b': go('end.e'),
        'end.e': {},
        ...(to === 'end.f' ? { 'end.f': {} } : {}),
      });
    expect(shape(stepsOf(document('action.b')))).toEqual([['a', 'failed', ['f']], 'b', 'end']);
    expect(shape(stepsOf(document('end.f')))).toEqual([['a', 'failed', ['f', 'end']], 'b', 'end']);
  });

  it('a failure that goes where success goes is passed over', () => {
    const document = cacao({ 'start.s': go('action.a'), 'action.a': { on_success: 'end.e', on_failure: 'end.e' }, 'end.e': {} });
    expect(shape(stepsOf(document))).toEqual([['a', 'failed', 'continue'], 'end']);
  });

  it('the exception of the playbook handles what no step handles', () => {
    const document = cacao(
      { 'start.s': go('action.a'), 'action.a': go('end.e'), 'end.e': {}, 'action.x': go('end.e') },
      { workflow_exception: 'action.x' },
    );
    expect(shape(stepsOf(document))).toEqual([['parallel', ['a', 'end'], 'failed', ['x', 'end']]]);
  });

  it("a delay is a wait before the step, a timeout is the action's", () => {
    const document = cacao({ 'start.s': go('action.a'), 'action.a': { ...go('end.e'), delay: 1500, timeout: 2000 }, 'end.e': {} });
    expect(shape(stepsOf(document))).toEqual(['1500ms', 'a', 'end']);
    expect(stepsOf(document)[1]).toMatchObject({ timeout: '2000ms' });
  });

  it('a loop carries what its steps give from turn to turn, and has a bound', () => {
    const mapping = readMapping(
      "commands: [{ match: 'count *', action: control.noop, with: { value: $1 }, outputs: { __n__: result.value } }, { match: '*', action: control.noop, with: { value: $1 } }]",
      'm',
    );
    const command = (text: string): Loose => ({ commands: [{ type: 'bash', command: text }] });
    const document = cacao(
      {
        'start.s': go('while-condition.w'),
        'while-condition.w': { name: 'again', condition: '__n__:value < 5', on_true: 'action.a', on_completion: 'action.b' },
        'action.a': { ...go('while-condition.w'), ...command('count __n__:value'), out_args: ['__n__'] },
        'action.b': { ...go('end.e'), ...command('tell __n__:value') },
        'end.e': {},
      },
      variables,
    );
    const [loop, tell] = stepsOf(document, mapping);
    expect(loop).toMatchObject({
      while: {
        if: 'v_again_step.v_n < 5',
        max: 500,
        from: { v_n: '${inputs.n}' },
        steps: [{ with: { value: '${v_again_step.v_n}' } }],
        collect: '{"v_n": a-step.n}',
      },
    });
    expect(tell).toMatchObject({ with: { value: 'tell ${again-step.result.v_n}' } });
  });

  it('several commands of a step share its failure', () => {
    const commands = [1, 2].map((n) => ({ type: 'bash', command: `do ${n}` }));
    const document = cacao({
      'start.s': go('action.a'),
      'action.a': { commands, on_success: 'end.e', on_failure: 'end.f' },
      'end.e': {},
      'end.f': {},
    });
    expect(shape(stepsOf(document))).toEqual([['parallel', ['a', undefined], 'failed', ['end']], 'end']);
  });
});

describe('what has no counterpart', () => {
  it.each<[string, Loose, string]>([
    [
      'a regular expression',
      { 'if-condition.x': { condition: "__kind__:value MATCHES 'a+'", on_true: 'end.e', on_false: 'end.e' } },
      'if-condition.x',
    ],
  ])('%s is refused, by the name of its step', (_, steps, name) => {
    const [first = ''] = Object.keys(steps);
    const document = cacao({ 'start.s': go(first), ...steps, 'end.e': {} }, variables);
    expect(importCacao(document, noop).text).toBeUndefined();
    expect(errorsOf(document)).toContainEqual(expect.objectContaining({ code: 'cacao-unsupported', step: step(name) }));
  });

  it('what is nested thousands of levels deep is refused', () => {
    const deep = Array.from({ length: 20_000 }, (_, index) => [
      `if-condition.n${index}`,
      { condition: '__n__:value > 2', on_true: `if-condition.n${index + 1}`, on_completion: 'end.e' },
    ]);
    const document = cacao(
      {
        'start.s': go('if-condition.n0'),
        ...Object.fromEntries(deep),
        'if-condition.n20000': { condition: '__n__:value > 2', on_true: 'end.e' },
        'end.e': {},
      },
      variables,
    );
    expect(errorsOf(document)).toContainEqual(
      expect.objectContaining({ code: 'cacao-unsupported', message: 'the workflow is nested too deeply' }),
    );
  });

  it.each<[string, unknown]>([
    ['a switch', { switch: 'x' }],
    ['a loop', { foreach: 'x' }],
    ['a failure', { on_failure: 7 }],
    ['a whole step', { source: [] }],
    ['an id', { step_id: 'NO ID' }],
  ])('an extension of ours that says nonsense (%s) is refused, not believed', (_, nonsense) => {
    const extension = { step_extensions: { 'extension-definition--5f0b1c1e-2a51-5c0a-9d0e-1f6a3c7b9e02': nonsense } };
    const document = cacao(
      {
        'start.s': go('action.a'),
        'action.a': { ...go('switch-condition.w'), ...extension },
        'switch-condition.w': { switch: '__n__:value', cases: { 1: 'while-condition.l' }, on_completion: 'end.e', ...extension },
        'while-condition.l': { condition: '__n__:value > 1', on_true: 'end.e', on_completion: 'end.e', ...extension },
        'end.e': {},
      },
      variables,
    );
    expect(errorsOf(document).length).toBeGreaterThan(0);
  });

  it('roads that cross are refused', () => {
    const document = cacao(
      {
        'start.s': go('if-condition.i'),
        'if-condition.i': { condition: '__n__:value > 2', on_true: 'if-condition.j', on_false: 'action.a' },
        'if-condition.j': { condition: '__n__:value > 3', on_true: 'action.a', on_false: 'action.b' },
        'action.a': go('action.c'),
        'action.b': go('end.e'),
        'action.c': go('end.e'),
        'end.e': {},
      },
      variables,
    );
    expect(errorsOf(document).map(({ code }) => code)).toContain('cacao-unsupported');
  });

  it('a command that nobody mapped is never passed over: where no person is asked, each is named, with the rule that it needs', () => {
    const document = chain();
    const strict = { commands: [], manual: 'refuse' as const };
    expect(importCacao(document, strict).text).toBeUndefined();
    expect(importCacao(document, strict).faults.filter(isError)).toEqual([
      expect.objectContaining({
        code: 'cacao-unmapped',
        step: step('action.a'),
        pointer: `/workflow/${step('action.a')}/commands/0`,
        expected: expect.stringContaining('match: "do a"'),
      }),
      expect.objectContaining({ code: 'cacao-unmapped', step: step('action.b') }),
    ]);
  });

  it('a playbook that no mapping names is refused', () => {
    const document = cacao({
      'start.s': go('playbook-action.x'),
      'playbook-action.x': { playbook_id: step('playbook.p'), ...go('end.e') },
      'end.e': {},
    });
    expect(errorsOf(document)).toEqual([
      expect.objectContaining({
        code: 'cacao-unmapped',
        step: step('playbook-action.x'),
        expected: expect.stringContaining(step('playbook.p')),
      }),
    ]);
  });

  it('what a step is said to give needs a rule that gives it', () => {
    const document = cacao({ 'start.s': go('action.a'), 'action.a': { ...go('end.e'), out_args: ['__kind__'] }, 'end.e': {} }, variables);
    expect(errorsOf(document)).toEqual([
      expect.objectContaining({ code: 'cacao-unmapped', pointer: `/workflow/${step('action.a')}/out_args` }),
    ]);
  });

  it('an action that does not exist, and an effect without an undo, are refused by the compiler', () => {
    const rule = (action: string) => readMapping(`commands: [{ match: '*', action: ${action}, with: { asset: $1 } }]`, 'm');
    expect(errorsOf(chain(), rule('network.melt'))).toEqual([
      expect.objectContaining({ message: expect.stringContaining('unknown action `network.melt`') }),
    ]);
    expect(errorsOf(chain(), rule('network.isolate'))).toEqual([
      expect.objectContaining({ message: expect.stringContaining('does not say how it is undone') }),
    ]);
  });
});
