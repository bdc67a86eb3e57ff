/** Other versions of a playbook on runs that were recorded: here recorded from simulations, in compare.real.test.ts from real ones. */
import { describe, expect, it } from '@jest/globals';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { compareWithRecorded, tallyOf } from '../../../domain/playbook/recorded/compare.ts';
import type { RecordedRun } from '../../../domain/playbook/recorded/record.ts';
import { replayAsRecorded } from '../../../domain/playbook/recorded/replay.ts';
import { simulate, type PersonAct, type Simulation } from '../../../domain/playbook/simulate.ts';

const minute = 60_000;
const head = (version: string): string =>
  `playbook: p\nversion: ${version}\ntitle: t\ntriggers: [{ manual: { roles: [analyst] } }]\ninputs: { host: { type: asset }, n: { type: int, default: 1 } }\n`;
const plan = (steps: string, version = '1.0.0') => compilePlaybook(`${head(version)}steps:\n${steps}`, 'p.yaml').plan;

const look = "  - { id: look, action: intel.lookup, with: { indicator: '${inputs.host.name}' }, on_failure: continue }\n";
const ask = (roles = 'manager', more = ''): string =>
  `  - { id: ask, approval: { of: [isolate], roles: [${roles}], expires: 1h${more} } }\n`;
const isolate = (more = ', lease: 4h'): string =>
  `  - { id: isolate, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release${more} }\n`;
const old = plan(look + ask() + isolate());

const fakes: Simulation['fakes'] = {
  'intel.lookup': { outputs: { verdict: 'malicious', indicators: [] }, takesMs: 5_000 },
  'network.isolate': { outputs: { receipt: 'r', points: ['fw-1'] }, takesMs: 2_000 },
};
const yes: PersonAct = { atMs: 10 * minute, who: 'max', decision: 'approve', step: 'ask', roles: ['manager'] };

/** As the store would tell of it: with times of the world, not from zero. */
function recorded(given: Partial<Simulation> = {}): RecordedRun {
  const startedAtMs = 1_700_000_000_000;
  const done = simulate({ plan: old, inputs: { host: 'ws-17' }, requester: 'ann', fakes, people: [yes], ...given });
  const late = <T>(at: T): T => (typeof at === 'number' ? ((at + startedAtMs) as T) : at);
  return {
    run: 'run-1',
    plan: given.plan ?? old,
    startedAtMs,
    inputs: { host: 'ws-17' },
    requester: 'ann',
    signals: [],
    view: {
      ...done.view,
      steps: done.view.steps.map((step) => ({ ...step, startedAtMs: late(step.startedAtMs), endedAtMs: late(step.endedAtMs) })),
    },
    approvals: done.approvals.map(({ command, openedAtMs }) => ({
      step: command.step,
      actions: command.plan.effects.map(({ action }) => action),
      votes: done.votes.map(({ act }) => ({ ...act, roles: act.roles ?? [], afterMs: act.atMs - openedAtMs })),
    })),
    tasks: done.tasks.map(({ command, openedAtMs, answer }) => ({
      step: command.step,
      undo: command.undo,
      outputs: Object.keys(command.outputs),
      ...(answer === undefined
        ? {}
        : { answer: { who: answer.by, outputs: answer.outputs, roles: ['analyst'], afterMs: (given.tasks?.[0]?.atMs ?? 0) - openedAtMs } }),
    })),
    effectsAtMs: Object.fromEntries(done.effects.map(({ step, atMs }) => [step, atMs])),
    ...(given.cancel ? { cancel: given.cancel } : {}),
    commands: [],
  };
}

describe('a recorded run, gone through again', () => {
  it.each<[string, Partial<Simulation>]>([
    ['approved and leased', {}],
    ['denied', { people: [{ ...yes, decision: 'deny' }] }],
    ['left unanswered', { people: [] }],
    ['cancelled', { cancel: { atMs: 30 * minute, by: 'max', reason: 'x' } }],
    ['with a failed reading', { fakes: { ...fakes, 'intel.lookup': { fail: 'timeout', takesMs: 9_000 } } }],
    ['that failed and took back', { fakes: { ...fakes, 'network.isolate': { fail: 'effect-failed' } } }],
    ['with an undo that failed', { fakes: { ...fakes, 'network.release': { fail: 'effect-failed' } } }],
  ])('is as it was: %s', (_, given) => {
    const record = recorded(given);
    const { run, stopped } = replayAsRecorded(record);
    expect(stopped).toBeUndefined();
    const bare = ({ view }: Pick<RecordedRun, 'view'>) => view.steps.map(({ step, status, outputs }) => ({ step, status, outputs }));
    expect(run && bare(run)).toEqual(bare(record));
    expect(run?.view.outcome).toBe(record.view.outcome);
    expect(compareWithRecorded(old, record)).toMatchObject({ verdict: 'same', differences: [], notes: [] });
  });
});

describe('another version on it', () => {
  const whats = (steps: string, given: Partial<Simulation> = {}) => {
    const found = compareWithRecorded(plan(steps, '1.1.0'), recorded(given));
    return { verdict: found.verdict, what: found.differences.map(({ what }) => what), reason: found.reason, notes: found.notes };
  };

  it('that leaves something out differs in path, effects and outcome', () => {
    expect(whats(`${look}  - { id: stop, if: look.ok, end: watched }\n${ask()}${isolate()}`)).toMatchObject({
      verdict: 'different',
      what: ['path', 'approval ask', 'effect of isolate', 'outcome', 'outcome at', 'over at'],
    });
  });

  it('that waits before it asks is answered as long after as people took then', () => {
    const found = compareWithRecorded(plan(`${look}  - { id: w, wait: 30m }\n${ask()}${isolate()}`, '1.1.0'), recorded());
    expect(found.after?.effects).toMatchObject([{ step: 'isolate', atMs: 40 * minute + 2_000 }]);
    expect(found.after?.view.outcome).toBe('done');
  });

  it('that asks others counts no vote of who has not their role', () => {
    expect(whats(look + ask('admin') + isolate())).toMatchObject({
      verdict: 'different',
      what: expect.arrayContaining(['approval ask', 'outcome']),
    });
  });

  it('that holds longer differs in when it is over', () => {
    expect(whats(look + ask() + isolate(', lease: 5h'))).toMatchObject({ verdict: 'different', what: ['effect of isolate', 'over at'] });
  });

  it('may call its steps otherwise: what was asked alike was answered alike', () => {
    const renamed = look.replace('id: look', 'id: reputation');
    expect(whats(renamed + ask() + isolate())).toMatchObject({ verdict: 'different', what: ['path'], notes: [] });
    const other = plan(`${look}  - { id: please, approval: { of: [isolate], roles: [manager], expires: 1h } }\n${isolate()}`, '1.1.0');
    expect(compareWithRecorded(other, recorded())).toMatchObject({
      verdict: 'different',
      notes: ['what step `please` asks is answered as `ask` was'],
    });
  });

  it('that asks something that nobody recorded is undecided, until it is said', () => {
    const more = "  - { id: reach, action: context.blast-radius, with: { asset: '${inputs.host}' } }\n";
    expect(whats(more + look + ask() + isolate())).toMatchObject({
      verdict: 'undecided',
      reason: 'step `reach` performs `context.blast-radius`, of which nothing was recorded',
    });
    const said = compareWithRecorded(plan(more + look + ask() + isolate(), '1.1.0'), recorded(), {
      fakes: { 'context.blast-radius': { outputs: { critical: 0, peers: 1, hosts: [] } } },
    });
    expect(said).toMatchObject({ verdict: 'different', differences: [expect.objectContaining({ what: 'path' })] });
  });

  it('that asks people who were not asked is undecided, until it is said', () => {
    const second = '  - { id: second, approval: { of: [two], roles: [admin], expires: 1h } }\n  - { id: two, action: control.noop }\n';
    expect(whats(look + ask() + isolate() + second)).toMatchObject({
      verdict: 'undecided',
      reason: 'step `second` asks for an approval that nobody was asked for',
    });
    const people = [{ atMs: 20 * minute, who: 'eve', decision: 'deny' as const, step: 'second' }];
    expect(compareWithRecorded(plan(look + ask() + isolate() + second), recorded(), { people })).toMatchObject({
      verdict: 'different',
      after: expect.objectContaining({ view: expect.objectContaining({ outcome: 'denied' }) }),
    });
  });

  it('that asks the same step something else says so', () => {
    const other = look.replace('inputs.host.name', 'inputs.n > 0 ? "x" : "y"');
    expect(whats(other + ask() + isolate()).notes).toEqual([
      'step `look` asks `intel.lookup` otherwise than was recorded; the recorded answer is taken',
    ]);
  });

  it('that takes another input leaves the old one out, and that needs one is undecided', () => {
    const text = `${head('2.0.0').replace('n: { type: int, default: 1 }', 'm: { type: int }')}steps:\n${look}`;
    expect(compareWithRecorded(compilePlaybook(text, 'p.yaml').plan, { ...recorded(), inputs: { host: 'ws-17', n: 2 } })).toMatchObject({
      verdict: 'undecided',
      reason: 'input `m` of playbook `p` is missing',
    });
  });

  describe('that asks people to do something', () => {
    const call = (id: string, extra = ''): string =>
      `  - { id: ${id}, manual: { roles: [analyst], instructions: call, expires: 2h, outputs: { reached: bool${extra} } } }\n`;
    const asked = plan(`${call('call')}${look}`);
    const record = recorded({
      plan: asked,
      tasks: [{ atMs: 20 * minute, who: 'ann', does: 'answer', step: 'call', outputs: { reached: true } }],
    });

    it('is answered as the person did, by the same step or by one that asks the same', () => {
      expect(compareWithRecorded(asked, record)).toMatchObject({ verdict: 'same', notes: [] });
      const other = compareWithRecorded(plan(`  - { id: w, wait: 1h }\n${call('phone')}${look}`, '1.1.0'), record);
      expect(other).toMatchObject({ verdict: 'different', notes: ['what step `phone` asks is answered as `call` was'] });
      expect(other.after?.outcomeAtMs).toBe(80 * minute + 5_000);
    });

    it('is undecided where that is something else, until it is said', () => {
      const more = plan(`${call('call')}${call('again', ', who: string')}${look}`, '1.1.0');
      expect(compareWithRecorded(more, record)).toMatchObject({
        verdict: 'undecided',
        reason: 'step `again` asks for something that nobody was asked to do',
      });
      const tasks = [{ atMs: 30 * minute, who: 'bob', does: 'answer' as const, step: 'again', outputs: { reached: true, who: 'x' } }];
      expect(compareWithRecorded(more, record, { tasks }).verdict).toBe('different');
    });
  });

  it('that calls another playbook has what that gave then', () => {
    const calling = plan(`  - { id: sub, playbook: { name: other } }\n${look}`);
    const record = recorded({ plan: calling, fakes: { ...fakes, other: { outputs: { found: 3 }, takesMs: 4_000 } } });
    expect(compareWithRecorded(calling, record)).toMatchObject({ verdict: 'same', notes: [] });
    expect(compareWithRecorded(plan(`  - { id: sub, playbook: { name: new } }\n${look}`, '1.1.0'), record)).toMatchObject({
      verdict: 'undecided',
      reason: expect.stringContaining('`new`'),
    });
  });

  it('that the signal would not start says so', () => {
    const signal = { id: 's', kind: 'beacon', severity: 'high' as const, at: '2026-01-01T00:00:00Z', title: 't', key: 'k', attributes: {} };
    const by = (kind: string) =>
      compilePlaybook(
        `${head('1.0.0').replace('{ manual: { roles: [analyst] } }', `{ signal: { when: 'signal.kind == "${kind}"' } }`)}steps:\n${look}`,
        'p',
      ).plan;
    const record = recorded({ plan: by('beacon'), signal });
    expect(compareWithRecorded(by('drift'), { ...record, signal })).toMatchObject({
      verdict: 'different',
      differences: [{ what: 'started by the signal', before: true, after: false }],
    });
  });

  it('is ended when it takes too long', () => {
    let events = 0;
    const watch = () => {
      if (++events > 8) throw new Error('too long');
    };
    expect(() => compareWithRecorded(old, recorded(), { watch })).toThrow('too long');
  });
});

it('is counted by verdict', () => {
  expect(tallyOf([{ verdict: 'same' }, { verdict: 'undecided' }, { verdict: 'same' }])).toEqual({
    runs: 3,
    same: 2,
    different: 0,
    undecided: 1,
  });
});
