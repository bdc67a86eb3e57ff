/** Import of CACAO: variables, the mapping of commands, what people do, and playbooks that call others. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { readMapping, type CacaoMapping } from '../../../domain/playbook/cacao/mapping.schema.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { runCacao } from '../../../domain/playbook/cacao/run.ts';
import { evaluateTemplate } from '../../../domain/playbook/template.ts';
import { anything, cacao, chain, step, type Loose } from './documents.ts';
import { noop, errorsOf, stepsOf, variables, go } from './imported.ts';

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
    // oxlint-disable-next-line unicorn/no-thenable -- a word of the schema
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
