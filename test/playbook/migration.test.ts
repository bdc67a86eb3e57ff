/** A run under way that goes on with another version: what stays, what is asked again, and what stands in the way. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../domain/json.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { migrationOf, type MigrationPreview } from '../../domain/playbook/control/migration.ts';
import { simulate, type PersonAct, type SimulatedRun } from '../../domain/playbook/simulate.ts';
import { answers, at, isolate, noop, planOf, statuses, wait, type At } from './control-fixture.ts';

const fakes = { 'network.isolate': { outputs: { receipt: 'r', points: [] } }, 'network.release': {} };
const ask = (more: JsonObject = {}): JsonObject => ({ id: 'ask', approval: { of: ['i'], roles: ['manager'], expires: '1h', ...more } });
const approve = (atMs: number, who = 'max'): PersonAct => ({ atMs, who, decision: 'approve', step: 'ask' });

type Played = {
  readonly before: readonly JsonObject[];
  readonly after: readonly JsonObject[];
  readonly atMs?: number;
  readonly people?: readonly PersonAct[];
  readonly commands?: readonly At[];
};

function migrated({ before, after, atMs = 5_000, people = [], commands = [] }: Played): {
  readonly run: SimulatedRun;
  readonly preview: MigrationPreview;
} {
  const [plan, next] = [planOf(before), planOf(after, '2.0.0')];
  let live: RunState | undefined;
  const run = simulate({
    plan,
    fakes,
    people,
    commands: [...commands, at(atMs, 'migrate', { plan: next })],
    observe: (state, event) => {
      if (event?.type !== 'command' && (event?.nowMs ?? 0) < atMs && state.version === '1.0.0')
        live = JSON.parse(JSON.stringify(state)) as RunState;
    },
  });
  return { run, preview: migrationOf(plan, next, live!).preview };
}

describe('a run that is migrated', () => {
  it('goes on with the steps of the new version', () => {
    const { run, preview } = migrated({ before: [wait('w', '1m'), noop('old')], after: [wait('w', '1m'), noop('new'), noop('more')] });
    expect(answers(run)).toEqual(['taken']);
    expect(run.view).toMatchObject({ version: '2.0.0', outcome: 'done' });
    expect(statuses(run)).toEqual({ w: 'done', new: 'done', more: 'done' });
    expect(preview).toMatchObject({ blocks: [], added: ['new', 'more'], removed: ['old'], standsAt: ['w'] });
  });

  it('takes back what it did by the old version', () => {
    const { run } = migrated({ before: [isolate('a'), wait('w', '1m')], after: [isolate('a'), wait('w', '1m'), { id: 'f', fail: 'no' }] });
    expect(run.view.outcome).toBe('failed');
    expect(run.effects).toMatchObject([{ step: 'a', undoneAtMs: 60_000 }]);
  });

  it('keeps its timers: a wait ends when it was going to', () => {
    const { run } = migrated({ before: [wait('w', '1m')], after: [wait('w', '1h'), noop('n')] });
    expect(run.view.steps).toMatchObject([{ endedAtMs: 60_000 }, { step: 'n' }]);
  });

  it('does not run again what has ended, however it is written now', () => {
    const { run, preview } = migrated({
      before: [noop('a', { with: { value: 1 } }), wait('w', '1m')],
      after: [noop('a', { with: { value: 2 } }), wait('w', '1m'), noop('b', { with: { value: '${a.value}' } })],
    });
    expect(run.view.steps.at(-1)).toMatchObject({ outputs: { value: 1 } });
    expect(preview.changed).toContainEqual({ step: 'a', now: 'has-ended' });
  });

  it('keeps an open approval of what is the same', () => {
    const { run, preview } = migrated({
      before: [ask(), isolate('i')],
      after: [ask(), isolate('i'), noop('n')],
      people: [approve(10_000)],
    });
    expect(run.approvals).toHaveLength(1);
    expect([run.view.outcome, preview.askedAgain]).toEqual(['done', []]);
  });

  it('asks again for an open approval of what is otherwise now, and the old one is closed', () => {
    const { run, preview } = migrated({
      before: [ask(), isolate('i')],
      after: [ask(), isolate('i', { with: { asset: 'other' } })],
      people: [approve(10_000)],
    });
    expect(run.approvals.map(({ status }) => status)).toEqual(['cancelled', 'approved']);
    expect(run.effects).toMatchObject([{ params: { asset: 'other' } }]);
    expect(preview.askedAgain).toEqual(['ask']);
  });

  it('asks again where a quorum is larger now, though the step itself is the same', () => {
    const { run } = migrated({
      before: [ask(), isolate('i')],
      after: [ask({ quorum: 2 }), isolate('i')],
      people: [approve(10_000), approve(20_000, 'moritz')],
    });
    expect(run.approvals.map(({ status }) => status)).toEqual(['cancelled', 'approved']);
    expect(run.effects).toMatchObject([{ atMs: 20_000 }]);
  });

  it('does not use a grant of what is otherwise now: where it stands right behind the approval it asks again', () => {
    const { run, preview } = migrated({
      before: [ask(), isolate('i')],
      after: [ask(), isolate('i', { with: { asset: 'other' } })],
      commands: [at(1_000, 'pause'), at(30_000, 'resume')],
      people: [approve(2_000), approve(40_000)],
    });
    expect(run.approvals.map(({ status }) => status)).toEqual(['approved', 'approved']);
    expect(run.effects).toMatchObject([{ atMs: 40_000, params: { asset: 'other' } }]);
    expect(preview.askedAgain).toEqual(['ask']);
  });

  it('has no grant left of a rule that is another now, also when the approval that is asked again is skipped', () => {
    const { run } = migrated({
      before: [ask(), isolate('i')],
      after: [ask({ quorum: 2 }), isolate('i')],
      commands: [at(1_000, 'pause'), at(30_000, 'resume'), at(40_000, 'skip', { step: 'ask' })],
      people: [approve(2_000)],
    });
    expect(run.view).toMatchObject({ outcome: 'failed', error: { code: 'approval-missing' } });
    expect(run.effects).toEqual([]);
  });

  it('is refused where a grant is void and cannot be asked for again', () => {
    const { run, preview } = migrated({
      before: [ask(), wait('w', '1m'), isolate('i')],
      after: [ask(), wait('w', '1m'), isolate('i', { with: { asset: 'other' } })],
      people: [approve(1_000)],
    });
    expect(answers(run)).toEqual(['step `i` was approved in another form, and the run is past its approval: rerun it from there instead']);
    expect(run.effects).toMatchObject([{ params: { asset: 'i' } }]);
    expect(preview.blocks).toMatchObject([{ step: 'i' }]);
  });

  it.each<[string, Played, string]>([
    ['has begun and is not there', { before: [noop('a'), wait('w', '1m')], after: [wait('w', '1m')] }, 'step `a` is not in version 2.0.0'],
    [
      'is of another kind',
      { before: [noop('a'), wait('w', '1m')], after: [wait('a', '1s'), wait('w', '1m')] },
      'step `a` is a action step, and a wait step in version 2.0.0',
    ],
    [
      'is in another block',
      { before: [noop('a'), wait('w', '1m')], after: [{ id: 'p', parallel: { steps: [noop('a')] } }, wait('w', '1m')] },
      'step `a` is outside of blocks, and in `p` in version 2.0.0',
    ],
    [
      'is under way and otherwise',
      { before: [{ id: 'w', wait: { signal: 'go', for: '1m' } }], after: [{ id: 'w', wait: { signal: 'stop', for: '1m' } }] },
      'step `w` is under way, and is another step in version 2.0.0',
    ],
    [
      'is the next of a paused run and not there',
      { before: [wait('w', '1s'), noop('a')], after: [wait('w', '1s'), noop('b')], commands: [at(500, 'pause'), at(9_000, 'resume')] },
      'step `a` is not in version 2.0.0',
    ],
  ])('is refused by the name of a step that %s', (_, played, message) => {
    const { run, preview } = migrated(played);
    expect(answers(run)).toContain(message);
    expect(run.view.version).toBe('1.0.0');
    expect(`step \`${preview.blocks[0]?.step}\` ${preview.blocks[0]?.why}`).toBe(message);
  });

  it('begins nothing until the store has recorded it', () => {
    const [plan, next] = [planOf([wait('w', '5s'), noop('a')]), planOf([wait('w', '5s'), noop('a'), noop('b')], '2.0.0')];
    const held: boolean[] = [];
    const run = simulate({
      plan,
      fakes,
      commands: [at(5_000, 'migrate', { plan: next })],
      observe: (state) => void (state.migrating && held.push('a' in state.steps)),
    });
    expect(held.length).toBeGreaterThan(0);
    expect(held).not.toContain(true);
    expect(statuses(run)).toEqual({ w: 'done', a: 'done', b: 'done' });
  });

  it('to its own version, or to another playbook, is refused', () => {
    const plan = planOf([wait('w', '1m')]);
    const run = simulate({ plan, fakes, commands: [at(1, 'migrate', { plan })] });
    expect(answers(run)).toEqual(['the run cannot go on with version 1.0.0: the run goes by version 1.0.0 already']);
  });
});
