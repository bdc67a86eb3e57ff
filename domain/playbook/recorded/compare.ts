/** How runs that were recorded would have gone with another version of a playbook, and how many of them otherwise. Pure. */
import { EdictError } from '../../errors.ts';
import { differencesOf, type Difference } from '../compare.ts';
import { triggeredBy } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import type { SimulatedRun } from '../simulate.ts';
import { performancesOf } from './answers.ts';
import type { RecordedRun } from './record.ts';
import { replay, replayAsRecorded, type Replayed, type ReplayOptions } from './replay.ts';

/** `undecided`: something was asked that nobody recorded. */
export type Verdict = 'same' | 'different' | 'undecided';

export type Comparison = {
  readonly run: string;
  /** The version that ran. */
  readonly playbook: string;
  readonly version: string;
  readonly verdict: Verdict;
  readonly differences: readonly Difference[];
  /** Of `undecided`: why, and what to say to have it decided. */
  readonly reason?: string | undefined;
  readonly help?: string | undefined;
  /** How far the version came. */
  readonly path: readonly string[];
  readonly notes: readonly string[];
  readonly before?: SimulatedRun | undefined;
  readonly after?: SimulatedRun | undefined;
};

export type Tally = { readonly runs: number } & { readonly [V in Verdict]: number };

/** `others`: runs of the same incident; what they asked of actions is known too. */
export function compareWithRecorded(
  plan: Plan,
  recorded: RecordedRun,
  { others = [], ...options }: ReplayOptions & { readonly others?: readonly RecordedRun[] | undefined } = {},
): Comparison {
  const known = { run: recorded.run, playbook: recorded.plan.playbook, version: recorded.plan.version };
  try {
    const before = replayAsRecorded(recorded, { watch: options.watch });
    const pool = [before.performances, ...others.map((other) => replayAsRecorded(other, { watch: options.watch }).performances)].flat();
    // A run that cannot be gone through to its end is known by its view alone.
    const answers = before.stopped ? [...performancesOf(recorded), ...pool] : pool;
    const all = [recorded, ...others];
    const askings = { approvals: all.flatMap(({ approvals }) => approvals), tasks: all.flatMap(({ tasks }) => tasks) };
    return { ...known, ...judged(plan, recorded, before, replay(plan, recorded, { pool: answers, askings, ...options })) };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return {
      ...known,
      verdict: 'undecided',
      differences: [],
      reason: error.message,
      help: error.expected ?? error.help,
      path: [],
      notes: [],
    };
  }
}

function judged(plan: Plan, recorded: RecordedRun, before: Replayed, after: Replayed): Omit<Comparison, 'run' | 'playbook' | 'version'> {
  const notes = [...(before.run ? unlike(recorded, before.run) : []), ...after.notes];
  const stopped = before.stopped ?? after.stopped;
  const both = { before: before.run, after: after.run };
  if (stopped || !before.run || !after.run) {
    const reason = before.stopped ? `what was recorded does not lead to its end: ${before.stopped.reason}` : stopped?.reason;
    return { verdict: 'undecided', differences: [], reason, help: stopped?.help, path: stopped?.path ?? [], notes, ...both };
  }
  const differences = [...startDifference(plan, recorded), ...differencesOf(before.run, after.run)];
  return { verdict: differences.length === 0 ? 'same' : 'different', differences, path: after.run.path, notes, ...both };
}

/** A run that a signal started would not have been started by a version that does not want the signal. */
function startDifference(plan: Plan, { signal, plan: old }: RecordedRun): readonly Difference[] {
  if (signal === undefined || !triggeredBy(old, signal) || triggeredBy(plan, signal)) return [];
  return [{ what: 'started by the signal', before: true, after: false }];
}

/** Where going through it again does not give what was recorded, as after a race of two answers: said, not hidden. */
function unlike({ view }: RecordedRun, { view: again }: SimulatedRun): readonly string[] {
  if (view.outcome !== again.outcome) return [`gone through again it ends \`${again.outcome}\`, and was recorded as \`${view.outcome}\``];
  const [was, is] = [view, again].map(({ steps }) => new Map(steps.map(({ step, status }) => [step, status])));
  const steps = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].filter((step) => {
    // A lease that was still held is over in the end.
    if (view.status === 'leased' && was?.get(step) === 'done' && is?.get(step) === 'undone') return false;
    return was?.get(step) !== is?.get(step);
  });
  if (steps.length === 0) return [];
  return [`gone through again, other than recorded: ${steps.map((step) => `\`${step}\` ${is?.get(step) ?? 'not entered'}`).join(', ')}`];
}

export function tallyOf(comparisons: readonly Pick<Comparison, 'verdict'>[]): Tally {
  const count = (verdict: Verdict): number => comparisons.filter((each) => each.verdict === verdict).length;
  return { runs: comparisons.length, same: count('same'), different: count('different'), undecided: count('undecided') };
}
