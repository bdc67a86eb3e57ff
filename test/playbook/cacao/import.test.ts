// oxlint-disable unicorn/no-thenable -- the form's own word
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { isError } from '../../../domain/playbook/cacao/fault.ts';
import { readMapping, type CacaoMapping } from '../../../domain/playbook/cacao/mapping.schema.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { runCacao } from '../../../domain/playbook/cacao/run.ts';
import { evaluateTemplate } from '../../../domain/playbook/template.ts';
import { anything, cacao, chain, step, type Loose } from './documents.ts';

const noop = readMapping("commands: [{ match: '*', action: control.noop, with: { value: $1 } }]", 'map.yaml');
const errorsOf = (document: ReturnType<typeof chain>, mapping = noop) => importCacao(document, mapping).faults.filter(isError);

function stepsOf(document: CacaoPlaybook, mapping: CacaoMapping = noop): Loose[] {
  const { text, faults } = importCacao(document, mapping);
  if (text === undefined) throw new Error(JSON.stringify(faults, null, 1));
  compilePlaybook(text, 'x.yaml');
  return (parse(text) as { steps: Loose[] }).steps;
}

/** Ids and what is in blocks: the shape of the procedure. */
function shape(steps: readonly Loose[]): unknown {
  return steps.map((one) => {
    if (one['then'] || one['else']) return [`if ${one['if']}`, shape(one['then'] ?? []), shape(one['else'] ?? []), ...failed(one)];
    if (one['parallel']) return ['parallel', ...one['parallel'].branches.map(shape), ...failed(one)];
    if (one['end']) return 'end';
    return one['on_failure'] ? [one['title'] ?? one['wait'], ...failed(one)] : (one['title'] ?? one['wait']);
  });
}

function failed({ on_failure: failure }: Loose): unknown[] {
  if (failure === undefined) return [];
  return ['failed', failure.steps ? shape(failure.steps) : failure];
}

const variables = { playbook_variables: { __n__: { type: 'integer', value: '3' }, __kind__: { type: 'string', external: true } } };
const go = (to: string): Loose => ({ on_completion: to });

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

describe('variables', () => {
  const withCommand = (command: string, more: Loose = variables) =>
    cacao({ 'start.s': go('action.a'), 'action.a': { ...go('end.e'), commands: [{ type: 'bash', command }] }, 'end.e': {} }, more);
  const valueOf = (document: ReturnType<typeof chain>): unknown => stepsOf(document)[0]?.['with'].value;

  it('become inputs, with their values as defaults', () => {
    const { text = '' } = importCacao(withCommand('look __kind__:value'), noop);
    expect(parse(text)).toMatchObject({ inputs: { n: { type: 'int', default: 3 }, kind: { type: 'string' } } });
    expect(valueOf(withCommand('look __kind__:value'))).toBe('look ${inputs.kind}');
  });

  it('that are constant are written out: nobody can order another value', () => {
    const document = withCommand('look __c__:value', { playbook_variables: { __c__: { type: 'string', value: 'a"b', constant: true } } });
    expect(valueOf(document)).toBe('look ${"a\\"b"}');
    expect(parse(importCacao(document, noop).text ?? '')).toMatchObject({ inputs: {} });
  });

  it('that are read and defined nowhere are asked for', () => {
    expect(parse(importCacao(withCommand('GET __address__/x'), noop).text ?? '')).toMatchObject({
      inputs: { address: { type: 'string' } },
    });
  });

  it('that a step gave are read from it', () => {
    const mapping = readMapping(
      "commands: [{ match: 'find *', action: intel.lookup, with: { indicator: $1 }, outputs: { __kind__: result.verdict } }, { match: '*', action: control.noop, with: { value: $1 } }]",
      'm',
    );
    const document = cacao(
      {
        'start.s': go('action.a'),
        'action.a': { ...go('if-condition.i'), commands: [{ type: 'bash', command: 'find x' }], out_args: ['__kind__'] },
        'if-condition.i': { condition: "__kind__:value = 'malicious'", on_true: 'action.b', on_false: 'end.e' },
        'action.b': { ...go('end.e'), commands: [{ type: 'bash', command: 'tell __kind__:value' }] },
        'end.e': {},
      },
      variables,
    );
    const [, branch] = stepsOf(document, mapping);
    expect(branch).toMatchObject({ if: 'a-step.kind == "malicious"', then: [{ with: { value: 'tell ${a-step.kind}' } }] });
  });

  it('that only one of two roads gives a value are refused where they are read', () => {
    const mapping = readMapping(
      "commands: [{ match: '*', action: intel.lookup, with: { indicator: $1 }, outputs: { __kind__: result.verdict } }]",
      'm',
    );
    const document = cacao(
      {
        'start.s': go('if-condition.i'),
        'if-condition.i': { condition: '__n__:value > 2', on_true: 'action.a', on_false: 'action.b' },
        'action.a': { ...go('action.b'), out_args: ['__kind__'] },
        'action.b': { ...go('end.e'), commands: [{ type: 'bash', command: 'tell __kind__:value' }] },
        'end.e': {},
      },
      variables,
    );
    expect(errorsOf(document, mapping)).toEqual([
      expect.objectContaining({ step: step('action.b'), message: expect.stringContaining('only one of several roads') }),
    ]);
  });

  it('whatever a command says, it is data: no expression of it is ever evaluated', () => {
    const hostile = fc
      .array(fc.constantFrom('$', '{', '}', '${', '$${', '${run.id}', '"', "'", 'a', '\\', '__x', '\n'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: yaml = '' } = importCacao(withCommand(`x${text}x`), noop);
        const plan = compilePlaybook(yaml, 'x').plan;
        const first = plan.steps[plan.start];
        const template = first?.kind === 'action' ? first.params['value'] : undefined;
        expect(template && evaluateTemplate(template, () => undefined)).toBe(`x${text}x`);
      }),
    );
  });
});

describe('the mapping', () => {
  it('takes the first rule that fits, gives what `*` stood for, decodes, and runs a rule with $target for each target', () => {
    const mapping = readMapping(
      `commands:
  - { type: ssh, match: 'block * on *', action: control.noop, with: { value: { ip: $1, port: $2, host: $target } } }
  - { match: '*', action: control.noop, with: { value: other } }`,
      'm',
    );
    const targets = {
      'linux--00000000-0000-5000-8000-000000000001': { type: 'linux', name: 'A', address: { ipv4: ['10.0.0.1'] } },
      'linux--00000000-0000-5000-8000-000000000002': { type: 'linux', name: 'B' },
    };
    const document = cacao(
      {
        'start.s': go('action.a'),
        'action.a': {
          ...go('end.e'),
          targets: Object.keys(targets),
          commands: [
            { type: 'ssh', command_b64: Buffer.from('block 1.2.3.4 on 80').toString('base64') },
            { type: 'bash', command: 'block a on b' },
          ],
        },
        'end.e': {},
      },
      { target_definitions: targets },
    );
    expect(stepsOf(document, mapping).map((one) => one['with']?.value)).toEqual([
      { ip: '1.2.3.4', port: '80', host: '10.0.0.1' },
      { ip: '1.2.3.4', port: '80', host: 'B' },
      'other',
      undefined,
    ]);
  });

  it.each([
    '',
    'x',
    'commands: x',
    'commands: [{ match: a }]',
    'commands: [{ match: a, action: b, then: c }]',
    'commands: [&a { match: a, action: b }, *a]',
    '{',
  ])('`%s` is refused', (text) => {
    expect(() => readMapping(text, 'm.yaml')).toThrow(expect.objectContaining({ code: 'input-invalid', where: 'm.yaml' }));
  });

  it('a playbook of others is started by nobody but an administrator', () => {
    expect(parse(importCacao(chain(), anything).text ?? '')).toMatchObject({ triggers: [{ manual: { roles: ['admin'] } }] });
  });
});

describe('what no machine does', () => {
  const bash = (more: Loose = {}): Loose => ({
    description: 'Get the host off the network.',
    commands: [{ type: 'bash', command: 'isolate __kind__:value $HOME\nsync' }],
    ...more,
  });
  const one = (action: Loose, more: Loose = {}) =>
    cacao({ 'start.s': go('action.a'), 'action.a': { ...go('end.e'), ...action }, 'end.e': {} }, { ...variables, ...more });
  const taskOf = (document: CacaoPlaybook, mapping?: CacaoMapping) =>
    stepsOf(document, mapping ?? { commands: [] })[0]?.['manual'] as Loose;

  it('a person is asked to do: the exact command, by what and on what', () => {
    const target = step('net-address.t');
    const task = taskOf(
      one(bash({ targets: [target] }), {
        target_definitions: { [target]: { type: 'net-address', name: 'Edge', address: { ipv4: ['192.0.2.7'] } } },
      }),
    );
    expect(task).toEqual({
      roles: ['analyst'],
      instructions: [
        'Get the host off the network.',
        '',
        'Run this (bash):',
        '  isolate ${inputs.kind} ${"$"}HOME',
        '  sync',
        '',
        'By: a person (individual)',
        'On: Edge (net-address, 192.0.2.7)',
      ].join('\n'),
      expires: '1d',
      on_expired: { fail: 'nobody did it in time' },
    });
  });

  it.each([
    ['http-api', { command: 'POST /block HTTP/1.1', headers: { 'X-Reason': ['test'] }, content: '{"ip":"192.0.2.7"}' }],
    ['openc2-http', { command: 'POST /oc2 HTTP/1.1', content_b64: 'eyJhY3Rpb24iOiJkZW55In0=' }],
    ['powershell', { command_b64: 'R2V0LVByb2Nlc3M=' }],
    ['caldera-cmd', { command: 'b8f5c6c4-7b5c-4c2e-8b0e-000000000001' }],
    ['elastic', { command: 'process where process.name == "x"' }],
    ['jupyter', { command_b64: 'eyJjZWxscyI6W119' }],
    ['kestrel', { command: 'GET process FROM stixshifter://x' }],
    ['sigma', { command_b64: 'dGl0bGU6IHg=' }],
    ['ssh', { command: 'last -a' }],
    ['yara', { command_b64: 'cnVsZSB4IHt9' }],
    ['manual', { command: 'Call the owner' }],
  ])('each type of command can be handed over: %s', (type, command) => {
    const document = one({ commands: [{ type, ...command }] });
    const said = taskOf(document)['instructions'] as string;
    expect(said).toContain(type === 'manual' ? 'Do this:' : `Run this (${type}):`);
    const shown = Object.values(command).map((value) => (typeof value === 'string' ? value : 'X-Reason: test'));
    for (const text of shown)
      expect(said).toMatch(new RegExp(`${escaped(text)}|Get-Process|\\{"action":"deny"\\}|\\{"cells":\\[\\]\\}|title: x|rule x \\{\\}`));
    expect(runCacao(document).done?.run.view.outcome).toBe('done');
  });

  it('the person gives the variables that the step gives, each by its type', () => {
    const document = cacao(
      {
        'start.s': go('action.a'),
        'action.a': { ...bash({ out_args: ['__n__', '__kind__'] }), on_completion: 'action.b' },
        'action.b': { ...go('end.e'), commands: [{ type: 'manual', command: 'count __n__:value' }] },
        'end.e': {},
      },
      variables,
    );
    const [first, second] = stepsOf(document, { commands: [] }) as readonly Loose[];
    expect(first?.['manual'].outputs).toEqual({ n: { type: 'int' }, kind: { type: 'string' } });
    expect(second?.['manual'].instructions).toContain('count ${a-step.n}');
  });

  it('its deadline is the step’s timeout, else the mapping’s, and silence goes where a failure goes', () => {
    expect(taskOf(one(bash({ timeout: 60_000 })))).toMatchObject({ expires: '60000ms' });
    expect(taskOf(one(bash()), { commands: [], manual: { roles: ['engineer'], expires: '2h' } })).toMatchObject({
      roles: ['engineer'],
      expires: '2h',
    });
    const handled = cacao({
      'start.s': go('action.a'),
      'action.a': { on_success: 'end.e', on_failure: 'action.f' },
      'action.f': go('end.e'),
      'end.e': {},
    });
    expect(runCacao(handled, { people: 'silent' }).done?.run.view).toMatchObject({ outcome: 'failed' });
    expect(runCacao(handled, { people: 'silent' }).done?.run.path).toEqual(['a-step', 'f-step']);
  });

  it('a rule may say who does what', () => {
    const mapping = readMapping(
      "commands: [{ type: bash, match: '*', manual: { people: [max], expires: 4h } }, { match: '*', manual: true }]",
      'm',
    );
    expect(taskOf(one(bash()), mapping)).toMatchObject({ people: ['max'], expires: '4h' });
    expect(taskOf(one({}), mapping)).toMatchObject({ roles: ['analyst'] });
    expect(() => readMapping("commands: [{ match: '*' }]", 'm')).toThrow('must have either `action` or `manual`');
    expect(() => readMapping("commands: [{ match: '*', action: x, manual: true }]", 'm')).toThrow('must have either');
  });
});

describe('steps that run other playbooks', () => {
  const document = cacao(
    {
      'start.s': go('playbook-action.x'),
      'playbook-action.x': {
        name: 'look it up',
        playbook_id: step('playbook.p'),
        in_args: ['__n__'],
        out_args: ['__kind__'],
        timeout: 9_000,
        ...go('action.a'),
      },
      'action.a': { ...go('end.e'), commands: [{ type: 'manual', command: 'tell __kind__:value' }] },
      'end.e': {},
    },
    variables,
  );

  it('call the one that the mapping names, with what goes in and comes out', () => {
    const mapping = readMapping(`playbooks: { "${step('playbook.p')}": enrich@1.x }`, 'm');
    const [call, tell] = stepsOf(document, mapping) as readonly Loose[];
    expect(call).toMatchObject({ playbook: { name: 'enrich', version: '1.x', with: { n: '${inputs.n}' } }, timeout: '9000ms' });
    expect(tell?.['manual'].instructions).toContain('tell ${look-it-up.kind}');
  });

  it('run on fakes whatever they are here', () => {
    expect(runCacao(document).done?.run).toMatchObject({
      view: { outcome: 'done' },
      children: [{ playbook: 'called-1', inputs: { n: 3 } }],
    });
  });
});

it('the timeout of a step that holds others is of all of them together', () => {
  const document = cacao(
    {
      'start.s': go('if-condition.x'),
      'if-condition.x': { condition: '__n__:value > 1', on_true: 'action.a', on_false: 'end.x', ...go('end.e'), timeout: 30_000 },
      'action.a': go('end.x'),
      'end.x': {},
      'end.e': {},
    },
    variables,
  );
  expect(stepsOf(document, { commands: [] })[0]).toMatchObject({ if: 'inputs.n > 1', timeout: '30000ms' });
  expect(runCacao(document, { people: 'silent' }).done?.run).toMatchObject({
    view: { outcome: 'failed', error: { code: 'timeout' } },
    outcomeAtMs: 30_000,
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
