import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { coverageOf, type Coverage } from '../../../domain/playbook/quality/coverage.ts';
import { runPlaybookTests } from '../../../domain/playbook/playbook-test.ts';
import { simulate, type Simulation } from '../../../domain/playbook/simulate.ts';

const folder = new URL('../../../playbooks/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** What runs of these steps cover; one run for each of the given. */
function covered(steps: string, ...runs: readonly Partial<Simulation>[]): Coverage {
  const { plan } = compilePlaybook(
    `playbook: p\nversion: 1.0.0\ntitle: t\ninputs: { on: { type: any, default: true } }\nsteps:\n${steps}`,
    'p.yaml',
  );
  return coverageOf(
    plan,
    runs.map((run) => simulate({ plan, fakes: {}, ...run }).view),
  );
}

const missing = ({ branches }: Coverage): readonly string[] => branches.missing.map(({ step, branch }) => `${step} ${branch}`);

describe('coverage', () => {
  it('without a run is nothing, and names all', () => {
    const none = covered(`  - { id: c, if: 'inputs.on', then: [{ id: x, wait: 1s }] }\n`);
    expect(none).toMatchObject({ percent: 0, steps: { total: 2, covered: 0, missing: ['x', 'c'] } });
    expect(missing(none)).toEqual(['c true', 'c false']);
  });

  it.each([
    ['then', `{ id: c, if: 'inputs.on', then: [{ id: x, wait: 1s }] }`],
    ['else', `{ id: c, if: 'inputs.on', else: [{ id: x, wait: 1s }] }`],
    ['then and else', `{ id: c, if: 'inputs.on', then: [{ id: x, wait: 1s }], else: [{ id: y, wait: 1s }] }`],
  ])('knows which way an if with %s went', (_, step) => {
    expect(missing(covered(`  - ${step}\n`, { inputs: { on: true } }))).toEqual(['c false']);
    expect(missing(covered(`  - ${step}\n`, { inputs: { on: false } }))).toEqual(['c true']);
    expect(covered(`  - ${step}\n`, { inputs: { on: false } }, { inputs: { on: true } }).percent).toBe(100);
  });

  it('wants a guarded step once done and once skipped', () => {
    const step = `  - { id: g, if: 'inputs.on', wait: 1s }\n`;
    expect(missing(covered(step, { inputs: { on: true } }))).toEqual(['g if: false']);
    expect(covered(step, { inputs: { on: false } })).toMatchObject({
      steps: { missing: ['g'] },
      branches: { missing: [{ step: 'g', branch: 'if: true' }] },
    });
  });

  it('wants each case of a switch and its default', () => {
    const step = `  - { id: s, switch: { on: inputs.on, cases: [{ when: [a, b], steps: [{ id: x, wait: 1s }] }, { when: c, steps: [{ id: y, wait: 1s }] }], default: continue } }\n`;
    expect(missing(covered(step, { inputs: { on: 'b' } }))).toEqual(['s case "c"', 's default']);
    expect(missing(covered(step, { inputs: { on: 'z' } }))).toEqual(['s case "a", "b"', 's case "c"']);
    expect(covered(step, { inputs: { on: 'a' } }, { inputs: { on: 'c' } }, { inputs: { on: 'z' } }).percent).toBe(100);
  });

  const approval = `  - { id: ask, approval: { of: [note], roles: [manager], expires: 1h } }\n  - { id: note, action: incident.note, with: { text: hi } }\n`;
  const people = (decision: 'approve' | 'deny'): Partial<Simulation> => ({ people: [{ atMs: 1, who: 'max', step: 'ask', decision }] });

  it('wants an approval given, denied and not answered', () => {
    expect(missing(covered(approval, people('approve')))).toEqual(['ask denied', 'ask expired']);
    expect(missing(covered(approval, people('deny')))).toEqual(['ask approved', 'ask expired']);
    expect(missing(covered(approval, {}))).toEqual(['ask approved', 'ask denied']);
    expect(covered(approval, {}, people('deny'), people('approve'))).toMatchObject({
      percent: 100,
      steps: { total: 2 },
      branches: { total: 3 },
    });
  });

  it.each(['continue', '{ steps: [{ id: x, wait: 1s }] }'])('wants a failure that is handled by `%s`', (handler) => {
    const step = `  - { id: a, action: incident.note, with: { text: hi }, on_failure: ${handler} }\n  - { id: b, wait: 1s }\n`;
    expect(missing(covered(step, {}))).toEqual(['a on_failure']);
    expect(covered(step, {}, { fakes: { 'incident.note': { fail: 'not-found' } } }).percent).toBe(100);
  });

  it('counts the failure of an effect that may have happened and was taken back', () => {
    const step = `  - { id: a, action: network.isolate, with: { asset: ws-1 }, undo: network.release, on_failure: { undo: [a] } }\n`;
    const failed: Partial<Simulation> = { fakes: { 'network.isolate': { fail: 'effect-failed' } } };
    expect(missing(covered(step, failed))).toEqual([]);
  });

  it('wants a cancellation that runs the steps of `on_cancel`', () => {
    const step = `  - { id: w, wait: 1h, on_cancel: { steps: [{ id: n, action: incident.note, with: { text: hi } }] } }\n`;
    expect(covered(step, {})).toMatchObject({ steps: { missing: ['n'] }, branches: { missing: [{ step: 'w', branch: 'on_cancel' }] } });
    expect(covered(step, { cancel: { atMs: 60_000, by: 'max', reason: 'enough' } }).percent).toBe(100);
  });

  it('looks into loops, and into loops in loops', () => {
    const step = `  - { id: o, foreach: { in: [1, 2], as: m, steps: [{ id: l, foreach: { in: [1, 2], as: n, steps: [{ id: c, if: 'n == 1', then: [{ id: x, wait: 1s }] }] } }] } }\n`;
    expect(covered(step, {})).toMatchObject({ percent: 100, steps: { total: 4 }, branches: { total: 2 } });
    expect(missing(covered(step.replace('n == 1', 'n < 3'), {}))).toEqual(['c false']);
  });

  it('does not count a condition that could not be evaluated', () => {
    expect(missing(covered(`  - { id: c, if: 'inputs.on.deep', then: [{ id: x, wait: 1s }] }\n`, {}))).toEqual(['c true', 'c false']);
  });
});

describe('a loop with a bound', () => {
  it('is covered by a turn of its steps', () => {
    const step = `  - { id: l, while: { if: 'index < 2', max: 3, steps: [{ id: c, if: 'index == 0', then: [{ id: x, wait: 1s }] }] } }\n`;
    expect(covered(step, {})).toMatchObject({ percent: 100, steps: { total: 3 } });
  });
});

describe('the playbooks that are shipped', () => {
  it.each(shipped)('%s is covered by its tests in every step and branch', (name) => {
    const { plan } = compilePlaybook(read(name), `playbooks/${name}`);
    const results = runPlaybookTests(plan, read(name.replace('.yaml', '.test.yaml')), name);
    const passed = results.flatMap(({ passed, run }) => (passed && run ? [run.view] : []));
    expect(coverageOf(plan, passed)).toMatchObject({ percent: 100, steps: { missing: [] }, branches: { missing: [] } });
  });
});
