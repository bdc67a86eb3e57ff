import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { lintPlaybook } from '../../domain/playbook/lint.ts';

const lint = (text: string): readonly string[] =>
  lintPlaybook(text, 'p.yaml').map(
    ({ severity, file, line, column, message, suggestion }) =>
      `${file}:${line}:${column} ${severity} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

const head = 'playbook: p\nversion: 1.0.0\ntitle: t\ntriggers: [{ manual: { roles: [analyst] } }]\n';

describe('lint', () => {
  it('has nothing to say of a playbook that is right', () => {
    expect(lint(`${head}steps: [{ id: a, wait: 1s }]\n`)).toEqual([]);
  });

  it('names every fault by its place, in the order of the file, with what was meant', () => {
    const steps = [
      'inputs: { host: { type: asset } }',
      'steps:',
      '  - id: look',
      '    action: intel.lookpu',
      "    with: { indicator: '${inputs.host}' }",
      '  - id: isolate',
      '    action: network.isolate',
      "    with: { asset: '${inputs.host}', alow: [] }",
      '    undo: network.release',
      '  - { id: c, if: loook.ok, wait: 1s }',
      '',
    ].join('\n');
    expect(lint(`${head}${steps}`)).toEqual([
      'p.yaml:8:13 error unknown action `intel.lookpu` in step `look` [did you mean `intel.lookup`?]',
      'p.yaml:12:38 error action `network.isolate` takes no `alow` in step `isolate` [did you mean `allow`?]',
      'p.yaml:14:18 error unknown name `loook` in step `c` [did you mean `look`?]',
    ]);
  });

  it('says what a step that is no step could be', () => {
    expect(lint(`${head}steps:\n  - id: a\n`)).toEqual([
      expect.stringMatching(/^p\.yaml:6:5 error step `a` does nothing \[give it one of action, approval, /u),
    ]);
  });

  it('says which key of the form is wrong', () => {
    expect(lint(`${head}steps: [{ id: a, wait: 1s }]\nversoin: 1\n`)).toEqual([
      expect.stringMatching(/^p\.yaml:6:10 error unknown key `versoin`/u),
    ]);
    expect(lint('playbook: p\nversion: 1.0\ntitle: t\nsteps: [{ id: a, wait: 1s }]\n')).toEqual([
      'p.yaml:2:10 error `version`: invalid input: expected string, received number',
    ]);
  });

  it('says where the text stops being YAML', () => {
    expect(lint('playbook: p\nsteps: [\n')).toEqual([expect.stringMatching(/^p\.yaml:\d+:\d+ error not YAML: /u)]);
  });

  it('warns at the step that the warning is about', () => {
    const step = '  - id: heal\n    action: enforcement.heal\n    with: { point: a }\n    reason: it restores what was approved\n';
    expect(lint(`${head}steps:\n${step}`)).toEqual(['p.yaml:6:5 warning step `heal` cannot be undone: it restores what was approved']);
  });

  it('never throws, whatever the text, and always names a place in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `${head}steps: [{ id: ${text} }]`),
        ),
        (text) => {
          const lines = text.split('\n').length;
          for (const { line, column } of lintPlaybook(text, 'p.yaml')) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines + 1);
            expect(column).toBeGreaterThanOrEqual(1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
