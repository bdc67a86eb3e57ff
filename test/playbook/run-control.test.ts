/** Commands of people to a run under way: what they mean, whatever they race. */
import { describe, expect, it } from '@jest/globals';
import { digestOf } from '../../domain/digest.ts';
import type { RunCommand } from '../../domain/playbook/control/command.ts';
import { advance, start } from '../../domain/playbook/engine/engine.ts';
import type { Command, EngineEvent, OpenApprovalCommand } from '../../domain/playbook/engine/messages.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { answers, at, isolate, noop, planOf, play, skip, statuses, wait } from './control-fixture.ts';

describe('a paused run', () => {
  it('begins nothing new, and goes on where it was when it is resumed', () => {
    const run = play([wait('w', '10s'), noop('a'), noop('b')], [at(5_000, 'pause'), at(60_000, 'resume')]);
    expect(run.view).toMatchObject({ outcome: 'done', steps: [{ endedAtMs: 10_000 }, { startedAtMs: 60_000 }, { startedAtMs: 60_000 }] });
    expect(run.view.paused).toBeUndefined();
    expect(answers(run)).toEqual(['taken', 'taken']);
  });

  it('says who paused it and why', () => {
    const run = play([wait('w', '10s'), noop('a')], [at(5_000, 'pause')]);
    expect(run.view).toMatchObject({ status: 'paused', paused: { by: 'ann', reason: 'because', sinceMs: 5_000 } });
    expect(statuses(run)).toEqual({ w: 'done' });
  });

  it('finishes and records the action that is under way', () => {
    const run = play([isolate('i'), noop('a')], [at(1_000, 'pause'), at(30_000, 'resume')], {
      'network.isolate': { outputs: { receipt: 'r', points: [] }, takesMs: 5_000 },
    });
    expect(run.view.steps).toMatchObject([
      { step: 'i', status: 'done', endedAtMs: 5_000 },
      { step: 'a', startedAtMs: 30_000 },
    ]);
  });

  it('undoes its effects on time when their lease is over', () => {
    const run = play([isolate('i', { lease: '10s' }), wait('w', '1m'), noop('a')], [at(5_000, 'pause'), at(120_000, 'resume')]);
    expect(run.effects).toMatchObject([{ step: 'i', undoneAtMs: 10_000 }]);
    expect(run.view.outcome).toBe('done');
  });

  it('keeps its approvals open, takes the vote, and performs what was approved when it is resumed', () => {
    const approval = { id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '1h' } };
    const run = play(
      [approval, isolate('i')],
      [at(1_000, 'pause'), at(60_000, 'resume')],
      {},
      {
        people: [{ atMs: 10_000, who: 'max', decision: 'approve', step: 'ask' }],
      },
    );
    expect(run.effects).toMatchObject([{ step: 'i', atMs: 60_000 }]);
  });

  it('lets an approval expire, and goes the way of the expiry when it is resumed', () => {
    const approval = { id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '10s', on_expired: { steps: [noop('n')] } } };
    const run = play([approval, isolate('i')], [at(1_000, 'pause'), at(60_000, 'resume')]);
    expect(run.view.outcome).toBe('expired');
    expect(run.view.steps.slice(0, 2)).toMatchObject([
      { status: 'expired', endedAtMs: 10_000 },
      { step: 'n', startedAtMs: 60_000 },
    ]);
  });

  it('can be cancelled: what it did is taken back at once', () => {
    const run = play(
      [isolate('i'), wait('w', '1h'), noop('a')],
      [at(1_000, 'pause')],
      {},
      { cancel: { atMs: 5_000, by: 'm', reason: 'x' } },
    );
    expect(run.view).toMatchObject({ outcome: 'cancelled', status: 'ended' });
    expect(run.effects).toMatchObject([{ undoneAtMs: 5_000 }]);
  });

  it('that fails takes back what it did without being resumed', () => {
    const run = play([isolate('i'), noop('a')], [at(1_000, 'pause')], { 'control.noop': { fail: 'not-found', takesMs: 5_000 } });
    expect(run.view).toMatchObject({ outcome: 'failed', status: 'ended' });
    expect(run.effects).toMatchObject([{ undoneAtMs: 5_000 }]);
  });

  it('begins no further item of a loop', () => {
    const loop = { id: 'l', foreach: { in: [1, 2, 3], concurrency: 1, steps: [noop('a')] } };
    const run = play([loop], [at(1_500, 'pause'), at(60_000, 'resume')], { 'control.noop': { takesMs: 1_000 } });
    expect(run.view.steps.filter(({ step }) => step !== 'l').map(({ startedAtMs }) => startedAtMs)).toEqual([0, 1_000, 60_000]);
    expect(run.view.outcome).toBe('done');
  });

  it('is paused once and resumed once: the second of two is refused', () => {
    const run = play([wait('w', '1m'), noop('a')], [at(1, 'pause'), at(2, 'pause'), at(3, 'resume'), at(4, 'resume')]);
    expect(answers(run)).toEqual(['taken', 'run `simulated` was paused already by `ann`', 'taken', 'run `simulated` is not paused']);
  });

  it('takes the same command once, however often it is brought', () => {
    const paused = at(1, 'pause');
    const run = play([wait('w', '1m'), noop('a')], [paused, { ...paused, atMs: 2 }, at(3, 'resume'), { ...paused, atMs: 4 }]);
    expect(answers(run)).toEqual(['taken', 'taken']);
    expect(run.view.outcome).toBe('done');
  });

  it('is refused once its procedure has ended', () => {
    const run = play([isolate('i', { lease: '1h' })], [at(1_000, 'pause')]);
    expect(answers(run)).toEqual(['the procedure of run `simulated` has ended: it cannot be paused']);
  });
});

describe('a step that is skipped', () => {
  it('of a wait is over at once', () => {
    const run = play([wait('w', '1h'), noop('a')], [skip(5_000, 'w')]);
    expect(run.view).toMatchObject({
      outcome: 'done',
      steps: [{ status: 'skipped', endedAtMs: 5_000, skipped: { by: 'ann', reason: 'because' } }, { startedAtMs: 5_000 }],
    });
    expect(answers(run)).toEqual(['taken']);
  });

  it('of an approval closes it and grants nothing: what it covers does not run', () => {
    const approval = { id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '1h' } };
    const run = play([approval, isolate('i')], [skip(5_000, 'ask')]);
    expect(run.view).toMatchObject({ outcome: 'failed', error: { code: 'approval-missing' } });
    expect(run.approvals).toMatchObject([{ status: 'cancelled' }]);
    expect(run.effects).toEqual([]);
  });

  it('of an action that is under way is stopped, and what may have happened is taken back before the run goes on', () => {
    const run = play([isolate('i'), noop('a')], [skip(5_000, 'i')], {
      'network.isolate': { outputs: { receipt: 'r', points: [] }, takesMs: 60_000 },
      'network.release': { takesMs: 2_000 },
    });
    expect(statuses(run)).toEqual({ i: 'skipped', a: 'done' });
    expect(run.view.steps).toMatchObject([{ endedAtMs: 7_000 }, { startedAtMs: 7_000 }]);
    expect(answers(run)).toEqual(['taken']);
  });

  it('that had come to its end first keeps its end, and the skip is refused', () => {
    const steps = [wait('w', '10s'), wait('v', '1m')];
    const first = play(steps, [skip(9_999, 'w')]);
    expect([statuses(first), answers(first)]).toEqual([{ w: 'skipped', v: 'done' }, ['taken']]);
    const late = play(steps, [skip(10_001, 'w')]);
    expect([statuses(late), answers(late)]).toEqual([{ w: 'done', v: 'done' }, ['step `w` is done: it cannot be skipped any more']]);
  });

  it('is refused where it has not begun, is a block, or does not exist', () => {
    const block = { id: 'p', parallel: { steps: [wait('w', '1m'), noop('a')] } };
    const run = play([block, noop('b')], [skip(1, 'b'), skip(2, 'p'), skip(3, 'zz'), skip(4, 'a')]);
    expect(answers(run)).toEqual([
      'step `b` has not begun: pause the run, and skip it when it is the next',
      'a parallel step cannot be skipped: skip the steps inside `p`',
      'the playbook has no step `zz`',
      'step `a` is done: it cannot be skipped any more',
    ]);
  });

  it('and held by a pause is never begun', () => {
    const run = play([wait('w', '10s'), noop('a'), noop('b')], [at(1, 'pause'), skip(20_000, 'a'), at(30_000, 'resume')]);
    expect(statuses(run)).toEqual({ w: 'done', a: 'skipped', b: 'done' });
    expect(run.view.steps.at(-1)).toMatchObject({ startedAtMs: 30_000 });
  });

  it('in a loop is that one alone', () => {
    const loop = { id: 'l', foreach: { in: [1, 2], concurrency: 2, steps: [wait('w', '1h'), noop('a')] } };
    const run = play([loop], [skip(5_000, 'l[1].w')]);
    expect(run.view.steps.find(({ step }) => step === 'l[1].a')).toMatchObject({ startedAtMs: 5_000 });
    expect(run.view.steps.find(({ step }) => step === 'l[0].a')).toMatchObject({ startedAtMs: 3_600_000 });
  });

  it('of a run that is cancelled meanwhile is refused, and the step is cancelled', () => {
    const run = play(
      [isolate('i'), noop('a')],
      [skip(5_000, 'i')],
      {
        'network.isolate': { outputs: { receipt: 'r', points: [] }, takesMs: 60_000 },
        'network.release': { takesMs: 10_000 },
      },
      { cancel: { atMs: 6_000, by: 'm', reason: 'x' } },
    );
    expect(run.view.outcome).toBe('cancelled');
    expect(answers(run)).toEqual(['step `i` was stopped before it could be skipped']);
  });

  it('whose undo fails fails, as anything that cannot be taken back', () => {
    const run = play([isolate('i'), noop('a')], [skip(5_000, 'i')], {
      'network.isolate': { outputs: { receipt: 'r', points: [] }, takesMs: 60_000 },
      'network.release': { fail: 'access-denied' },
    });
    expect(run.view).toMatchObject({ outcome: 'failed', error: { code: 'effect-failed' } });
    expect(answers(run)).toEqual(['what step `i` did could not be undone']);
  });
});

describe('what races a command', () => {
  const asked = planOf([{ id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '1h' } }, isolate('i')]);
  const opened = (): RunState => {
    const { state, commands } = start(asked, { run: 'r', nowMs: 0, inputs: {}, requester: 'ann' });
    const open = commands.find((command) => command.type === 'open-approval');
    const digest = digestOf((open as OpenApprovalCommand).plan);
    return advance(asked, state, { type: 'approval-opened', step: 'ask', approval: 'a1', digest, nowMs: 1 }).state;
  };
  const skipAsk = { type: 'command' as const, command: skip(0, 'ask').command, nowMs: 2 };
  const decided = (status: 'approved' | 'denied' | 'expired' | 'cancelled') => ({
    type: 'approval-decided' as const,
    approval: 'a1',
    status,
    nowMs: 3,
  });
  const answersOf = (commands: readonly Command[]) =>
    commands.filter((command) => command.type === 'answer-command').map(({ answer }) => answer.status);

  it('a vote that closed the approval before the skip could holds, and the skip is refused', () => {
    const skipping = advance(asked, opened(), skipAsk);
    expect(skipping.commands).toContainEqual({ type: 'close-approval', step: 'ask', approval: 'a1', status: 'cancelled' });
    const { state, commands } = advance(asked, skipping.state, decided('approved'));
    expect([state.steps['ask']?.status, answersOf(commands)]).toEqual(['done', ['refused']]);
    expect(commands.some(({ type }) => type === 'perform')).toBe(true);
  });

  it('a denial before the skip denies', () => {
    const { state, commands } = advance(asked, advance(asked, opened(), skipAsk).state, decided('denied'));
    expect([state.outcome, answersOf(commands)]).toEqual(['denied', ['refused']]);
  });

  it('a vote that comes after the skip counts for nothing', () => {
    const closed = advance(asked, advance(asked, opened(), skipAsk).state, decided('cancelled'));
    expect([closed.state.steps['ask']?.status, answersOf(closed.commands)]).toEqual(['skipped', ['taken']]);
    const { commands, state } = advance(asked, closed.state, decided('approved'));
    expect([commands.filter(({ type }) => type === 'perform'), state.grants]).toEqual([[], {}]);
  });

  it('a skip of an approval that is only being opened closes it as soon as it is there', () => {
    const { state } = start(asked, { run: 'r', nowMs: 0, inputs: {}, requester: 'ann' });
    const skipping = advance(asked, state, skipAsk);
    expect(answersOf(skipping.commands)).toEqual([]);
    const digest = skipping.state.steps['ask']!.approval!.digest;
    const { commands } = advance(asked, skipping.state, { type: 'approval-opened', step: 'ask', approval: 'a1', digest, nowMs: 3 });
    expect(commands).toContainEqual({ type: 'close-approval', step: 'ask', approval: 'a1', status: 'cancelled' });
  });

  it.each(['done', 'failed'] as const)('an action that is %s when it is stopped by a skip', (how) => {
    const plan = planOf([isolate('i'), noop('n')]);
    const { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'ann' });
    const skipping = advance(plan, state, { type: 'command', command: skip(0, 'i').command, nowMs: 2 });
    expect(skipping.commands).toEqual([{ type: 'cancel-action', step: 'i' }]);
    const answer: EngineEvent =
      how === 'done'
        ? { type: 'action-completed', step: 'i', undo: false, outputs: { receipt: 'r', points: [] }, nowMs: 3 }
        : { type: 'action-failed', step: 'i', undo: false, error: { code: 'access-denied', message: 'no' }, nowMs: 3 };
    const { state: after, commands } = advance(plan, skipping.state, answer);
    expect([after.steps['i']?.status, answersOf(commands)]).toEqual(how === 'done' ? ['done', ['refused']] : ['skipped', ['taken']]);
    expect(commands).toContainEqual(expect.objectContaining({ type: 'perform', step: 'n' }));
  });

  it('a run does not end before what it answered is recorded', () => {
    const plan = planOf([wait('w', '1h')]);
    const { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'ann' });
    const { state: skipped, commands } = advance(plan, state, { type: 'command', command: skip(0, 'w').command, nowMs: 2 });
    expect([skipped.phase, commands.filter(({ type }) => type === 'finish')]).toEqual(['settling', []]);
    const [answer] = commands.filter((command) => command.type === 'answer-command');
    const end = advance(plan, skipped, { type: 'command-answered', command: answer!.command, status: 'taken', nowMs: 3 });
    expect(end.commands).toEqual([{ type: 'finish', outcome: 'done' }]);
  });

  it('an unknown kind is refused, whatever brought it', () => {
    const plan = planOf([wait('w', '1h')]);
    const { state } = start(plan, { run: 'r', nowMs: 0, inputs: {}, requester: 'ann' });
    const command = { id: 'c', by: 'ann', reason: 'x', kind: 'constructor' } as unknown as RunCommand;
    const { commands } = advance(plan, state, { type: 'command', command, nowMs: 2 });
    expect(commands).toMatchObject([{ type: 'answer-command', answer: { status: 'refused', error: { code: 'input-invalid' } } }]);
  });
});
