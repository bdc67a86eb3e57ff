import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunCommand } from '../../domain/playbook/control/command.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { simulate, type SimulatedRun, type Simulation } from '../../domain/playbook/simulate.ts';
import { runs } from '../law.ts';

const hour = 3_600_000;

const source = (lease: string, approval = ''): string => `
playbook: hold
version: 1.0.0
title: t
steps:
${approval}
  - { id: isolate, action: network.isolate, with: { asset: ws-17 }, undo: network.release, lease: ${lease} }
`;
const asked = '  - { id: ask, approval: { of: [isolate], roles: [engineer], quorum: 2, expires: 1h } }';
const plain = source('1h');

function run(text: string, more: Partial<Simulation>): SimulatedRun {
  return simulate({
    plan: compilePlaybook(text, 'hold.yaml').plan,
    fakes: { 'network.isolate': { outputs: { receipt: 'r', points: [] } } },
    requester: 'ann',
    ...more,
  });
}

const extend = (atMs: number, more: Partial<RunCommand> = {}) => ({
  atMs,
  command: {
    kind: 'extend-lease',
    id: `cmd-${atMs}`,
    by: 'bea',
    reason: 'not done yet',
    step: 'isolate',
    forMs: 4 * hour,
    ...more,
  } as RunCommand,
});
const votes = (atMs: number, who: string, decision: 'approve' | 'deny' = 'approve') => ({ atMs, who, decision, step: 'isolate/lease' });
const undoneAt = ({ effects }: SimulatedRun): number | undefined => effects[0]?.undoneAtMs;
const extension = ({ approvals }: SimulatedRun) => approvals.find(({ command }) => command.step === 'isolate/lease');

describe('the extension of a lease', () => {
  it('moves its end by exactly what was approved', () => {
    const result = run(plain, { commands: [extend(1000)], people: [votes(2000, 'max')] });
    expect(undoneAt(result)).toBe(5 * hour);
    expect(extension(result)).toMatchObject({ status: 'approved', command: { roles: ['manager'], quorum: 1, expiresAtMs: hour } });
    expect(result.answers).toEqual([{ command: 'cmd-1000', answer: { status: 'taken' } }]);
    expect(result.view.outcome).toBe('done');
  });

  it('makes it permanent where that was approved: the run ends, and the effect stays', () => {
    const result = run(plain, { commands: [extend(1000, { forMs: undefined })], people: [votes(2000, 'max')] });
    expect(undoneAt(result)).toBeUndefined();
    expect(result.view).toMatchObject({ status: 'ended', outcome: 'done' });
    expect(result.endedAtMs).toBe(2000);
  });

  it('asks those who approved the effect, with their quorum', () => {
    const first = ['eva', 'eli'].map((who) => ({ atMs: 10, who, decision: 'approve' as const, step: 'ask' }));
    const one = run(source('1h', asked), { commands: [extend(1000)], people: [...first, votes(2000, 'eva')] });
    expect(extension(one)).toMatchObject({ command: { roles: ['engineer'], quorum: 2 } });
    expect(undoneAt(one)).toBe(10 + hour);
    const both = run(source('1h', asked), { commands: [extend(1000)], people: [...first, votes(2000, 'eva'), votes(3000, 'eli')] });
    expect(undoneAt(both)).toBe(10 + 5 * hour);
  });

  it('asks the roles that the playbook names', () => {
    const result = run(source('{ for: 1h, extend: [analyst] }'), { commands: [extend(1000)], people: [votes(2000, 'al')] });
    expect(extension(result)).toMatchObject({ command: { roles: ['analyst'] } });
    expect(undoneAt(result)).toBe(5 * hour);
  });

  it.each([
    ['denied', [votes(2000, 'max', 'deny')], 'denied'],
    ['not answered', [], 'expired'],
    ['answered too late', [votes(hour + 1, 'max')], 'expired'],
  ] as const)('lets the lease end as planned where it is %s, and closes what is open', (_, people, status) => {
    const result = run(plain, { commands: [extend(1000)], people: [...people] });
    expect(undoneAt(result)).toBe(hour);
    expect(extension(result)).toMatchObject({ status });
    expect(result.view).toMatchObject({ status: 'ended', outcome: 'done' });
  });

  it('decides the race of the last moment: once the effect is being taken back, an approval counts for nothing', () => {
    for (const offset of [-1, 0, 1]) {
      const result = run(plain, { commands: [extend(1000)], people: [votes(hour + offset, 'max')] });
      expect(undoneAt(result)).toBe(offset < 0 ? 5 * hour : hour);
    }
  });

  it('can be extended again, from where it ends by then', () => {
    const commands = [extend(1000), extend(2 * hour)];
    const result = run(plain, { commands, people: [votes(2000, 'max'), votes(3 * hour, 'max')] });
    expect(undoneAt(result)).toBe(9 * hour);
  });

  it('is asked for once at a time, and of what has a lease alone', () => {
    const refused = (result: SimulatedRun, id: string) => result.answers.find(({ command }) => command === id)?.answer;
    const twice = run(plain, { commands: [extend(1000), extend(2000)], people: [] });
    expect(refused(twice, 'cmd-2000')).toMatchObject({ status: 'refused', error: { code: 'conflict' } });
    const other = run(plain, { commands: [extend(1000, { step: 'nothing' }), extend(2000, { step: '__proto__' })] });
    expect(refused(other, 'cmd-1000')).toMatchObject({ status: 'refused', error: { code: 'run-state-wrong' } });
    expect(refused(other, 'cmd-2000')).toMatchObject({ status: 'refused', error: { code: 'run-state-wrong' } });
    expect(undoneAt(other)).toBe(hour);
  });

  it('does not outlive a cancellation: what was done is undone, and nobody is asked any more', () => {
    const result = run(plain, { commands: [extend(1000)], cancel: { atMs: 2000, by: 'ann', reason: 'over' } });
    expect(undoneAt(result)).toBe(2000);
    expect(extension(result)).toMatchObject({ status: 'expired' });
    expect(result.view).toMatchObject({ status: 'ended' });
  });

  it('is checked by the compiler: roles to ask, and a duration', () => {
    expect(() => compilePlaybook(source('{ for: soon, extend: [manager] }'), 'h.yaml')).toThrow(/soon/u);
    expect(() => compilePlaybook(source('{ for: 1h, extend: [] }'), 'h.yaml')).toThrow();
  });

  type Act = { readonly atMs: number; readonly does: 'extend' | 'approve' | 'deny'; readonly forMs: number };
  const acts: fc.Arbitrary<Act[]> = fc.uniqueArray(
    fc.record({
      atMs: fc.integer({ min: 1, max: 400 }),
      does: fc.constantFrom('extend', 'extend', 'approve', 'approve', 'deny'),
      forMs: fc.integer({ min: 1, max: 120 }),
    }),
    { selector: ({ atMs }) => atMs, maxLength: 14 },
  );

  /** The rule once more, as a loop: what was asked for and approved in time adds up. */
  function endOf(list: readonly Act[], leaseMs: number): number {
    let end = leaseMs;
    let open: number | undefined;
    for (const { atMs, does, forMs } of list.toSorted((a, b) => a.atMs - b.atMs)) {
      if (atMs >= end) break;
      if (does === 'extend') open ??= forMs;
      else {
        if (does === 'approve') end += open ?? 0;
        open = undefined;
      }
    }
    return end;
  }

  it('ends once, at the sum of what was approved in time, however often its driver is killed, and leaves nobody asked', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 20, max: 150 }), (list, leaseMs) => {
        const commands = list.flatMap(({ does, atMs, forMs }) => (does === 'extend' ? [extend(atMs, { forMs })] : []));
        const people = list.flatMap(({ does, atMs }) => (does === 'extend' ? [] : [votes(atMs, `p${atMs}`, does)]));
        // Between any two events the driver dies: what goes on is its checkpoint.
        const observe = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;
        const result = run(source(`${leaseMs}ms`), { commands, people, observe });
        expect(result.effects).toHaveLength(1);
        expect(undoneAt(result)).toBe(endOf(list, leaseMs));
        expect(result.view).toMatchObject({ status: 'ended', outcome: 'done' });
        expect(result.approvals.filter(({ status }) => status === 'open')).toEqual([]);
        const answered = result.answers.map(({ command }) => command);
        expect(new Set(answered).size).toBe(answered.length);
        for (const { atMs, command } of commands) if (atMs < endOf(list, leaseMs)) expect(answered).toContain(command.id);
      }),
      runs(300),
    );
  });
});
