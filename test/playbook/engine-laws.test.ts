/** Laws of the engine over random playbooks, failures, votes and cancellations. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { Command, EngineEvent } from '../../domain/playbook/engine/messages.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { simulate, type Fake, type SimulatedRun, type Simulation } from '../../domain/playbook/simulate.ts';
import { runs } from '../law.ts';

const planOf = (steps: readonly JsonObject[]): Plan =>
  compilePlaybook(JSON.stringify({ playbook: 'p', version: '1.0.0', title: 't', steps }), 'p.yaml').plan;

type Make = (id: () => string) => JsonObject[];
const leaf: fc.Arbitrary<Make> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Make>((id) => [{ id: id(), action: 'control.noop' }]) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Make>(
      (id) => isolate(id()),
      (id) => isolate(id(), { lease: '1m' }),
      (id) => isolate(id(), { on_failure: 'continue' }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Make>(
      (id) => [{ id: id(), wait: '30s' }],
      (id) => [{ id: id(), wait: '2m' }],
      (id) => [{ id: id(), wait: '1m', on_cancel: { steps: [{ id: id(), action: 'control.noop' }, ...isolate(id())] }, summary: 'waited' }],
      (id) => [{ id: id(), wait: { signal: 'go', for: '3m' } }],
      (id) => [{ id: id(), on_failure: 'continue', wait: { signal: { when: 'signal.attributes.n > 1' }, for: '1m' } }],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Make>(
      (id) => [{ id: id(), fail: 'no' }],
      (id) => [{ id: id(), if: 'false', end: 'early' }],
      (id) => [{ id: id(), end: 'early' }],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Make>(
      (id) => [ask(id())],
      (id) => [ask(id(), { lease: '2m' })],
      (id) => [
        { id: id(), on_failure: 'continue', manual: { roles: ['analyst'], instructions: 'x', expires: '50s', on_expired: { fail: 'no' } } },
      ],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constant<Make>((id) => {
      const covered = isolate(id());
      return [{ id: id(), approval: { of: [covered[0]!['id']!], roles: ['manager'], expires: '1m' } }, ...covered];
    }),
  },
);

/** A task that somebody may answer, and that may be taken back. */
function ask(id: string, more: JsonObject = {}): JsonObject {
  const task = { roles: ['analyst'], instructions: 'do it', expires: '1m' };
  return { id, manual: { ...task, remind: ['20s'], escalate: { after: '40s', to: ['manager'] } }, undo: { manual: task }, ...more };
}

function isolate(id: string, more: JsonObject = {}): JsonObject[] {
  return [{ id, action: 'network.isolate', with: { asset: id }, undo: 'network.release', ...more }];
}

const block: (depth: number) => fc.Arbitrary<Make> = fc.memo((depth) => {
  const one = depth <= 1 ? leaf : fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: nested(depth) });
  return fc.array(one, { minLength: 1, maxLength: 4 }).map(
    (makers): Make =>
      (id) =>
        makers.flatMap((make) => make(id)),
  );
});

/** A block may have a time limit, attempts, or both. */
const timing = fc.constantFrom<JsonObject>(
  {},
  {},
  { timeout: '40s' },
  { retry: { attempts: 3, backoff: '10s..30s' } },
  { timeout: '50s', retry: { attempts: 2, backoff: '0s' } },
);

function nested(depth: number): fc.Arbitrary<Make> {
  return fc.tuple(plainNested(depth), timing).map(
    ([make, timed]): Make =>
      (id) =>
        make(id).map((step) => ({ ...step, ...timed })),
  );
}

function plainNested(depth: number): fc.Arbitrary<Make> {
  const inner = block(depth - 1);
  return fc.oneof(
    fc.tuple(inner, inner, fc.boolean()).map(([a, b, handled]): Make => (id) => [
      { id: id(), parallel: { branches: [a(id), b(id)] }, ...(handled ? { on_failure: 'continue' } : {}) },
    ]),
    fc
      .tuple(inner, inner, inner, fc.constantFrom<JsonObject>({ join: 'any' }, { join: { count: 2 } }, { join: 'any', rest: 'keep' }))
      .map(([a, b, c, join]): Make => (id) => [{ id: id(), parallel: { ...join, branches: [a(id), b(id), c(id)] } }]),
    fc
      .tuple(inner, fc.integer({ min: 1, max: 3 }), fc.constantFrom('fail-fast', 'collect'))
      .map(([body, concurrency, on_error]): Make => (id) => [
        { id: id(), foreach: { in: [1, 2, 3], concurrency, on_error, steps: body(id) } },
      ]),
    fc.tuple(inner, inner, fc.integer({ min: 0, max: 3 })).map(([a, b, on]): Make => (id) => [
      {
        id: id(),
        switch: {
          on: `${on}`,
          cases: [1, 2].map((when) => ({ when, steps: when === 1 ? a(id) : b(id) })),
          ...(on === 0 ? {} : { default: 'continue' }),
        },
      },
    ]),
    fc.tuple(inner, fc.integer({ min: 1, max: 3 })).map(([body, turns]): Make => (id) => [
      { id: id(), while: { if: `index < ${turns}`, max: 2, steps: body(id) } },
    ]),
    // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
    fc.tuple(inner, inner, fc.boolean()).map(([a, b, holds]): Make => (id) => [{ id: id(), if: String(holds), then: a(id), else: b(id) }]),
  );
}

const fakes = (codes: readonly (ErrorCode | undefined)[]): fc.Arbitrary<Fake[]> =>
  fc.array(fc.record({ fail: fc.constantFrom(undefined, undefined, undefined, ...codes), takesMs: fc.constantFrom(0, 0, 5_000, 70_000) }), {
    minLength: 1,
    maxLength: 12,
  });

const world = fc.record({
  make: block(3),
  noop: fakes(['not-found', 'timeout']),
  isolated: fakes(['timeout', 'access-denied', 'effect-failed']),
  released: fakes([]),
  votes: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 300_000 }),
      decision: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const),
      at: fc.nat(12),
    }),
    { maxLength: 20 },
  ),
  tasks: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 400_000 }),
      does: fc.constantFrom('answer' as const, 'answer' as const, 'claim' as const),
      at: fc.nat(12),
    }),
    { maxLength: 20 },
  ),
  signals: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 300_000 }), id: fc.nat(3), n: fc.nat(3) }), { maxLength: 8 }),
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 400_000 })),
  commands: fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 300_000 }),
      kind: fc.constantFrom('pause' as const, 'resume' as const, 'skip' as const, 'skip' as const),
      at: fc.nat(12),
      item: fc.option(fc.nat(2)),
    }),
    { maxLength: 8 },
  ),
});

/** Of steps at the top, and of some inside the first loops; whoever paused it, in the end somebody resumes it. */
function told(given: World['commands']): NonNullable<Simulation['commands']> {
  const by = { by: 'm', reason: 'x' };
  const commands = given.map(({ atMs, kind, at, item }, index) => {
    const id = `c${index}`;
    const step = item === null ? `s${at}` : `s${at}[${item}].s${at + 1}`;
    return { atMs, command: kind === 'skip' ? { ...by, id, kind, step } : { ...by, id, kind } };
  });
  return [...commands, { atMs: 500_000, command: { ...by, id: 'last', kind: 'resume' } }];
}

const goSignal = (id: string, n: number): Signal => ({
  id,
  kind: 'go',
  severity: 'low',
  at: '2026-01-01T00:00:00Z',
  title: 'go',
  key: 'k',
  attributes: { n },
});

type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function play(
  { make, noop, isolated, released, votes, tasks, signals, cancelAtMs, commands }: World,
  observe?: (state: RunState, event: EngineEvent | undefined, commands: readonly Command[]) => RunState | void,
): SimulatedRun {
  let ids = 0;
  const steps = make(() => `s${ids++}`);
  return simulate({
    plan: planOf(steps),
    fakes: { 'control.noop': noop, 'network.isolate': isolated, 'network.release': released },
    people: votes.map(({ atMs, decision, at }, index) => ({ atMs, decision, who: `m-${index}`, step: `s${at}` })),
    tasks: tasks.map(({ atMs, does, at }, index) => ({ atMs, does, who: `a-${index % 3}`, step: `s${at}`, outputs: {} })),
    signals: signals.map(({ atMs, id, n }) => ({ atMs, signal: goSignal(`go-${id}`, n) })),
    commands: told(commands),
    cancel: cancelAtMs === null ? undefined : { atMs: cancelAtMs, by: 'm', reason: 'x' },
    observe,
  });
}

describe('for every playbook and whatever happens', () => {
  it('a run goes on from its state as JSON as if nothing had been', () => {
    fc.assert(
      fc.property(world, (given) => {
        const carried = play(given, (state) => JSON.parse(JSON.stringify(state)) as RunState);
        expect(JSON.stringify(carried)).toBe(JSON.stringify(play(given)));
      }),
      runs(80),
    );
  });

  it('a run finishes exactly once, with nothing under way, owed, timed or held', () => {
    fc.assert(
      fc.property(world, (given) => {
        let finishes = 0;
        let last: RunState | undefined;
        const { view } = play(given, (state, _, commands) => {
          finishes += commands.filter(({ type }) => type === 'finish').length;
          last = state;
        });
        expect({ finishes, status: view.status }).toEqual({ finishes: 1, status: 'ended' });
        expect([last?.active, last?.owed, last?.timers]).toEqual([{}, {}, {}]);
        expect(view.steps.filter(({ status }) => ['running', 'waiting', 'undoing'].includes(status))).toEqual([]);
      }),
      runs(120),
    );
  });

  it('each effect is performed once and undone at most once; a run that failed leaves none, and no lease is left open', () => {
    fc.assert(
      fc.property(world, (given) => {
        const performed: string[] = [];
        const undone: string[] = [];
        let last: RunState | undefined;
        const { view, effects } = play(given, (state, __, commands) => {
          last = state;
          for (const command of commands) {
            if (command.type !== 'perform' || command.action === 'control.noop') continue;
            const key = `${command.step}#${command.invocation}`;
            if (command.undoes === undefined) performed.push(key);
            else undone.push(key);
          }
        });
        expect(new Set(performed).size).toBe(performed.length);
        expect(new Set(undone).size).toBe(undone.length);
        expect(undone.every((step) => performed.includes(step))).toBe(true);
        if ((view.outcome === 'failed' || view.outcome === 'cancelled') && last?.undoFrom !== -1)
          expect(effects.filter(({ undoneAtMs }) => undoneAtMs === undefined)).toEqual([]);
        const leased = effects.filter(({ step }) => view.steps.find((each) => each.step === step)?.untilMs !== undefined);
        expect(leased).toEqual([]);
      }),
      runs(120),
    );
  });

  it('what people did is taken back by one task each when the run goes back, and a task is asked for once', () => {
    fc.assert(
      fc.property(world, (given) => {
        let last: RunState | undefined;
        const { view, tasks } = play(given, (state) => void (last = state));
        const asked = tasks.map(({ command: { step, invocation, undo } }) => `${step}#${invocation}${undo ? ' undo' : ''}`);
        expect(new Set(asked).size).toBe(asked.length);
        expect(tasks.filter(({ status }) => status === 'open')).toEqual([]);
        // A run whose lease alone could not be taken back has failed, and does not go back.
        if ((view.outcome !== 'failed' && view.outcome !== 'cancelled') || last?.undoFrom === -1) return;
        expect(last?.effects.filter(({ status }) => status === 'confirmed' || status === 'uncertain')).toEqual([]);
        const done = tasks.filter(({ command, status }) => !command.undo && status === 'answered' && command.title !== '');
        const withUndo = done.filter(({ command }) => last?.effects.some(({ step, manual }) => manual && step === command.step));
        for (const { command } of withUndo) expect(asked).toContain(`${command.step}#${command.invocation} undo`);
      }),
      runs(200),
    );
  });

  it('of the rest of a join nothing stays in force, unless it is kept or the run goes back altogether', () => {
    const branch = block(2);
    const joins = fc.record({
      world,
      branches: fc.array(branch, { minLength: 2, maxLength: 4 }),
      join: fc.constantFrom<JsonObject>({ join: 'any' }, { join: { count: 2 } }),
    });
    fc.assert(
      fc.property(joins, ({ world: given, branches, join }) => {
        let last: RunState | undefined;
        const make: Make = (id) => [{ id: id(), parallel: { ...join, branches: branches.map((each) => each(id)) } }];
        const { view, effects } = play({ ...given, make }, (state) => void (last = state));
        const joined = last?.steps['s0'];
        if (view.outcome !== 'done' || !joined?.joined) return;
        const plan = planOf(
          make(
            (
              (ids) => () =>
                `s${ids++}`
            )(0),
          ),
        );
        const { branchOf } = (plan.steps['s0'] as { join: { branchOf: { [step: string]: number } } }).join;
        const topOf = (key: string): string => {
          let id = last!.steps[key]!.id;
          while (plan.steps[id]?.in !== 's0') id = plan.steps[id]!.in!;
          return id;
        };
        const left = effects.filter(({ step, undoneAtMs }) => undoneAtMs === undefined && !joined.won!.includes(branchOf[topOf(step)]!));
        expect(left).toEqual([]);
      }),
      runs(150),
    );
  });

  it('a rollback goes from the newest to the oldest', () => {
    fc.assert(
      fc.property(world, (given) => {
        const confirmed: string[] = [];
        const rolledBack: string[] = [];
        const invocations: { [step: string]: number } = {};
        play({ ...given, cancelAtMs: 0 + (given.cancelAtMs ?? 50_000) }, (state, event, commands) => {
          if (event?.type === 'action-completed' && !event.undo) confirmed.push(`${event.step}#${invocations[event.step]}`);
          for (const command of commands) {
            if (command.type !== 'perform') continue;
            if (command.undoes === undefined) invocations[command.step] = command.invocation;
            else if (state.phase === 'undoing') rolledBack.push(`${command.step}#${command.invocation}`);
          }
        });
        const order = rolledBack.map((key) => confirmed.indexOf(key)).filter((at) => at >= 0);
        expect(order).toEqual(order.toSorted((a, b) => b - a));
      }),
      runs(80),
    );
  });
});
