/** Running ahead of a workflow: what it answers, where it stops, and that the workflow's own engine comes to the same with its answers. */
import { expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { begun, runAhead, type Perform } from '../../activities/control/ahead.ts';
import { EdictError } from '../../domain/errors.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { advance, start } from '../../domain/playbook/engine/engine.ts';
import type { PerformCommand } from '../../domain/playbook/engine/messages.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { isQuick } from '../../domain/playbook/quick.ts';

const planOf = (steps: object[]): Plan =>
  compilePlaybook(JSON.stringify({ playbook: 'p', version: '1.0.0', title: 't', steps }), 'p.yaml').plan;
const noop = (id: string, more: object = {}): object => ({ id, action: 'control.noop', with: { value: id }, ...more });
const echo: Perform = async ({ params }) => ({ value: params['value'] ?? null });

function begin(plan: Plan) {
  const { state, commands } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'test' });
  return { run: 'r', state: structuredClone(state), commands: commands.filter(isQuick) };
}

/** What the workflow's engine makes of the answers, taken one after the other. */
function replayed(plan: Plan, answers: Awaited<ReturnType<typeof runAhead>>['answers']) {
  let { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'test' });
  for (const { step, outputs = {}, atMs } of answers)
    ({ state } = advance(plan, state, { type: 'action-completed', step, undo: false, outputs, nowMs: atMs }));
  return state;
}

it('goes through all that is quick, pure steps between, and the engine comes to the same end with the answers', async () => {
  const plan = planOf([
    noop('a'),
    {
      id: 'both',
      parallel: {
        branches: [
          [noop('b'), { id: 's', set: { x: 'b.value' } }],
          [noop('c'), noop('d')],
        ],
      },
    },
    { id: 'each', foreach: { in: [1, 2, 3], steps: [noop('e')] } },
  ]);
  const { answers } = await runAhead(begin(plan), plan, echo);
  expect(answers.map(({ step }) => step).toSorted()).toEqual(['a', 'b', 'c', 'd', 'each[0].e', 'each[1].e', 'each[2].e']);
  expect(replayed(plan, answers)).toMatchObject({ phase: 'ended', outcome: 'done' });
});

it('stops at what is not quick, and performs none of it', async () => {
  const performed: string[] = [];
  const plan = planOf([noop('a'), { id: 'note', action: 'incident.note', with: { text: 'x' } }, noop('b')]);
  const { answers } = await runAhead(begin(plan), plan, (call) => {
    performed.push(call.step);
    return echo(call, {} as PerformCommand);
  });
  expect(performed).toEqual(['a']);
  expect(answers).toHaveLength(1);
});

it('leaves what may succeed later, what is slow and what is large to the ordinary way, and answers a refusal', async () => {
  const plan = planOf([{ id: 'all', parallel: { steps: ['away', 'slow', 'large', 'refused'].map((id) => noop(id)) } }]);
  const { answers } = await runAhead(begin(plan), plan, async ({ step }) => {
    if (step === 'away') throw new EdictError('dependency-unavailable', 'away');
    if (step === 'slow') await sleep(1_000);
    if (step === 'refused') throw new EdictError('access-denied', 'no');
    return { value: 'x'.repeat(step === 'large' ? 20_000 : 1) };
  });
  const plain = Object.fromEntries(answers.map(({ step, outputs, error }) => [step, error?.code ?? (outputs ? 'answered' : 'ordinary')]));
  expect(plain).toEqual({ away: 'ordinary', slow: 'ordinary', large: 'ordinary', refused: 'access-denied' });
});

it('has an end where the run has none in sight: by number and by time', async () => {
  const many = planOf([{ id: 'l', while: { if: 'index < 5000', max: 5000, steps: [noop('a')] } }]);
  const { length } = (await runAhead(begin(many), many, echo)).answers;
  expect(length).toBeGreaterThan(10);
  expect(length).toBeLessThanOrEqual(1_000);
  const slow = planOf([{ id: 'l', while: { if: 'index < 50', max: 50, steps: [noop('a')] } }]);
  const began = Date.now();
  const { answers } = await runAhead(begin(slow), slow, async () => (await sleep(100), { value: 1 }));
  expect(Date.now() - began).toBeLessThan(1_400);
  expect(answers.length).toBeGreaterThan(1);
});

it('without a state it performs what it was asked for, and nothing more', async () => {
  const plan = planOf([noop('a'), noop('b')]);
  const { commands } = begin(plan);
  expect((await runAhead({ run: 'r', commands }, undefined, echo)).answers.map(({ step }) => step)).toEqual(['a']);
});

it('a run that has ended, or is not to begin, is not run ahead', async () => {
  const plan = planOf([noop('a')]);
  const loaded = { plan, inputs: {}, requester: 'test' };
  const view = { run: 'r', playbook: 'p', version: '1.0.0', status: 'ended', steps: [] } as const;
  const never: Perform = () => Promise.reject(new Error('performed'));
  expect((await begun('r', loaded, undefined, never)).ahead).toBeUndefined();
  expect((await begun('r', { ...loaded, ended: view }, 0, never)).ahead).toBeUndefined();
  expect((await begun('r', loaded, 0, echo)).ahead?.answers).toHaveLength(1);
});
