import { describe, expect, it } from '@jest/globals';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { readMapping, type CacaoMapping } from '../../../domain/playbook/cacao/mapping.schema.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { simulate, type Simulation } from '../../../domain/playbook/simulate.ts';
import { anything, cacao, example, type Loose } from './documents.ts';

const go = (to: string): Loose => ({ on_completion: to });

function run(document: CacaoPlaybook, simulation: Partial<Simulation> = {}, mapping: CacaoMapping = anything) {
  const { text, faults } = importCacao(document, mapping);
  if (text === undefined) throw new Error(JSON.stringify(faults, null, 1));
  const { plan } = compilePlaybook(text, 'x.yaml');
  return simulate({ plan, fakes: { 'control.noop': { outputs: { value: 0 } } }, ...simulation });
}

const statusesOf = ({ view }: ReturnType<typeof run>) => Object.fromEntries(view.steps.map(({ step, status }) => [step, status]));

describe('public playbooks run on fakes', () => {
  it.each<[string, Loose]>([
    ['http-playbook.json', {}],
    ['openc2-playbook.json', {}],
    ['parallels_playbook.json', { bia_address: 'bia.example.org', cve: 'CVE-2026-1' }],
    ['powershell-playbook.json', {}],
  ])('%s', (name, inputs) => {
    expect(run(example(`good/${name}`), { inputs }).view).toMatchObject({ status: 'ended', outcome: 'done' });
  });
});

describe('what CACAO leaves open', () => {
  const failing = (more: { readonly [name: string]: Loose }, exception?: string) =>
    cacao(
      { 'start.s': go('action.a'), 'action.a': go('action.b'), 'action.b': go('end.e'), 'end.e': {}, ...more },
      exception === undefined ? {} : { workflow_exception: exception },
    );
  const fakes: Simulation['fakes'] = { 'control.noop': [{ fail: 'not-found' }, { outputs: { value: 0 } }] };

  it('on_completion does not follow a failure', () => {
    const result = run(failing({}), { fakes });
    expect(result.view.outcome).toBe('failed');
    expect(statusesOf(result)).toMatchObject({ 'a-step': 'failed' });
    expect(statusesOf(result)).not.toMatchObject({ 'b-step': 'done' });
  });

  it('on_failure runs its steps and goes on where it leads', () => {
    const document = failing({ 'action.a': { on_success: 'action.b', on_failure: 'action.f' }, 'action.f': go('action.b') });
    const result = run(document, { fakes });
    expect(result.view.outcome).toBe('done');
    expect(statusesOf(result)).toMatchObject({ 'a-step': 'failed', 'f-step': 'done', 'b-step': 'done' });
  });

  it('workflow_exception handles what no step handles, and the run goes on to its end', () => {
    const result = run(failing({ 'action.x': go('end.e') }, 'action.x'), { fakes });
    expect(result.view.outcome).toBe('done');
    expect(statusesOf(result)).toMatchObject({ 'a-step': 'failed', 'x-step': 'done' });
  });

  it('a workflow_exception that is an end step leaves the run failed', () => {
    expect(run(failing({ 'end.x': {} }, 'end.x'), { fakes }).view.outcome).toBe('failed');
  });

  it('an end step in a branch of parallel ends the branch alone', () => {
    const document = cacao({
      'start.s': go('parallel.p'),
      'parallel.p': { next_steps: ['action.a', 'action.b'], on_completion: 'action.c' },
      'action.a': go('end.x'),
      'action.b': go('end.x'),
      'action.c': go('end.e'),
      'end.x': {},
      'end.e': {},
    });
    expect(statusesOf(run(document))).toMatchObject({ 'a-step': 'done', 'b-step': 'done', 'c-step': 'done' });
  });

  it('a loop goes on for as long as its condition holds of what its steps gave', () => {
    const mapping = readMapping(
      "commands: [{ match: 'count *', action: control.noop, with: { value: $1 }, outputs: { __n__: result.value } }, { match: '*', action: control.noop, with: { value: $1 } }]",
      'm',
    );
    const command = (text: string): Loose => ({ commands: [{ type: 'bash', command: text }] });
    const document = cacao(
      {
        'start.s': go('while-condition.w'),
        'while-condition.w': { name: 'again', condition: '__n__:value < 3', on_true: 'action.a', on_completion: 'action.b' },
        'action.a': { ...go('while-condition.w'), ...command('count __n__:value'), out_args: ['__n__'] },
        'action.b': { ...go('end.e'), ...command('tell __n__:value') },
        'end.e': {},
      },
      { playbook_variables: { __n__: { type: 'integer', value: '0' } } },
    );
    const counted = [1, 2, 3, 9].map((value) => ({ outputs: { value } }));
    const result = run(document, { fakes: { 'control.noop': counted } }, mapping);
    expect(result.view.outcome).toBe('done');
    expect(result.view.steps.find(({ step }) => step === 'again-step')?.outputs).toMatchObject({ turns: 3, result: { v_n: 3 } });
    expect(Object.keys(statusesOf(result)).filter((name) => name.endsWith('.a-step'))).toHaveLength(3);
    // Never entered, it leaves the variable as it was.
    expect(run(document, { inputs: { n: 7 }, fakes: { 'control.noop': counted } }, mapping).view.outcome).toBe('done');
  });
});
