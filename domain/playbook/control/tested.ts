/** What people tell a run, and where a run begins in the middle, in the words of a playbook's tests. */
import { EdictError } from '../../errors.ts';
import { parseDuration } from '../duration.ts';
import type { Plan } from '../plan.ts';
import type { PlaybookTest } from '../playbook-test.schema.ts';
import type { SimulatedRun, Simulation } from '../simulate.ts';
import type { RunCommand } from './command.ts';
import type { Fork, RecordedStep } from './fork.ts';

type Given = PlaybookTest['commands'][number];
type Told = Pick<PlaybookTest, 'commands'>;

const idOf = (index: number): string => `command-${index + 1}`;

export function commandsOf({ commands }: Told): NonNullable<Simulation['commands']> {
  return commands.map((given, index) => ({ atMs: parseDuration(given.at), command: commandOf(given, idOf(index)) }));
}

function commandOf({ by, pause, resume, skip, extend, for: longer, reason }: Given, id: string): RunCommand {
  if (extend !== undefined)
    return { id, by, reason, kind: 'extend-lease', step: extend, ...(longer === undefined ? {} : { forMs: parseDuration(longer) }) };
  if (skip !== undefined) return { id, by, reason, kind: 'skip', step: skip };
  return pause === undefined ? { id, by, reason: resume ?? reason, kind: 'resume' } : { id, by, reason: pause, kind: 'pause' };
}

export function recordedFork({ steps }: Plan, { from, recorded }: NonNullable<PlaybookTest['rerun']>): Fork {
  const records = Object.entries(recorded).map(([step, outputs]): RecordedStep => {
    const kind = Object.hasOwn(steps, step) ? steps[step]?.kind : undefined;
    if (kind === undefined) throw new EdictError('input-invalid', `unknown step \`${step}\` in what was recorded`);
    return { step, kind, status: 'done', startedAtMs: 0, endedAtMs: 0, outputs };
  });
  return { of: 'recorded', from, steps: records };
}

export function commandProblems({ commands }: Told, { answers }: SimulatedRun): readonly string[] {
  return commands.flatMap(({ expect, ...given }, index) => {
    const answer = answers.find(({ command }) => command === idOf(index))?.answer;
    const actual = answer?.status === 'refused' ? answer.error.code : answer?.status;
    if (expect === undefined || expect === actual || expect === answer?.status) return [];
    return [`command ${index + 1} (${commandOf({ ...given, expect }, '').kind}) is ${actual ?? 'not answered'}, expected ${expect}`];
  });
}
