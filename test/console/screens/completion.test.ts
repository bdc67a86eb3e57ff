import { expect, it } from '@jest/globals';
import { offersAt, placeAt } from '../../../console/screens/playbook/completion.ts';
import { actions } from '../../../domain/playbook/actions.ts';
import { playbookJsonSchema } from '../../../domain/playbook/published.schema.ts';

const catalogue = { schema: playbookJsonSchema(), actions, names: ['inputs.host', 'look', 'run.id'] };
const offered = (text: string) => offersAt(text, text.length, catalogue)?.options.map(({ label }) => label) ?? [];

it.each([
  ['pl', [], undefined],
  ['inputs:\n  host: { type: ', ['inputs', 'host'], 'type'],
  ['steps:\n  - id: a\n    ', ['steps', '[]'], undefined],
  ['steps:\n- id: a\n  acti', ['steps', '[]'], undefined],
  ['steps:\n  - { id: a, action: net', ['steps', '[]'], 'action'],
  [
    'steps:\n  - id: b\n    parallel:\n      join: all\n      steps:\n        - { id: c, with: { asset: x }, ',
    ['steps', '[]', 'parallel', 'steps', '[]'],
    undefined,
  ],
])('%j is read as a place', (text, path, key) => {
  expect(placeAt(text)).toMatchObject({ path, ...(key === undefined ? {} : { key }) });
});

it('keys of the whole, of a step, of a trigger; values that are one of a few', () => {
  expect(offered('')).toEqual(expect.arrayContaining(['playbook', 'version', 'inputs', 'steps']));
  expect(offered('steps:\n  - id: a\n    ')).toEqual(expect.arrayContaining(['action', 'approval', 'timeout', 'undo']));
  expect(offered('triggers:\n  - ')).toEqual(expect.arrayContaining(['manual', 'signal', 'schedule']));
  expect(offered('inputs:\n  host: { type: ')).toEqual(expect.arrayContaining(['asset', 'duration']));
});

it('actions with what they take, and names within an expression', () => {
  expect(offered('steps:\n  - { id: a, action: net')).toContain('network.isolate');
  expect(offered('steps:\n  - id: a\n    action: network.isolate\n    with:\n      ')).toEqual(['asset', 'allow']);
  expect(offered("steps:\n  - { id: a, action: network.isolate, with: { asset: '${inp")).toEqual(['inputs.host', 'look', 'run.id']);
});
