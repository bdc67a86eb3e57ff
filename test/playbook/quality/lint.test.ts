import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { lintPlaybook } from '../../../domain/playbook/quality/lint.ts';
import { runs } from '../../law.ts';

const lint = (text: string): readonly string[] =>
  lintPlaybook(text, 'p.yaml').map(
    ({ severity, file, line, column, message, suggestion }) =>
      `${file}:${line}:${column} ${severity} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

const head = 'playbook: p\nversion: 1.0.0\ntitle: t\ntriggers: [{ manual: { roles: [analyst] } }]\n';

type Case = {
  readonly name: string;
  readonly steps?: string;
  readonly playbook?: string;
  readonly message: string;
  /** What stands at the place of the fault. */
  readonly points?: string;
};
const cases = parse(readFileSync(new URL('../../cases/playbook/faults.yaml', import.meta.url), 'utf8')) as Case[];
const casesHead = 'playbook: p\nversion: 1.0.0\ntitle: t\ninputs: { host: { type: asset }, n: { type: int } }\n';

describe('a fault is pointed at', () => {
  it.each(cases.flatMap(({ name, points, ...each }) => (points === undefined ? [] : [[name, { points, ...each }] as const])))(
    '%s',
    (_, { steps, playbook, message, points }) => {
      const text = playbook ?? `${casesHead}steps:\n${steps?.replace(/^/gm, '  ')}`;
      const bare = message.replace(/ ?\(p\.yaml(?::\d+)?\)/, '');
      const finding = lintPlaybook(text, 'p.yaml').find((each) => bare.startsWith(each.message));
      expect(finding).toBeDefined();
      const { line = 1, column = 1 } = finding ?? {};
      expect(text.split('\n')[line - 1]?.slice(column - 1, column - 1 + points.length)).toBe(points);
    },
  );

  it.each([
    ['in a text of one line', "text: 'first ${inputs.n} then ${loook.ok}'", 'loook'],
    ['in quotes with escapes', 'text: "say \\"${inputs.n}\\" then\\t${loook.ok}"', 'loook'],
    ['after doubled quotes', "text: 'it''s ${loook.ok}'", 'loook'],
    ['in a text of several lines', 'text: |\n        first\n        then ${inputs.n} and\n        ${loook.ok} at last', 'loook'],
    ['in a folded text', 'text: >-\n        first\n        then ${loook.ok} at last', 'loook'],
    ['inside of a value', "text: [{ a: 1, b: 'x ${loook.ok}' }]", 'loook'],
    ['in the middle of an expression', 'text: \'${inputs.n > 1 ? inputs.host.name : "loook" + loook.status}\'', 'loook.status'],
  ])('%s', (_, text, points) => {
    const source = `${casesHead}steps:\n  - id: a\n    action: control.noop\n    with:\n      ${text.replace('text', 'value')}\n`;
    const [finding] = lintPlaybook(source, 'p.yaml');
    expect(finding?.message).toContain('unknown name `loook`');
    const { line = 1, column = 1 } = finding ?? {};
    expect(source.split('\n')[line - 1]?.slice(column - 1, column - 1 + points.length)).toBe(points);
  });
});

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
      'p.yaml:6:1 error unknown key `versoin` [did you mean `version`?]',
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

  it.each([
    ['after an end', '{ id: a, end: x }, { id: b, wait: 1s }, { id: c, wait: 1s }', ['b']],
    ['after a failure', '{ id: a, fail: no }, { id: b, wait: 1s }', ['b']],
    [
      'after a branch that ends either way',
      '{ id: a, if: 1 > 0, then: [{ id: x, end: x }], else: [{ id: y, fail: y }] }, { id: b, wait: 1s }',
      ['b'],
    ],
    ['in a block', '{ id: a, foreach: { in: [1], steps: [{ id: x, fail: x }, { id: b, wait: 1s }] } }', ['b']],
    ['not after what may be passed over', '{ id: a, if: 1 > 0, end: x }, { id: b, wait: 1s }', []],
    ['not after a branch with one road', '{ id: a, if: 1 > 0, then: [{ id: x, end: x }] }, { id: b, wait: 1s }', []],
    ['not where a failure leads', '{ id: a, wait: 1s, on_failure: { steps: [{ id: b, wait: 1s }] } }, { id: c, end: x }', []],
  ])('warns of a step that can never run: %s', (_, steps, lost) => {
    const said = lintPlaybook(`${head}steps: [${steps}]\n`, 'p.yaml');
    expect(said.map(({ message }) => message)).toEqual(lost.map((id) => `step \`${id}\` can never run`));
  });

  it.each([
    [
      'is asked for on one road only',
      '{ id: a, if: 1 > 0, then: [{ id: ask, approval: { of: [c], roles: [m], expires: 1h } }] }, { id: c, action: control.noop }',
      true,
    ],
    [
      'is passed over by its guard',
      '{ id: ask, if: 1 > 0, approval: { of: [c], roles: [m], expires: 1h } }, { id: c, action: control.noop }',
      true,
    ],
    [
      'has the guard of what it covers',
      '{ id: ask, if: 1 > 0, approval: { of: [c], roles: [m], expires: 1h } }, { id: c, if: 1 > 0, action: control.noop }',
      false,
    ],
    [
      'may fail and go on',
      '{ id: ask, approval: { of: [c], roles: [m], expires: 1h }, on_failure: continue }, { id: c, action: control.noop }',
      true,
    ],
    [
      'is on every road',
      '{ id: ask, approval: { of: [c], roles: [m], expires: 1h } }, { id: a, if: 1 > 0, then: [{ id: c, action: control.noop }] }',
      false,
    ],
    [
      'is before the loop’s end',
      '{ id: l, foreach: { in: [1], steps: [{ id: ask, approval: { of: [c], roles: [m], expires: 1h } }, { id: c, action: control.noop }] } }',
      false,
    ],
    [
      'is before a parallel',
      '{ id: ask, approval: { of: [c], roles: [m], expires: 1h } }, { id: p, parallel: { steps: [{ id: c, action: control.noop }, { id: d, wait: 1s }] } }',
      false,
    ],
  ])('an approval that %s', (_, steps, warned) => {
    const said = lintPlaybook(`${head}steps: [${steps}]\n`, 'p.yaml').map(({ severity, message }) => `${severity} ${message}`);
    expect(said).toEqual(warned ? ['warning step `c` can be reached without approval `ask`, and fails then'] : []);
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
      runs(300),
    );
  });
});
