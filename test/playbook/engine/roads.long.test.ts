/** The meaning of playbooks, step kind by step kind, in virtual time: roads, loops, what they hold, and what steps say of themselves. */
import { describe, expect, it } from '@jest/globals';
import { run, statuses, isolate, ok, undone } from './scenes.ts';

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
