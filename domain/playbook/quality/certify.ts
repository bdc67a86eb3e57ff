/**
 * Certifies that a playbook outlives its driver: each of its test cases is run once and its events are recorded; then it is run again
 * with the driver killed after every event (all that is left is the state as JSON), every answer delivered again at once and later, as
 * after a command that was delivered twice, and every action answering an hour late. Nothing of that may be done twice, be lost or
 * change a decision. Pure: the engine in memory, in virtual time.
 */
import { canonicalJson } from '../../digest.ts';
import type { Json } from '../../json.ts';
import { advance, start, type Advance } from '../engine/engine.ts';
import type { Command, EngineEvent } from '../engine/messages.ts';
import type { RunState } from '../engine/state.ts';
import type { Plan } from '../plan.ts';
import { simulate, type Fake, type Simulation } from '../simulate.ts';

export type CertifiedCase = { readonly name: string; readonly simulation: Simulation };

export type Certificate = {
  readonly playbook: string;
  readonly version: string;
  readonly digest: string;
  readonly cases: number;
  readonly events: number;
  /** The driver died, and went on from the state as JSON. */
  readonly kills: number;
  /** Answers that came again, at once or later, the same or another. */
  readonly repeats: number;
  /** Runs in which one action answered an hour late. */
  readonly delays: number;
};
/** The first place where it is not crash-safe. */
export type Weakness = { readonly case: string; readonly step: string; readonly what: string };
export type Certification = { readonly certificate: Certificate } | { readonly weakness: Weakness };

/** The engine that is certified; another one in tests of this module alone. */
export type Engine = { readonly start: typeof start; readonly advance: typeof advance; readonly simulate: typeof simulate };

type Turn = { readonly event: EngineEvent; readonly commands: string };
type Bench = { readonly plan: Plan; readonly engine: Engine; readonly name: string; kills: number; repeats: number };

export function certify(plan: Plan, cases: readonly CertifiedCase[], engine: Engine = { start, advance, simulate }): Certification {
  const sum = { events: 0, kills: 0, repeats: 0, delays: 0 };
  try {
    for (const { name, simulation } of cases) {
      const bench: Bench = { plan, engine, name, kills: 0, repeats: 0 };
      const turns = record(simulation);
      replay(bench, simulation, turns);
      sum.events += turns.length;
      sum.kills += bench.kills;
      sum.repeats += bench.repeats;
      sum.delays += delayed(bench, simulation);
    }
  } catch (error) {
    if (error instanceof Found) return { weakness: error.weakness };
    throw error;
  }
  return { certificate: { playbook: plan.playbook, version: plan.version, digest: plan.digest, cases: cases.length, ...sum } };
}

/** Leaves the walk at the first weakness. */
class Found extends Error {
  readonly weakness: Weakness;
  constructor(weakness: Weakness) {
    super(weakness.what);
    this.weakness = weakness;
  }
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const text = (value: unknown): string => canonicalJson(copy(value) as Json);

function record(simulation: Simulation): readonly Turn[] {
  const turns: Turn[] = [];
  simulate({
    ...simulation,
    observe: (_, event, commands) => {
      if (event !== undefined) turns.push({ event: copy(event), commands: text(commands) });
    },
  });
  return turns;
}

function begin({ plan, engine }: Bench, { inputs = {}, signal, incident, requester = 'simulation', fork }: Simulation): Advance {
  return engine.start(plan, { run: 'simulated', nowMs: 0, inputs, signal, incident, requester, fork });
}

function replay(bench: Bench, simulation: Simulation, turns: readonly Turn[]): void {
  let { state } = begin(bench, simulation);
  turns.forEach(({ event, commands }, index) => {
    const survived = copy(state);
    bench.kills++;
    const next = bench.engine.advance(bench.plan, survived, event);
    if (text(next.commands) !== commands) throw weak(bench, event, 'goes on otherwise after the driver was killed');
    state = next.state;
    for (const past of pastOf(turns, index))
      for (const again of repeatsOf(past.event)) repeat(bench, state, { ...again, nowMs: event.nowMs });
  });
}

/** All answers up to here; of long runs the newest and some of the older ones, so that the whole stays linear. */
function pastOf(turns: readonly Turn[], index: number): readonly Turn[] {
  const past = turns.slice(0, index + 1);
  if (turns.length <= 100) return past;
  const stride = Math.max(1, Math.floor(past.length / 10));
  return past.filter((_, at) => at === index || at % stride === 0);
}

/** The same answer, and the other one that a command which was delivered twice can have. */
function repeatsOf(event: EngineEvent): readonly EngineEvent[] {
  const { nowMs } = event;
  if (event.type === 'action-completed') {
    const { step, undo } = event;
    return [event, { type: 'action-failed', step, undo, nowMs, error: { code: 'dependency-unavailable', message: 'delivered twice' } }];
  }
  if (event.type === 'action-failed') return [event, { type: 'action-completed', step: event.step, undo: event.undo, nowMs, outputs: {} }];
  return [event, ...othersOf(event)];
}

/** What people, or a called playbook, could have said instead. */
function othersOf(event: EngineEvent): readonly EngineEvent[] {
  switch (event.type) {
    case 'approval-decided':
      return [{ ...event, status: event.status === 'approved' ? 'denied' : 'approved' }];
    case 'task-answered':
      return [{ type: 'task-closed', task: event.task, status: 'expired', claimed: false, nowMs: event.nowMs }];
    case 'task-closed':
      return [{ type: 'task-answered', task: event.task, by: 'somebody', outputs: {}, nowMs: event.nowMs }];
    case 'child-ended':
      return [{ ...event, end: { ...event.end, outcome: event.end.outcome === 'done' ? 'failed' : 'done' } }];
    default:
      return [];
  }
}

function repeat(bench: Bench, state: RunState, event: EngineEvent): void {
  // A step that runs again, as in a loop, owes an answer by the same name: that answer is no repeat.
  if (isAwaited(state, event)) return;
  bench.repeats++;
  const before = text(state);
  const { state: after, commands } = bench.engine.advance(bench.plan, copy(state), event);
  if (commands.length > 0) throw weak(bench, event, `does \`${commands[0]?.type}\` when an answer comes twice`);
  if (text(after) !== before) throw weak(bench, event, 'changes when an answer comes twice');
}

function isAwaited(state: RunState, event: EngineEvent): boolean {
  if (event.type === 'action-completed' || event.type === 'action-failed')
    return state.owed[`${event.undo ? 'undo' : 'act'}:${event.step}`] === true;
  if (event.type === 'child-started' || event.type === 'child-ended') return state.owed[`child:${event.step}`] === true;
  // A block that is gone through again asks again.
  if (event.type === 'approval-opened' || event.type === 'approval-failed') return isOpening(state, event.step, false);
  if (event.type === 'task-opened' || event.type === 'task-failed') return isOpening(state, event.step, event.undo);
  return isNews(state, event);
}

/** What is no answer: it may come again, and mean something then. */
function isNews(state: RunState, event: EngineEvent): boolean {
  // A signal that nobody took may be taken by a later step.
  if (event.type === 'signal-received') return state.heard?.[event.signal.id] !== true;
  // A second cancellation stops what the first one runs.
  if (event.type === 'cancel-requested') return state.phase === 'cancelling';
  if (event.type === 'command') return state.taken?.[event.command.id] !== true;
  return event.type === 'timer-fired' && Object.hasOwn(state.timers, event.timer);
}

function isOpening({ owed, steps }: RunState, key: string, undo: boolean): boolean {
  if (!undo) return owed[`open:${key}`] === true;
  const task = steps[key]?.undoTask;
  return task !== undefined && task.id === undefined;
}

const lateMs = 3_600_000;

/** One run for each action, in which it answers an hour late. */
function delayed(bench: Bench, simulation: Simulation): number {
  const names = Object.keys(simulation.fakes);
  for (const name of names) {
    const fakes = Object.entries(simulation.fakes).map(([action, fake]) => [action, action === name ? late(fake) : fake] as const);
    checkRun(bench, { ...simulation, fakes: Object.fromEntries(fakes) }, name);
  }
  return names.length;
}

function late(fake: Fake | readonly Fake[]): readonly Fake[] {
  return (Array.isArray(fake) ? (fake as readonly Fake[]) : [fake as Fake]).map((each) => ({
    ...each,
    takesMs: (each.takesMs ?? 0) + lateMs,
  }));
}

/** What may come once for each time that its step is gone through. */
function onceOf(command: Command): string | undefined {
  if (command.type === 'perform') return `${command.undoes === undefined ? 'act' : 'undo'}:${command.step}#${command.invocation}`;
  if (command.type === 'open-task') return `${command.undo ? 'undo-task' : 'task'}:${command.step}#${command.invocation}`;
  return command.type === 'start-child' ? `child:${command.step}#${command.invocation}` : undefined;
}

/** It ends, does nothing twice, and takes back what it did when it fails. */
function checkRun(bench: Bench, simulation: Simulation, late: string): void {
  const performed = new Set<string>();
  let last: RunState | undefined;
  const once = (commands: readonly Command[]): void => {
    for (const command of commands) {
      const key = onceOf(command);
      if (key === undefined) continue;
      if (performed.has(key))
        throw new Found({ case: bench.name, step: stepOf(command), what: `is performed twice when \`${late}\` is late` });
      performed.add(key);
    }
  };
  const run = bench.engine.simulate({
    ...simulation,
    observe: (state, _, commands) => {
      last = state;
      once(commands);
    },
  });
  const where = run.view.steps.find(({ action }) => action === late)?.step ?? simulation.plan.start;
  if (run.view.status !== 'ended')
    throw new Found({ case: bench.name, step: where, what: `the run does not end when \`${late}\` is late` });
  const left = last?.error === undefined ? undefined : last.effects.find(({ status }) => status === 'confirmed' || status === 'uncertain');
  if (left) throw new Found({ case: bench.name, step: left.step, what: `is not taken back when \`${late}\` is late` });
}

function weak({ name }: Bench, event: EngineEvent, what: string): Found {
  return new Found({ case: name, step: stepOf(event), what: `${what} (${event.type})` });
}

function stepOf(event: EngineEvent | Command): string {
  if ('step' in event) return event.step;
  if ('timer' in event) return event.timer;
  if ('task' in event) return event.task;
  if (event.type === 'command' || event.type === 'command-answered') return 'the run';
  return 'approval' in event ? event.approval : 'the run';
}
