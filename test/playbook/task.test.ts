/** Tasks and blocks as the tools around the engine see them: answers, people who are not there, coverage, the graph, warnings. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { branchesOf, coverageOf } from '../../domain/playbook/quality/coverage.ts';
import { graphOf } from '../../domain/playbook/graph.ts';
import { simulate, type SimulatedRun } from '../../domain/playbook/simulate.ts';
import { checkAnswer, taskOutputTypes, unreachableTasks, type TaskOutputs } from '../../domain/playbook/task.ts';

const compiled = (steps: string) =>
  compilePlaybook(`playbook: p\nversion: 1.0.0\ntitle: t\ntriggers: [{ manual: { roles: [analyst] } }]\nsteps:\n${steps}`, 'p.yaml');
const asked = 'manual: { roles: [analyst], people: [zoe], instructions: x, expires: 1h, escalate: { after: 30m, to: [manager] } }';

describe('an answer', () => {
  const outputs: TaskOutputs = {
    text: { type: 'string' },
    count: { type: 'int' },
    share: { type: 'double', optional: true },
    'a/b': { type: 'bool', optional: true },
    pick: { type: 'string', enum: ['x', 'y'], description: 'one of two' },
  };
  const fault = (answer: JsonObject): EdictError | undefined => {
    try {
      checkAnswer(outputs, answer);
      return undefined;
    } catch (error) {
      if (error instanceof EdictError) return error;
      throw error;
    }
  };

  it.each([
    [{ text: 'a', count: 1, pick: 'x' }, undefined],
    [{ text: '', count: -3, pick: 'y', share: 0.5, 'a/b': false }, undefined],
    [{ text: 'a', pick: 'x' }, '/outputs/count'],
    [{ text: 'a', count: 1.5, pick: 'x' }, '/outputs/count'],
    [{ text: 'a', count: '1', pick: 'x' }, '/outputs/count'],
    [{ text: 'a', count: 1, pick: 'z' }, '/outputs/pick'],
    [{ text: 'a', count: 1, pick: 'x', 'a/b': 1 }, '/outputs/a~1b'],
    [{ text: 'a', count: 1, pick: 'x', toString: 1 }, '/outputs/toString'],
    [{ text: ['a'], count: 1, pick: 'x' }, '/outputs/text'],
  ])('%j is at fault at %s', (answer, where) => {
    expect(fault(answer as JsonObject)?.where).toBe(where);
  });

  it('that is too long is refused, and a fault says what was expected and what it is', () => {
    expect(fault({ text: 'a'.repeat(20_000), count: 1, pick: 'x' })?.code).toBe('input-too-large');
    expect(fault({ text: 'a', count: 1 })).toMatchObject({ expected: 'one of x, y', help: 'one of two' });
  });

  it('is taken when and only when each value is of its type and none is over', () => {
    const value: { [type: string]: fc.Arbitrary<unknown> } = {
      string: fc.string(),
      int: fc.maxSafeInteger(),
      double: fc.double({ noNaN: true, noDefaultInfinity: true }),
      bool: fc.boolean(),
      list: fc.array(fc.nat()),
      map: fc.dictionary(fc.string(), fc.nat()),
    };
    const fits: { [type: string]: (given: unknown) => boolean } = {
      string: (given) => typeof given === 'string',
      int: (given) => Number.isSafeInteger(given),
      double: (given) => typeof given === 'number',
      bool: (given) => typeof given === 'boolean',
      list: (given) => Array.isArray(given),
      map: (given) => typeof given === 'object' && !Array.isArray(given),
    };
    const cases = fc.record({ declared: fc.constantFrom(...taskOutputTypes), given: fc.oneof(...Object.values(value)) });
    fc.assert(
      fc.property(cases, ({ declared, given }) => {
        let taken = true;
        try {
          checkAnswer({ a: { type: declared } }, { a: given } as JsonObject);
        } catch {
          taken = false;
        }
        expect(taken).toBe(fits[declared]!(given));
      }),
    );
  });
});

describe('the tools', () => {
  it('know of tasks that nobody who is there can answer', () => {
    const { plan } = compiled(`  - { id: a, ${asked}, undo: { manual: { roles: [engineer], instructions: x, expires: 1h } } }`);
    const person = (id: string, role: string, disabled = false) => ({ id, roles: [role], disabled });
    expect(unreachableTasks(plan, [person('meg', 'manager'), person('eve', 'engineer')])).toEqual([]);
    expect(unreachableTasks(plan, [person('zoe', 'auditor'), person('eve', 'engineer')])).toEqual([]);
    expect(unreachableTasks(plan, [person('ann', 'analyst', true), person('bob', 'auditor')])).toEqual([
      { step: 'a', asks: 'analyst, zoe, manager' },
      { step: 'a', asks: 'engineer' },
    ]);
  });

  it('count an answer and silence as branches, and a road of a branch that failed inside', () => {
    const { plan } = compiled(
      `  - { id: a, ${asked} }\n  - { id: b, if: a.ok, timeout: 1m, on_failure: continue, then: [{ id: c, fail: no }], else: [{ id: d, set: { x: 1 } }] }`,
    );
    expect(branchesOf(plan.steps['a']!)).toEqual(['answered', 'expired']);
    const run = (answers: boolean): SimulatedRun =>
      simulate({
        plan,
        fakes: {},
        tasks: answers ? [{ atMs: 1, who: 'ann', does: 'answer', step: 'a', outputs: {} }] : [],
      });
    expect(coverageOf(plan, [run(true).view]).branches.missing).toEqual([
      { step: 'a', branch: 'expired' },
      { step: 'b', branch: 'false' },
    ]);
    expect(coverageOf(plan, [run(true).view, run(false).view]).branches.missing).toEqual([{ step: 'b', branch: 'false' }]);
  });

  it('draw who is asked, where silence leads, what takes it back, and limits', () => {
    const { plan } = compiled(
      `  - { id: a, ${asked}, undo: { manual: { roles: [engineer], instructions: plug it in, expires: 1h } } }\n  - { id: b, timeout: 1h, retry: { attempts: 3 }, parallel: { steps: [{ id: c, wait: 1m }] } }`,
    );
    const { nodes, edges } = graphOf(plan);
    expect(nodes.find(({ id }) => id === 'a')?.label).toBe('a\ntask for analyst or zoe');
    expect(nodes.find(({ id }) => id === 'b')?.label).toBe('b\nparallel\nat most 1h\nup to 3 times');
    expect(nodes.find(({ kind }) => kind === 'effect-undo')?.label).toBe('task: plug it in');
    expect(edges.filter(({ from }) => from === 'a').map(({ to, kind }) => [to, kind])).toEqual([
      ['b', 'next'],
      ['a.expired', 'expired'],
      ['(undo a)', 'undo'],
    ]);
  });

  it('warn of what stays of each attempt', () => {
    const act = `{ id: cut, action: network.isolate, with: { asset: a }, undo: none, reason: nobody knows how }`;
    const { warnings } = compiled(
      `  - { id: b, retry: { attempts: 3 }, foreach: { in: [1], steps: [{ id: p, parallel: { steps: [${act}] } }] } }\n`,
    );
    expect(warnings).toContain('step `cut` cannot be undone: it is done once in each attempt of step `b`');
    expect(compiled(`  - { id: b, foreach: { in: [1], steps: [${act}] } }\n`).warnings.join()).not.toContain('each attempt');
  });
});
