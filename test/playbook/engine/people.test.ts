/** The meaning of approvals and of cancelling, in virtual time; and of what the engine does not know. */
import { describe, expect, it } from '@jest/globals';
import { advance, start } from '../../../domain/playbook/engine/engine.ts';
import type { PlanStep } from '../../../domain/playbook/plan.ts';
import { simulate } from '../../../domain/playbook/simulate.ts';
import { planOf, run, statuses, isolate, ok } from './scenes.ts';

describe('approvals', () => {
  const asked = `- { id: ask, approval: { of: [a], roles: [manager], expires: 1h } }\n${isolate('a')}`;
  const yes = { atMs: 1000, who: 'm-1', decision: 'approve', step: 'ask' } as const;

  it('a covered step that is reached around its approval does not run', () => {
    const result = run(`- { id: ask, if: inputs.n > 1, approval: { of: [a], roles: [manager], expires: 1h } }\n${isolate('a')}`, {
      fakes: { 'network.isolate': ok },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'approval-missing' } });
    expect(result.effects).toEqual([]);
  });

  it('a plan whose parameters changed after the approval does not run what was not approved', () => {
    const plan = planOf(
      `- { id: ask, approval: { of: [a], roles: [manager], expires: 1h } }\n- { id: a, action: network.isolate, with: { asset: "\${inputs.n}" }, undo: network.release }\n`,
    );
    const result = simulate({
      plan,
      fakes: { 'network.isolate': ok },
      people: [yes],
      observe: (state, event) => (event?.type === 'approval-opened' ? { ...state, inputs: { ...state.inputs, n: 7 } } : state),
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'approval-digest-changed' } });
    expect(result.effects).toEqual([]);
  });

  it('an approval of another digest than the one that was asked for is refused', () => {
    const started = start(planOf(asked), { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    const { state } = advance(planOf(asked), started.state, {
      type: 'approval-opened',
      step: 'ask',
      approval: 'ap',
      digest: 'sha256:00',
      nowMs: 1,
    });
    expect(state.error?.code).toBe('approval-digest-changed');
  });

  it('silence and denial lead where the playbook says, and never on to what was refused', () => {
    const steps = `- { id: ask, approval: { of: [a], roles: [manager], expires: 1h, on_denied: { steps: [{ id: tell, action: control.noop }] }, on_expired: { fail: too late } } }\n${isolate('a')}`;
    expect(run(steps, { people: [{ ...yes, decision: 'deny' }] })).toMatchObject({
      path: ['ask', 'tell'],
      view: { outcome: 'denied' },
      effects: [],
    });
    expect(run(steps)).toMatchObject({ outcomeAtMs: 3_600_000, view: { outcome: 'failed', error: { message: 'too late' } }, effects: [] });
  });

  it('a vote that the store took just before it expired counts', () => {
    const result = run(asked, {
      fakes: { 'network.isolate': ok },
      people: [{ ...yes, atMs: 3_599_999 }],
    });
    expect(result.view.outcome).toBe('done');
  });

  it('a decision that is faster than the answer of the opening is not lost', () => {
    const plan = planOf(asked);
    const begun = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    const open = begun.commands[0]!;
    if (open.type !== 'open-approval') throw new Error('no approval was opened');
    const early = advance(plan, begun.state, { type: 'approval-decided', approval: 'ap', status: 'approved', nowMs: 1 });
    expect(early.commands).toEqual([]);
    const { commands } = advance(plan, early.state, {
      type: 'approval-opened',
      step: 'ask',
      approval: 'ap',
      digest: early.state.steps['ask']!.approval!.digest,
      nowMs: 2,
    });
    expect(commands.filter(({ type }) => type === 'perform')).toMatchObject([{ step: 'a', approval: 'ap' }]);
  });

  it('are closed once, also when the run is cancelled while they expire', () => {
    const plan = planOf(asked);
    let { state, commands } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    ({ state } = advance(plan, state, {
      type: 'approval-opened',
      step: 'ask',
      approval: 'ap',
      digest: state.steps['ask']!.approval!.digest,
      nowMs: 1,
    }));
    ({ state, commands } = advance(plan, state, { type: 'timer-fired', timer: 'expiry:ask', nowMs: 3_600_000 }));
    expect(commands).toEqual([{ type: 'close-approval', step: 'ask', approval: 'ap', status: 'expired' }]);
    ({ state, commands } = advance(plan, state, { type: 'cancel-requested', by: 'm', reason: 'x', nowMs: 3_600_001 }));
    expect(commands).toEqual([]);
    ({ state, commands } = advance(plan, state, { type: 'approval-decided', approval: 'ap', status: 'expired', nowMs: 3_600_002 }));
    expect(commands).toEqual([{ type: 'finish', outcome: 'cancelled' }]);
  });

  it('are withdrawn when the run is cancelled', () => {
    const result = run(asked, { cancel: { atMs: 5000, by: 'm-1', reason: 'x' } });
    expect(result.approvals).toMatchObject([{ status: 'cancelled' }]);
    expect(result.view).toMatchObject({ outcome: 'cancelled', steps: [{ step: 'ask', status: 'cancelled' }] });
  });
});

describe('cancelling', () => {
  it('stops what runs, takes back what it may have done, and ends once', () => {
    const result = run(`${isolate('a')}${isolate('b')}`, {
      fakes: { 'network.isolate': [ok, { ...ok, takesMs: 60_000 }] },
      cancel: { atMs: 5000, by: 'm', reason: 'x' },
    });
    expect(statuses(result)).toEqual({ a: 'undone', b: 'undone' });
    expect(result.endedAtMs).toBe(5000);
  });

  it('an action that finds the order cancelled ends the run as cancelled, whatever the playbook does on failure', () => {
    const result = run(`${isolate('a')}- { id: b, action: control.noop, on_failure: continue }\n- { id: c, action: control.noop }\n`, {
      fakes: { 'network.isolate': ok, 'control.noop': { fail: 'cancelled', message: 'run `r` was cancelled by `m-1`' } },
    });
    expect(result.view).toMatchObject({ outcome: 'cancelled', error: { message: 'run `r` was cancelled by `m-1`' } });
    expect(statuses(result)).toEqual({ a: 'undone', b: 'cancelled' });
  });

  it('an effect that is confirmed after its branch was stopped is taken back', () => {
    const plan = planOf(
      `- { id: p, on_failure: continue, parallel: { steps: [{ id: a, action: network.isolate, with: { asset: x }, undo: network.release }, { id: b, action: control.noop }] } }\n- { id: w, wait: 1h }\n`,
    );
    let { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    ({ state } = advance(plan, state, {
      type: 'action-failed',
      step: 'b',
      undo: false,
      error: { code: 'not-found', message: 'x' },
      nowMs: 1,
    }));
    const { commands } = advance(plan, state, { type: 'action-completed', step: 'a', undo: false, outputs: {}, nowMs: 2 });
    expect(commands).toMatchObject([{ type: 'perform', action: 'network.release', undoes: 'r/a/1' }]);
  });
});

describe('what the engine does not know', () => {
  it('an unknown step kind fails closed', () => {
    const plan = planOf('- { id: a, action: control.noop }\n');
    const odd = { ...plan, steps: { a: { id: 'a', kind: 'teleport' } as unknown as PlanStep } };
    expect(simulate({ plan: odd, fakes: {} }).view).toMatchObject({ outcome: 'failed', error: { code: 'playbook-invalid' } });
  });

  it('late, repeated and foreign events change nothing', () => {
    const plan = planOf('- { id: a, action: control.noop }\n- { id: b, wait: 1h }\n');
    const { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    const done = advance(plan, state, { type: 'action-completed', step: 'a', undo: false, outputs: { value: 1 }, nowMs: 1 }).state;
    const before = JSON.stringify(done);
    for (const event of [
      { type: 'action-completed', step: 'a', undo: false, outputs: { value: 2 }, nowMs: 2 },
      { type: 'action-failed', step: 'zzz', undo: true, error: { code: 'timeout', message: '' }, nowMs: 2 },
      { type: 'timer-fired', timer: 'wait:zzz', nowMs: 2 },
      { type: 'approval-opened', step: 'a', approval: 'x', digest: 'sha256:0', nowMs: 2 },
    ] as const) {
      expect(advance(plan, done, event).commands).toEqual([]);
    }
    expect(JSON.stringify(done)).toBe(before);
    expect(() => advance({ ...plan, digest: 'sha256:other' }, done, { type: 'timer-fired', timer: 'x', nowMs: 3 })).toThrow('another plan');
  });
});

describe('a second cancellation', () => {
  it('stops what the first one runs', () => {
    const plan = planOf(`${isolate('i')}- { id: w, wait: 1h, on_cancel: { steps: [{ id: note, action: control.noop }] } }\n`);
    let { state, commands } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'x' });
    const next = (event: Parameters<typeof advance>[2]): void => void ({ state, commands } = advance(plan, state, event));
    next({ type: 'action-completed', step: 'i', undo: false, outputs: {}, nowMs: 1 });
    next({ type: 'cancel-requested', by: 'm', reason: 'x', nowMs: 2 });
    expect(commands).toMatchObject([{ type: 'cancel-timer' }, { type: 'perform', step: 'note' }]);
    next({ type: 'cancel-requested', by: 'm', reason: 'now', nowMs: 3 });
    expect(commands).toEqual([{ type: 'cancel-action', step: 'note' }]);
    next({ type: 'action-failed', step: 'note', undo: false, error: { code: 'cancelled', message: 'c' }, nowMs: 4 });
    expect(commands).toMatchObject([{ type: 'perform', action: 'network.release' }]);
  });
});
