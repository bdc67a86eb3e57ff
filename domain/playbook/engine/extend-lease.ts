/**
 * A lease that is to hold longer, or for good: people are asked for exactly that, and until they agree it ends as planned. What ends first
 * decides: once the effect is being taken back, an approval of its extension is closed and counts for nothing.
 */
import { EdictError } from '../../errors.ts';
import type { RunCommandOf } from '../control/command.ts';
import { answerCommand } from './answers.ts';
import type { EffectState, ExtensionState, Fault } from './state.ts';
import { cancelTimer, effectKey, startTimer, timerId, type Turn } from './turn.ts';

export function extendLease(turn: Turn, { id, step, forMs }: RunCommandOf<'extend-lease'>): 'later' {
  const { state } = turn;
  const effect = leased(turn, step);
  if (!effect?.lease) throw new EdictError('run-state-wrong', `step \`${step}\` has no lease that could be extended`, { where: state.run });
  if (state.extensions?.[step]) throw new EdictError('conflict', `people are being asked already to extend the lease of step \`${step}\``);
  const fromMs = effect.lease.untilMs;
  const until = forMs === undefined ? {} : { untilMs: fromMs + forMs };
  (state.extensions ??= {})[step] = { command: id, ...until };
  state.owed[`extend:${step}`] = true;
  const key = effect.key ?? effectKey(state.run, step, effect.invocation ?? 1);
  turn.commands.push({ type: 'ask-extension', step, command: id, effect: key, fromMs, ...until });
  return 'later';
}

/** An effect that its lease will end. */
function leased({ state }: Turn, step: string): EffectState | undefined {
  const index = Object.hasOwn(state.steps, step) ? state.steps[step]?.effect : undefined;
  const effect = index === undefined ? undefined : state.effects[index];
  return effect?.status === 'confirmed' && state.timers[timerId('lease', step)] ? effect : undefined;
}

export function extensionAsked(turn: Turn, step: string, approval: string): void {
  const extension = answeredFor(turn, step);
  if (!extension) return;
  extension.approval = approval;
  const early = turn.state.early[approval];
  delete turn.state.early[approval];
  if (extension.ended) {
    answerCommand(turn, extension.command, { status: 'refused', error: ended(step) });
    return close(turn, step, extension);
  }
  answerCommand(turn, extension.command, { status: 'taken' });
  if (early) extensionDecided(turn, approval, early);
}

export function extensionRefused(turn: Turn, step: string, error: Fault): void {
  const extension = answeredFor(turn, step);
  if (!extension) return;
  delete turn.state.extensions?.[step];
  answerCommand(turn, extension.command, { status: 'refused', error });
}

function answeredFor({ state }: Turn, step: string): ExtensionState | undefined {
  if (!state.owed[`extend:${step}`]) return undefined;
  delete state.owed[`extend:${step}`];
  return state.extensions?.[step];
}

/** Tells whether the approval is one of an extension. */
export function extensionDecided(turn: Turn, approval: string, status: 'approved' | 'denied' | 'expired' | 'cancelled'): boolean {
  const found = Object.entries(turn.state.extensions ?? {}).find(([, extension]) => extension.approval === approval);
  if (!found) return false;
  const [step, extension] = found;
  delete turn.state.extensions?.[step];
  delete turn.state.owed[`close:${step}`];
  const effect = leased(turn, step);
  if (status !== 'approved' || extension.ended || !effect?.lease) return true;
  cancelTimer(turn, timerId('lease', step));
  const { untilMs } = extension;
  if (untilMs === undefined) {
    delete effect.lease;
    effect.permanent = approval;
  } else {
    effect.lease = { ...effect.lease, untilMs };
    startTimer(turn, { kind: 'lease', step, atMs: untilMs });
  }
  return true;
}

/** The effect is being taken back: nobody needs to decide on its lease any more. */
export function dropExtension(turn: Turn, step: string): void {
  const extension = turn.state.extensions?.[step];
  if (!extension || extension.ended) return;
  extension.ended = true;
  if (extension.approval !== undefined) close(turn, step, extension);
}

function close(turn: Turn, step: string, { approval = '' }: ExtensionState): void {
  turn.state.owed[`close:${step}`] = true;
  turn.commands.push({ type: 'close-approval', step, approval, status: 'expired' });
}

const ended = (step: string): Fault => ({
  code: 'run-state-wrong',
  message: `the lease of step \`${step}\` ended before anybody was asked`,
});
