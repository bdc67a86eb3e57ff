/** Called playbooks in a simulation: each answers as its fake says, by the name of the playbook. What it did is one thing, taken back at once. */
import { EdictError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Command, EngineEvent, StartChildCommand } from './engine/messages.ts';
import type { ChildEnd } from './engine/state.ts';
import type { Fake } from './simulate.ts';

export type SimulatedChild = {
  readonly step: string;
  readonly playbook: string;
  readonly inputs: JsonObject;
  readonly atMs: number;
  endedAtMs?: number;
  outcome?: string;
  undoneAtMs?: number;
};

/** What a simulation lends. */
export type ChildBench = {
  readonly nowMs: number;
  readonly children: SimulatedChild[];
  readonly later: (atMs: number, event: EngineEvent) => void;
  /** Takes back what was to come later; false when it is not there. */
  readonly drop: (which: (event: EngineEvent) => boolean) => boolean;
  readonly fake: (playbook: string) => Fake | undefined;
};

export function startChild(bench: ChildBench, command: StartChildCommand): void {
  const { step, playbook, version = '1.0.0', inputs, detach } = command;
  const { nowMs } = bench;
  const fake = bench.fake(playbook);
  if (!fake)
    throw new EdictError('input-invalid', `the test has no fake for playbook \`${playbook}\``, {
      help: 'add it under `fakes`, with what it gives',
    });
  const child: SimulatedChild = { step, playbook, inputs, atMs: nowMs };
  bench.children.push(child);
  const run = `simulated-${bench.children.length}`;
  bench.later(nowMs, { type: 'child-started', step, child: { run, version: version.replaceAll('x', '0') }, nowMs });
  if (detach) return;
  const atMs = nowMs + (fake.takesMs ?? 0);
  bench.later(atMs, { type: 'child-ended', step, end: endOf(fake), nowMs: atMs });
}

export function cancelChild(bench: ChildBench, { step }: Extract<Command, { type: 'cancel-child' }>): void {
  const { nowMs } = bench;
  if (bench.drop((event) => event.type === 'child-ended' && event.step === step))
    bench.later(nowMs, { type: 'child-ended', step, end: { outcome: 'cancelled', effects: false }, nowMs });
}

export function undoChild(bench: ChildBench, { step }: Extract<Command, { type: 'undo-child' }>): void {
  const child = bench.children.findLast((each) => each.step === step && each.undoneAtMs === undefined);
  if (child) child.undoneAtMs = bench.nowMs;
  bench.later(bench.nowMs, { type: 'action-completed', step, undo: true, outputs: {}, nowMs: bench.nowMs });
}

export function noteEnd({ children }: Pick<ChildBench, 'children'>, event: EngineEvent): void {
  if (event.type !== 'child-ended') return;
  const child = children.findLast(({ step, endedAtMs }) => step === event.step && endedAtMs === undefined);
  if (child) Object.assign(child, { endedAtMs: event.nowMs, outcome: event.end.outcome });
}

/** A child that failed has taken back what it did. */
function endOf({ outputs, fail, message, outcome, effects }: Fake): ChildEnd {
  if (fail !== undefined) return { outcome: 'failed', error: { code: fail, message: message ?? 'it failed' }, effects: false };
  return { outcome: outcome ?? 'done', effects: effects ?? true, ...(outputs === undefined ? {} : { outputs }) };
}
