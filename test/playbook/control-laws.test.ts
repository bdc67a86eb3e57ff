/** Laws of run control: a pause at any moment changes when things happen and nothing else, and a preview is what the cancellation does. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { cancelPreview, type CancelPreview } from '../../domain/playbook/control/cancel-preview.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { simulate, type SimulatedRun, type Simulation } from '../../domain/playbook/simulate.ts';
import { at, isolate, noop, planOf, wait, type At } from './control-fixture.ts';
import { runs } from '../law.ts';

type Make = (id: () => string) => JsonObject[];

/** Steps that end well whenever they run: which of two was first decides nothing. */
const leaf: fc.Arbitrary<Make> = fc.constantFrom<Make>(
  (id) => [noop(id())],
  (id) => [isolate(id())],
  (id) => [wait(id(), '30s')],
  (id) => [{ id: id(), manual: { roles: ['analyst'], instructions: 'do it', expires: '30d' } }],
  (id) => {
    const covered = isolate(id());
    return [{ id: id(), approval: { of: [covered['id']!], roles: ['manager'], expires: '30d' } }, covered];
  },
);

const block: (depth: number) => fc.Arbitrary<Make> = fc.memo((depth) => {
  const one = depth <= 1 ? leaf : fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: nested(depth) });
  return fc.array(one, { minLength: 1, maxLength: 4 }).map(
    (makers): Make =>
      (id) =>
        makers.flatMap((make) => make(id)),
  );
});

function nested(depth: number): fc.Arbitrary<Make> {
  const inner = block(depth - 1);
  return fc.oneof(
    fc.tuple(inner, inner).map(([a, b]): Make => (id) => [{ id: id(), parallel: { branches: [a(id), b(id)] } }]),
    fc.tuple(inner, fc.integer({ min: 1, max: 3 })).map(([body, concurrency]): Make => (id) => [
      { id: id(), foreach: { in: [1, 2, 3], concurrency, steps: body(id) } },
    ]),
    fc.tuple(inner, fc.integer({ min: 1, max: 3 })).map(([body, turns]): Make => (id) => [
      { id: id(), while: { if: `index < ${turns}`, max: 3, steps: body(id) } },
    ]),
    fc.tuple(inner, inner, fc.boolean()).map(([a, b, first]): Make => (id) => [
      { id: id(), switch: { on: first ? '1' : '2', cases: [{ when: 1, steps: a(id) }], default: b(id) } },
    ]),
  );
}

const takes = fc.array(fc.constantFrom(0, 0, 5_000, 70_000), { minLength: 1, maxLength: 8 });
const world = fc.record({ make: block(3), noops: takes, isolates: takes, releases: takes });
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

const everyMs = 20_000;
const lastMs = 1_000_000;

function simulationOf({ make, noops, isolates, releases }: World): Simulation {
  let ids = 0;
  const plan = planOf(make(() => `s${ids++}`));
  const times = Array.from({ length: lastMs / everyMs }, (_, index) => (index + 1) * everyMs);
  // Whoever is asked answers sooner or later: all are asked again and again.
  const asked = Object.values(plan.steps).filter(({ kind }) => kind === 'approval' || kind === 'manual');
  const acts = times.flatMap((atMs) => asked.map(({ id, kind }) => ({ atMs, id, kind })));
  return {
    plan,
    fakes: {
      'control.noop': noops.map((takesMs) => ({ takesMs })),
      'network.isolate': isolates.map((takesMs) => ({ takesMs, outputs: { receipt: 'r', points: [] } })),
      'network.release': releases.map((takesMs) => ({ takesMs })),
    },
    people: acts.filter(({ kind }) => kind === 'approval').map(({ atMs, id }) => ({ atMs, who: 'max', decision: 'approve', step: id })),
    tasks: acts
      .filter(({ kind }) => kind === 'manual')
      .map(({ atMs, id }) => ({ atMs, who: 'ann', does: 'answer', step: id, outputs: {} })),
  };
}

/** What happened, without when and in which order. */
function whatHappened({ view, effects }: SimulatedRun): object {
  const steps = view.steps.map(({ step, status }) => `${step} ${status}`).toSorted();
  return { outcome: view.outcome, steps, effects: effects.map(({ step, undoneAtMs }) => `${step} ${undoneAtMs !== undefined}`).toSorted() };
}

describe('a pause at any moment', () => {
  it('and a resume come to the same as no pause', () => {
    const pauses = fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 1, max: 150_000 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(world, pauses, (given, paused) => {
        const commands = paused.flatMap(([fromMs, forMs]): At[] => [at(fromMs, 'pause'), at(fromMs + forMs, 'resume')]);
        const simulation = simulationOf(given);
        const straight = simulate(simulation);
        fc.pre(straight.view.status === 'ended' && straight.endedAtMs < 300_000);
        expect(whatHappened(simulate({ ...simulation, commands: [...commands, at(600_000, 'resume')] }))).toEqual(whatHappened(straight));
      }),
      runs(150),
    );
  });

  it('begins nothing but what makes safe until the resume', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 100_000 }), (given, fromMs) => {
        const begun: string[] = [];
        let wasPaused = false;
        simulate({
          ...simulationOf(given),
          commands: [at(fromMs, 'pause'), at(fromMs + 50_000, 'resume')],
          observe: (state, _, commands) => {
            if (wasPaused && state.paused)
              for (const command of commands)
                if (
                  ['open-approval', 'open-task', 'start-child'].includes(command.type) ||
                  (command.type === 'perform' && command.undoes === undefined)
                )
                  begun.push(command.type);
            wasPaused = state.paused !== undefined;
          },
        });
        expect(begun).toEqual([]);
      }),
      runs(100),
    );
  });
});

describe('the preview of a cancellation at any moment', () => {
  it('names what the cancellation undoes, in its order, and leaves the state as it is', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 150_000 }), (given, atMs) => {
        let before: RunState | undefined;
        let preview: CancelPreview | undefined;
        const undone: string[] = [];
        const simulation = simulationOf(given);
        const run = simulate({
          ...simulation,
          cancel: { atMs, by: 'm', reason: 'x' },
          observe: (state, event, commands) => {
            if (event?.type === 'cancel-requested' && before) preview = cancelPreview(simulation.plan, before, atMs);
            if (preview)
              for (const command of commands) if (command.type === 'perform' && command.undoes !== undefined) undone.push(command.step);
            before = JSON.parse(JSON.stringify(state)) as RunState;
          },
        });
        fc.pre(preview !== undefined && run.view.outcome === 'cancelled');
        expect(preview?.undone.filter(({ by }) => !by.startsWith('task')).map(({ step }) => step)).toEqual(undone);
      }),
      runs(150),
    );
  });
});
