/** The meaning of playbooks, step kind by step kind, in virtual time. */
import { describe, expect, it } from '@jest/globals';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { advance, start } from '../../domain/playbook/engine/engine.ts';
import type { Plan, PlanStep } from '../../domain/playbook/plan.ts';
import { simulate, type SimulatedRun, type Simulation } from '../../domain/playbook/simulate.ts';

const inputs = 'inputs: { list: { type: list, default: [] }, n: { type: int, default: 0 } }';
const planOf = (steps: string, more = ''): Plan =>
  compilePlaybook(`playbook: p\nversion: 1.0.0\ntitle: t\n${inputs}\n${more}\nsteps:\n${steps}`, 'p.yaml').plan;
const run = (steps: string, options: Partial<Simulation> & { more?: string } = {}): SimulatedRun =>
  simulate({ plan: planOf(steps, options.more), fakes: {}, ...options });
const statuses = ({ view }: SimulatedRun): { [step: string]: string } =>
  Object.fromEntries(view.steps.map(({ step, status }) => [step, status]));
const isolate = (id: string, more = ''): string =>
  `- { id: ${id}, action: network.isolate, with: { asset: ${id} }, undo: network.release${more} }\n`;
const ok = { outputs: { receipt: 'r', points: [] } };
const undone = (result: SimulatedRun): string[] =>
  result.effects
    .filter(({ undoneAtMs }) => undoneAtMs !== undefined)
    .toSorted((a, b) => a.undoneAtMs! - b.undoneAtMs!)
    .map(({ step }) => step);

describe('conditions', () => {
  it('a guard skips its step, and a skipped step is not ok', () => {
    const result = run(
      `- { id: a, if: inputs.n > 1, action: control.noop }\n- { id: b, if: a.ok, action: control.noop }\n- { id: c, if: a.status == "skipped", action: control.noop }\n`,
    );
    expect(statuses(result)).toEqual({ a: 'skipped', b: 'skipped', c: 'done' });
    expect(result.path).toEqual(['c']);
  });

  it('a branch is taken, and both roads meet again after it', () => {
    const steps = `- { id: q, if: inputs.n > 1, then: [{ id: yes, action: control.noop }], else: [{ id: no, action: control.noop }] }\n- { id: after, action: control.noop }\n`;
    expect(run(steps, { inputs: { n: 2 } }).path).toEqual(['q', 'yes', 'after']);
    expect(run(steps).path).toEqual(['q', 'no', 'after']);
  });

  it('reading a step of the road not taken is a failure, not null', () => {
    const result = run(
      `- { id: q, if: inputs.n > 1, then: [{ id: yes, action: control.noop }] }\n- { id: b, action: control.noop, with: { value: "\${yes.value}" } }\n`,
    );
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'expression-failed' } });
  });
});

describe('parallel and foreach', () => {
  it('parallel runs its branches at once and joins all', () => {
    const result = run(
      `- { id: p, parallel: { branches: [[{ id: a, wait: 10s }, { id: b, wait: 5s }], [{ id: c, wait: 12s }]] } }\n- { id: d, wait: 1s }\n`,
    );
    expect(result.endedAtMs).toBe(16_000);
    expect(result.path).toEqual(['p', 'd']);
  });

  it('a branch that fails stops the others and fails the parallel', () => {
    const result = run(
      `- { id: p, parallel: { steps: [{ id: a, wait: 1h }, { id: b, fail: no }] }, on_failure: { steps: [{ id: c, action: control.noop, with: { value: "\${p.error.message}" } }] } }\n- { id: d, action: control.noop }\n`,
    );
    expect(statuses(result)).toEqual({ p: 'failed', a: 'cancelled', b: 'failed', c: 'done', d: 'done' });
    expect(result.view.steps.find(({ step }) => step === 'c')?.outputs).toEqual({ value: 'no' });
    expect(result.endedAtMs).toBe(0);
  });

  it('foreach collects what each item gives, in order, some at a time', () => {
    const result = run(
      `- { id: each, foreach: { in: "\${inputs.list}", as: s, concurrency: 2, collect: "s + 100 + index", steps: [{ id: w, wait: "\${s}s" }] } }\n`,
      { inputs: { list: [3, 1, 1] }, more: 'outputs: { all: each.results }' },
    );
    expect(result.view.outputs).toEqual({ all: [103, 102, 103] });
    expect(result.endedAtMs).toBe(3000);
    expect(result.view.steps.map(({ step }) => step)).toEqual(['each', 'each[0].w', 'each[1].w', 'each[2].w']);
  });

  it('loops in loops see their own variables and those around them', () => {
    const result = run(
      `- { id: o, foreach: { in: [1, 2], as: a, steps: [{ id: i, foreach: { in: "\${[a * 10, a * 20]}", as: b, steps: [{ id: x, action: control.noop, with: { value: "\${[a, b, index]}" } }] } }, { id: sum, outputs: { v: "i.results.map(r, r.value[1])" } }] } }\n`,
      { more: 'outputs: { all: o.results }' },
    );
    expect(result.view.outputs).toEqual({ all: [{ v: [10, 20] }, { v: [20, 40] }] });
  });

  it('a branch that has not begun when another fails never begins', () => {
    const result = run(
      `- { id: p, on_failure: continue, parallel: { steps: [{ id: a, fail: no }, { id: b, action: control.noop }] } }\n- { id: c, action: control.noop }\n`,
    );
    expect(statuses(result)).toEqual({ p: 'failed', a: 'failed', c: 'done' });
  });

  it('an empty list is no work', () => {
    expect(
      run(`- { id: each, foreach: { in: "\${inputs.list}", steps: [{ id: a, action: control.noop }] } }\n`, {
        more: 'outputs: { all: each.results }',
      }).view,
    ).toMatchObject({ outcome: 'done', outputs: { all: [] } });
  });

  it('a skipped last step ends the item all the same', () => {
    const result = run(
      `- { id: each, foreach: { in: "\${inputs.list}", steps: [{ id: a, if: "item > 1", action: control.noop, with: { value: "\${item}" } }] } }\n`,
      { inputs: { list: [1, 2] }, more: 'outputs: { all: each.results }' },
    );
    expect(result.view.outputs).toEqual({ all: [{}, { value: 2 }] });
  });
});

describe('size', () => {
  const each = `- { id: each, foreach: { in: "\${inputs.list}", concurrency: 10, steps: [{ id: a, action: control.noop, with: { value: "\${item}" } }, { id: b, if: item == 7, on_failure: continue, action: intel.lookup, with: { indicator: x } }, { id: c, outputs: { v: a.value } }] } }\n`;

  it('a long loop keeps its results and the steps that failed, and stays small enough to be carried', () => {
    let largest = 0;
    const list = Array.from({ length: 3000 }, (_, index) => index);
    const result = run(each, {
      inputs: { list },
      fakes: { 'intel.lookup': { fail: 'not-found' } },
      more: 'outputs: { last: "each.results[2999].v" }',
      observe: (state) => void (largest = Math.max(largest, state.sizeBytes)),
    });
    expect(result.view.outputs).toEqual({ last: 2999 });
    expect(result.view.steps.map(({ step }) => step)).toEqual(['each', 'each[7].b']);
    expect(largest).toBeLessThan(200_000);
  });

  it('a long loop does not forget what still owes its answer', () => {
    const list = Array.from({ length: 600 }, (_, index) => index);
    const one = `[{ id: slow, action: control.noop }, { id: no, if: item % 2 == 0, fail: no }, { id: w, wait: 1s }]`;
    for (const parallel of [`on_failure: continue, parallel: { steps: ${one} }`, `parallel: { join: any, steps: ${one} }`]) {
      const result = run(`- { id: each, foreach: { in: "\${inputs.list}", concurrency: 7, steps: [{ id: p, ${parallel} }] } }\n`, {
        inputs: { list },
        fakes: { 'control.noop': { takesMs: 5_000 } },
      });
      expect(result.view).toMatchObject({ status: 'ended', outcome: 'done' });
    }
  });

  it('a short loop keeps every step for people to see', () => {
    expect(run(each, { inputs: { list: [1, 2] } }).view.steps).toHaveLength(7);
  });

  it('a run that holds more than can be carried fails, and takes back what it did', () => {
    const value = 'x'.repeat(600_000);
    const result = run(`${isolate('i')}- { id: each, foreach: { in: "\${inputs.list}", steps: [{ id: a, action: control.noop }] } }\n`, {
      inputs: { list: Array.from({ length: 100 }, (_, index) => index) },
      fakes: { 'network.isolate': ok, 'control.noop': { outputs: { value } } },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'output-too-large' } });
    expect(JSON.stringify(result.view).length).toBeLessThan(20_000_000);
    expect(undone(result)).toEqual(['i']);
  });
});

describe('failure', () => {
  it('without a handler fails the run and takes back what was done, newest first', () => {
    const result = run(`${isolate('a')}${isolate('b')}- { id: c, fail: "no \${inputs.n}" }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { takesMs: 1000 } },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'playbook-failed', message: 'no 0' } });
    expect(undone(result)).toEqual(['b', 'a']);
    expect(statuses(result)).toMatchObject({ a: 'undone', b: 'undone' });
  });

  it('continue goes on, and the step says that it is not ok', () => {
    const result = run(
      `- { id: a, action: intel.lookup, with: { indicator: x }, on_failure: continue }\n- { id: b, if: "!a.ok && a.error.code == 'not-found'", action: control.noop }\n`,
      { fakes: { 'intel.lookup': { fail: 'not-found' } } },
    );
    expect(statuses(result)).toEqual({ a: 'failed', b: 'done' });
    expect(result.view.outcome).toBe('done');
  });

  it('is retried by the driver where the code may be, with waits that double', () => {
    const step = `- { id: a, action: intel.lookup, with: { indicator: x }, retry: { attempts: 4, backoff: 1s..3s } }\n`;
    const away = { fail: 'dependency-unavailable' } as const;
    expect(run(step, { fakes: { 'intel.lookup': [away, away, away, { outputs: { verdict: 'x', indicators: [] } }] } })).toMatchObject({
      endedAtMs: 6000,
      view: { outcome: 'done' },
    });
    expect(run(step, { fakes: { 'intel.lookup': away } })).toMatchObject({ endedAtMs: 6000, view: { outcome: 'failed' } });
    expect(run(step, { fakes: { 'intel.lookup': { fail: 'not-found' } } })).toMatchObject({ endedAtMs: 0, view: { outcome: 'failed' } });
  });

  it('of an effect that may have happened is undone; of one that was refused is not', () => {
    const released = (fail: 'timeout' | 'access-denied'): number => {
      let count = 0;
      run(isolate('a'), {
        fakes: { 'network.isolate': { fail } },
        observe: (_, __, commands) =>
          void (count += commands.filter((command) => command.type === 'perform' && command.undoes !== undefined).length),
      });
      return count;
    };
    expect(released('timeout')).toBe(1);
    expect(released('access-denied')).toBe(0);
  });

  it('of an undo is never silent: the others are undone, and the run has failed', () => {
    const result = run(`${isolate('a')}${isolate('b')}- { id: c, end: fine, if: "inputs.n > 9" }\n- { id: d, fail: no }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': [{ fail: 'effect-failed', message: 'broken' }, {}] },
    });
    expect(statuses(result)).toMatchObject({ a: 'undone', b: 'undo-failed' });
    expect(result.view.outcome).toBe('failed');
    expect(result.view.error?.message).toBe('no; step `b` could not be undone: broken');
  });

  it('undo and then: the named steps are undone before what follows', () => {
    const result = run(
      `${isolate('a')}${isolate('b')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`,
      { fakes: { 'network.isolate': ok, 'control.noop': { fail: 'probe-unexpected' } } },
    );
    expect(undone(result)).toEqual(['a']);
    expect(result.view).toMatchObject({ outcome: 'half', status: 'ended' });
  });

  it('an undo that fails in a handler fails the run', () => {
    const result = run(`${isolate('a')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { fail: 'effect-failed' }, 'control.noop': { fail: 'probe-unexpected' } },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'effect-failed' } });
  });

  it('an effect with a reason instead of an undo stays', () => {
    const result = run(
      `- { id: a, action: network.isolate, with: { asset: x }, undo: none, reason: it is for good }\n- { id: b, fail: no }\n`,
      { fakes: { 'network.isolate': ok } },
    );
    expect(result.effects).toHaveLength(1);
    expect(undone(result)).toEqual([]);
    expect(result.view.outcome).toBe('failed');
  });

  it('wrong inputs fail the run before its first step', () => {
    expect(run(`- { id: a, action: control.noop }\n`, { inputs: { m: 1 } }).view).toMatchObject({
      status: 'ended',
      outcome: 'failed',
      steps: [],
      error: { code: 'input-invalid' },
    });
  });
});

describe('leases', () => {
  it('hold after the procedure has ended, and the run ends when they are over', () => {
    const result = run(`${isolate('a', ', lease: 4h')}- { id: b, action: control.noop }\n`, {
      fakes: { 'network.isolate': ok },
      more: 'outputs: { for: a.lease.duration }',
    });
    expect(result).toMatchObject({ outcomeAtMs: 0, endedAtMs: 4 * 3_600_000, view: { outcome: 'done', outputs: { for: '4h' } } });
    expect(undone(result)).toEqual(['a']);
  });

  it('end in the middle of the procedure where that takes longer', () => {
    const result = run(
      `${isolate('a', ', lease: 1h')}- { id: b, wait: 2h }\n- { id: c, if: a.status == "undone", action: control.noop }\n`,
      { fakes: { 'network.isolate': ok } },
    );
    expect(result.effects).toMatchObject([{ undoneAtMs: 3_600_000 }]);
    expect(statuses(result)['c']).toBe('done');
  });

  it('are not undone a second time by a failure after their end', () => {
    let releases = 0;
    run(`${isolate('a', ', lease: 1h')}- { id: b, wait: 2h }\n- { id: c, fail: no }\n`, {
      fakes: { 'network.isolate': ok },
      observe: (_, __, commands) =>
        void (releases += commands.filter((command) => command.type === 'perform' && command.undoes !== undefined).length),
    });
    expect(releases).toBe(1);
  });

  it('are over when their effect is undone before their end', () => {
    const result = run(
      `${isolate('a', ', lease: 4h')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`,
      {
        fakes: { 'network.isolate': ok, 'control.noop': { fail: 'probe-unexpected' } },
      },
    );
    expect(result).toMatchObject({ endedAtMs: 0, view: { outcome: 'half' } });
  });

  it('do not end by themselves while the run is taken back', () => {
    const result = run(`${isolate('a', ', lease: 1m')}${isolate('b')}- { id: w, wait: 1h }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { takesMs: 60_000 } },
      cancel: { atMs: 30_000, by: 'm', reason: 'x' },
    });
    expect(result.effects.map(({ undoneAtMs }) => undoneAtMs)).toEqual([150_000, 90_000]);
  });

  it('whose undo fails make a run that was done a failed one', () => {
    expect(
      run(isolate('a', ', lease: 1h'), { fakes: { 'network.isolate': ok, 'network.release': { fail: 'effect-failed' } } }).view,
    ).toMatchObject({ status: 'ended', outcome: 'failed', steps: [{ status: 'undo-failed' }] });
  });
});

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

describe('summary', () => {
  const told = (steps: string): (string | undefined)[] => run(steps, { inputs: { n: 2 } }).view.steps.map(({ summary }) => summary);

  it('says what a step found once it has ended well, in the words of the playbook', () => {
    expect(
      told(`- { id: a, set: { x: inputs.n * 2 }, summary: "twice \${inputs.n} is \${a.x}" }\n- { id: b, wait: 1s, summary: waited }\n`),
    ).toEqual(['twice 2 is 4', 'waited']);
  });

  it('is not there for what was skipped or failed', () => {
    expect(
      told(`- { id: a, if: inputs.n > 9, wait: 1s, summary: x }\n- { id: b, set: { x: 1 / 0 }, on_failure: continue, summary: x }\n`),
    ).toEqual([undefined, undefined, undefined]);
  });

  it('that cannot be had says so, and changes nothing', () => {
    const [summary] = told(`- { id: a, set: { x: inputs.n }, summary: "\${1 / (a.x - 2)}" }\n`);
    expect(summary).toMatch(/^\(no summary: .*by zero/);
    expect(told(`- { id: a, set: { x: inputs.n }, summary: "\${inputs.list.map(i, i)}\${'x'}" }\n`)).toEqual(['[]x']);
  });

  it('of ten thousand turns does not fill the run', () => {
    const turns = `- { id: l, while: { if: index < 10000, max: 10000, steps: [{ id: a, set: { x: index }, summary: "turn \${index}, and ${'x'.repeat(400)}" }] } }\n`;
    expect(run(turns).view.outcome).toBe('done');
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
