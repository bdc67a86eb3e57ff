/** What an event costs the engine: no more in a long run than in a short one. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../domain/json.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { advance, start } from '../../../domain/playbook/engine/engine.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { simulate } from '../../../domain/playbook/simulate.ts';

const planOf = (steps: readonly JsonObject[]): Plan =>
  compilePlaybook(JSON.stringify({ playbook: 'p', version: '1.0.0', title: 't', steps }), 'p.yaml').plan;

describe('what an event costs', () => {
  /** Answers every action at once, in the order of the commands. */
  function drive(plan: Plan, inputs: JsonObject): { readonly events: number; readonly ms: number } {
    const begun = performance.now();
    let { state, commands } = start(plan, { run: 'r', nowMs: 0, inputs, requester: 'x' });
    const due = [...commands];
    let events = 0;
    for (let at = 0; at < due.length; at++) {
      const command = due[at]!;
      if (command.type !== 'perform') continue;
      ({ state, commands } = advance(plan, state, {
        type: 'action-completed',
        step: command.step,
        undo: false,
        outputs: { value: at },
        nowMs: at,
      }));
      due.push(...commands);
      events++;
    }
    expect(state.outcome).toBe('done');
    return { events, ms: performance.now() - begun };
  }

  const parallel = (count: number): Plan =>
    planOf([{ id: 'p', parallel: { steps: Array.from({ length: count }, (_, index) => ({ id: `s${index}`, action: 'control.noop' })) } }]);
  const loop = compilePlaybook(
    'playbook: p\nversion: 1.0.0\ntitle: t\ninputs: { n: { type: list } }\nsteps: [{ id: l, foreach: { in: "${inputs.n}", steps: [{ id: a, action: control.noop, with: { value: "${item}" } }] } }]\n',
    'p.yaml',
  ).plan;
  const items = (count: number): JsonObject => ({ n: Array.from({ length: count }, (_, index) => index) });

  const turns = compilePlaybook(
    'playbook: p\nversion: 1.0.0\ntitle: t\ninputs: { n: { type: int } }\nsteps: [{ id: l, while: { from: { at: 0 }, if: last.at < inputs.n, max: 100000, steps: [{ id: a, action: control.noop }, { id: b, set: { at: last.at + 1 } }] } }]\n',
    'p.yaml',
  ).plan;

  it('ten thousand turns do not cost more each than a hundred do, and leave a state as small', () => {
    drive(turns, { n: 100 });
    const long = drive(turns, { n: 10_000 });
    expect(long.events).toBe(10_000);
    expect(long.ms / long.events).toBeLessThan(0.5);
    const sizes: number[] = [];
    for (const n of [100, 2_000]) {
      let largest = 0;
      simulate({
        plan: turns,
        inputs: { n },
        fakes: {},
        observe: (state) => void (largest = Math.max(largest, JSON.stringify(state).length)),
      });
      sizes.push(largest);
    }
    expect(sizes[1]! - sizes[0]!).toBeLessThan(200);
  });

  it('steps that wait for nothing go on in pieces, so that a driver can do other things between', () => {
    const plan = planOf([{ id: 'l', while: { if: 'index < 20000', max: 20_000, steps: [{ id: 'a', set: { x: 'index' } }] } }]);
    let turnsOfTheEngine = 0;
    const result = simulate({ plan, fakes: {}, observe: () => void turnsOfTheEngine++ });
    expect(result.view.outcome).toBe('done');
    expect(turnsOfTheEngine).toBe(5);
    const stopped = simulate({ plan, fakes: {}, cancel: { atMs: 2, by: 'm', reason: 'x' } });
    expect(stopped.view).toMatchObject({ outcome: 'cancelled', status: 'ended' });
  });

  it('a thousand parallel steps, and ten thousand one after the other, do not cost more each than a few do', () => {
    drive(parallel(100), {});
    drive(loop, items(100));
    const wide = drive(parallel(1000), {});
    const long = drive(loop, items(10_000));
    expect([wide.events, long.events]).toEqual([1000, 10_000]);
    // Some 10 to 40 µs each; a quadratic engine takes a hundred times as long.
    expect(wide.ms / wide.events).toBeLessThan(1);
    expect(long.ms / long.events).toBeLessThan(0.5);
  });
});
