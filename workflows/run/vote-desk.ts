/** Where votes come in: what can be refused at once is refused here; whether a vote counts, an activity decides. */
import { ActivityFailure, ApplicationFailure, log, patched } from '@temporalio/workflow';
import type { VoteOutcome } from '../../activities/contract.ts';
import type { SignedVote } from '../../domain/playbook/approval.ts';
import type { Fault, RunState, StepState } from '../../domain/playbook/engine/state.ts';
import { failureOfFault, faultOf } from '../fault.ts';
import { control } from '../options.ts';
import { feed, type RunDriver } from './driver.ts';

export type VoteDesk = { readonly voters: { [approval: string]: string[] }; refusedSignals: number };

/** Each refusal is an activity and a row of the ledger: who floods a run with votes gets so many. */
const refusedSignalsAtMost = 100;

/** The update's validator: synchronous and without effect, and therefore without a record. It keeps out what is no vote at all. */
export function formFault(driver: RunDriver | undefined, signed: SignedVote): Fault | undefined {
  if (!isVote(signed)) return { code: 'input-invalid', message: 'a vote has an approval, a digest, a voter and a signature' };
  return driver?.finished ? { code: 'approval-closed', message: `approval \`${signed.vote.approval}\` is not open` } : undefined;
}

/** What the run itself knows against it. The store has the last word, and records it. */
function refusalOf(desk: VoteDesk, driver: RunDriver, { vote: { approval, digest, by } }: SignedVote): Fault | undefined {
  const closed: Fault = { code: 'approval-closed', message: `approval \`${approval}\` is not open` };
  const { state } = driver;
  const step = approvalStep(state, approval);
  // It may have been opened in the store a moment ago: the store decides.
  if (!step) return Object.keys(state.owed).some((owed) => owed.startsWith('open:')) ? undefined : closed;
  if (step.status !== 'waiting') return closed;
  if (step.approval?.digest !== digest)
    return { code: 'approval-digest-changed', message: `the vote is on another plan than approval \`${approval}\`` };
  if (by === state.requester) return { code: 'approval-by-requester', message: `\`${by}\` asked for this run and may not approve it` };
  if (desk.voters[approval]?.includes(by)) return { code: 'approval-vote-repeated', message: `\`${by}\` has voted already` };
  return undefined;
}

function approvalStep({ approvals, steps }: RunState, approval: string): StepState | undefined {
  const key = Object.hasOwn(approvals, approval) ? approvals[approval] : undefined;
  return key === undefined ? undefined : steps[key];
}

/** What comes through Temporal may be anything. */
function isVote(signed: unknown): signed is SignedVote {
  const { vote, signature } = (signed ?? {}) as Partial<SignedVote>;
  return typeof signature === 'string' && [vote?.approval, vote?.digest, vote?.by].every((part) => typeof part === 'string');
}

/** Both doors, update and signal, end here. Throws the typed refusal. */
export async function castVote(desk: VoteDesk, driver: RunDriver, signed: SignedVote): Promise<VoteOutcome> {
  const refused = formFault(driver, signed) ?? unrecordedRefusal(desk, driver, signed);
  if (refused) throw failureOfFault(refused);
  const { approval, by } = signed.vote;
  const outcome = await recordVote(signed);
  (desk.voters[approval] ??= []).push(by);
  const { status, grant } = outcome;
  if (status === 'approved' || status === 'denied')
    feed(driver, { type: 'approval-decided', approval, status, ...(grant ? { grant } : {}), nowMs: Date.now() });
  return outcome;
}

/** Runs that began before refusals were recorded refuse by themselves. */
function unrecordedRefusal(desk: VoteDesk, driver: RunDriver, signed: SignedVote): Fault | undefined {
  const refused = refusalOf(desk, driver, signed);
  return refused && !patched('refused-votes-are-recorded') ? refused : undefined;
}

/** A vote that came as a raw signal: nobody waits for an answer. INVARIANT: it never throws, or the run stands still. */
export async function takeVoteSignal(desk: VoteDesk, vote: () => Promise<VoteOutcome>): Promise<void> {
  if (desk.refusedSignals >= refusedSignalsAtMost) return log.warn('a vote was ignored: too many were refused');
  // Counted before it is known: a flood comes all at once.
  desk.refusedSignals++;
  try {
    await vote();
    desk.refusedSignals--;
  } catch (error) {
    log.warn('a vote was refused', { code: faultOf(error).code });
  }
}

async function recordVote(signed: SignedVote): Promise<VoteOutcome> {
  try {
    return await control['approval.vote'](signed);
  } catch (error) {
    if (error instanceof ActivityFailure || error instanceof ApplicationFailure) throw failureOfFault(faultOf(error));
    throw error;
  }
}
