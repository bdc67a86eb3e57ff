/** Long loops keep the results that something reads, and no others. */
import { expect, it } from '@jest/globals';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { readsResults } from '../../../domain/playbook/engine/reads.ts';
import { simulate } from '../../../domain/playbook/simulate.ts';

const loop = {
  id: 'each-one',
  foreach: { in: '${inputs.items}', steps: [{ id: 'a', action: 'control.noop', with: { value: '${item}' } }] },
};
const planOf = (steps: object[], outputs: object = {}) =>
  compilePlaybook(
    JSON.stringify({ playbook: 'p', version: '1.0.0', title: 't', inputs: { items: { type: 'list' } }, steps, outputs }),
    'p.yaml',
  ).plan;
const say = (value: string): object => ({ id: 'say', action: 'control.noop', with: { value } });

it.each([
  ['nothing', planOf([loop]), false],
  ['its success', planOf([loop, { ...say('x'), if: 'each-one.ok' }]), false],
  ['its results, in a parameter', planOf([loop, say('${size(each-one.results)}')]), true],
  ['its results, in a text', planOf([loop, say('there are ${size(each-one.results)} of them')]), true],
  ['its results, as an output', planOf([loop], { all: 'each-one.results' }), true],
  ['the words of its name, in a text that is data', planOf([loop, say('each_one.results')]), false],
  ['all of it, as what an enclosing loop gives', planOf([{ id: 'outer', foreach: { in: [1], steps: [loop] } }]), true],
])('of a loop of which is read: %s', (_, plan, read) => {
  expect(readsResults(plan, 'each-one')).toBe(read);
});

it('a long loop gives its results where they are read, and holds none of them where they are not', () => {
  const items = Array.from({ length: 5_000 }, (_, index) => index);
  const read = simulate({ plan: planOf([loop], { count: 'size(each-one.results)' }), inputs: { items }, fakes: {} });
  expect(read.view).toMatchObject({ outcome: 'done', outputs: { count: 5_000 } });
  const unread = simulate({ plan: planOf([loop]), inputs: { items }, fakes: {} });
  expect(unread.view.outcome).toBe('done');
  expect(unread.view.steps.find(({ step }) => step === 'each-one')?.outputs).toBeUndefined();
}, 60_000);
