/** A run that begins in the middle of another: what it takes over, what it does not, and where that is refused. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../domain/json.ts';
import { forkOf } from '../../domain/playbook/control/fork-plan.ts';
import type { Fork } from '../../domain/playbook/control/fork.ts';
import { simulate, type SimulatedRun } from '../../domain/playbook/simulate.ts';
import { isolate, noop, planOf, play, statuses, wait } from './control-fixture.ts';

const fakes = { 'network.isolate': { outputs: { receipt: 'r', points: [] } }, 'network.release': {} };
const look: JsonObject = { id: 'look', set: { found: '"beacon"' } };
const tell: JsonObject = { id: 'tell', action: 'control.noop', with: { value: '${look.found}' } };

function forked(steps: readonly JsonObject[], first: SimulatedRun, from: string): { readonly fork: Fork; readonly run: SimulatedRun } {
  const plan = planOf(steps);
  const fork = forkOf({ plan, view: first.view, onto: plan, from });
  return { fork, run: simulate({ plan, fakes, fork }) };
}
const refusal = (steps: readonly JsonObject[], first: SimulatedRun, from: string): string => {
  try {
    forked(steps, first, from);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a run that begins at a step of another', () => {
  it('has the recorded outputs of the steps before, and runs from there on', () => {
    const steps = [look, noop('mid'), tell];
    const { run } = forked(steps, play(steps, []), 'tell');
    expect(run.view).toMatchObject({ outcome: 'done', forkOf: { run: 'simulated', from: 'tell' } });
    expect(run.view.steps).toMatchObject([
      { step: 'look', status: 'done', recordedIn: 'simulated' },
      { step: 'mid', recordedIn: 'simulated' },
      { step: 'tell', outputs: { value: 'beacon' } },
    ]);
  });

  it('takes back nothing that the first run did', () => {
    const steps = [isolate('a'), isolate('b'), noop('n')];
    const first = play(steps, []);
    const onto = planOf([...steps, { id: 'stop', fail: 'no' }]);
    const run = simulate({ plan: onto, fakes, fork: forkOf({ plan: planOf(steps), view: first.view, onto, from: 'n' }) });
    expect(run.view).toMatchObject({ outcome: 'failed', status: 'ended' });
    expect(run.effects).toEqual([]);
    expect(statuses(run)).toMatchObject({ a: 'done', b: 'done' });
  });

  it('is refused where an effect before it was taken back', () => {
    const steps = [isolate('a'), noop('n'), { id: 'stop', fail: 'no' }];
    const first = play(steps, [], { 'control.noop': { takesMs: 1_000 } });
    expect(first.view.outcome).toBe('failed');
    expect(refusal(steps, first, 'n')).toBe('what step `a` did was taken back: what comes after it cannot rest on it');
    expect(refusal(steps, first, 'a')).toBe('none');
  });

  it('may rest on what the procedure itself had taken back before', () => {
    const steps = [
      { id: 'p', parallel: { join: 'any', branches: [[isolate('one'), wait('slow', '1h')], [wait('quick', '1s')]] } },
      noop('n'),
    ];
    const first = play(steps, []);
    expect(statuses(first)).toMatchObject({ one: 'undone' });
    expect(refusal(steps, first, 'n')).toBe('none');
  });

  it('asks for approvals again: it begins at the approval or before, not behind it', () => {
    const steps = [look, { id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '1h' } }, noop('mid'), isolate('i')];
    const first = play(steps, [], {}, { people: [{ atMs: 1, who: 'max', decision: 'approve', step: 'ask' }] });
    expect(first.view.outcome).toBe('done');
    expect(refusal(steps, first, 'mid')).toBe('step `i` needs approval `ask`, which was given to the other run alone');
    expect(refusal(steps, first, 'i')).toBe('step `i` needs approval `ask`, which was given to the other run alone');
    const plan = planOf(steps);
    const fork = forkOf({ plan, view: first.view, onto: plan, from: 'ask' });
    const run = simulate({ plan, fakes, fork, people: [{ atMs: 5, who: 'max', decision: 'approve', step: 'ask' }] });
    expect(run.approvals).toHaveLength(1);
    expect(run.effects).toMatchObject([{ step: 'i', atMs: 5 }]);
  });

  it('begins outside of blocks only, at a step that there is', () => {
    const steps = [
      { id: 'l', foreach: { in: [1], steps: [noop('a')] } },
      { ...wait('w', '1s'), on_cancel: { steps: [noop('c')] } },
    ];
    const first = play(steps, []);
    expect(refusal(steps, first, 'a')).toBe('step `a` is inside `l`');
    expect(refusal(steps, first, 'c')).toBe('step `c` is inside what a cancellation runs');
    expect(refusal(steps, first, 'zz')).toBe('`p` 1.0.0 has no step `zz`');
  });

  it('is refused while a step before it is still under way', () => {
    const steps = [wait('w', '1h'), noop('n')];
    const plan = planOf(steps);
    const first = play(steps, []);
    const view: SimulatedRun['view'] = { ...first.view, steps: [{ step: 'w', kind: 'wait', status: 'waiting', startedAtMs: 0 }] };
    expect(() => forkOf({ plan, view, onto: plan, from: 'n' })).toThrow('step `w` before it is still waiting');
  });

  it('takes outputs of a whole loop, not of its items', () => {
    const steps = [
      { id: 'l', foreach: { in: [1, 2], collect: 'a.value', steps: [noop('a', { with: { value: '${item}' } })] } },
      { id: 'n', action: 'control.noop', with: { value: '${l.results}' } },
    ];
    const { fork, run } = forked(steps, play(steps, []), 'n');
    expect(fork.steps.map(({ step }) => step)).toEqual(['l']);
    expect(run.view.steps.at(-1)).toMatchObject({ outputs: { value: [1, 2] } });
  });
});
