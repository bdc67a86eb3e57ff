/** Where votes come in: what can be refused at once is refused here; whether a vote counts, an activity decides. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { VoteOutcome } from '../activities/contract.ts';
import type { SignedVote } from '../domain/playbook/approval.ts';
import type { Fault } from '../domain/playbook/engine/state.ts';
import { failureOfFault, faultOf } from './fault.ts';
import { control } from './options.ts';
import { feed, type RunDriver } from './run-driver.ts';

export type VoteDesk = { readonly voters: { [approval: string]: string[] } };

/** Synchronous and without effect: it is the update's validator. */
export function refusalOf(desk: VoteDesk, driver: RunDriver | undefined, signed: SignedVote): Fault | undefined {
  const vote: Partial<SignedVote['vote']> | undefined = signed?.vote;
  if (typeof vote?.approval !== 'string' || typeof vote.by !== 'string' || typeof signed.signature !== 'string')
    return { code: 'input-invalid', message: 'a vote has an approval, a voter and a signature' };
  if (!driver || driver.finished) return { code: 'approval-closed', message: `approval \`${vote.approval}\` is not open` };
  const { state } = driver;
  const key = Object.hasOwn(state.approvals, vote.approval) ? state.approvals[vote.approval] : undefined;
  // It may have been opened in the store a moment ago: the store decides.
  if (key === undefined && Object.keys(state.owed).some((owed) => owed.startsWith('open:'))) return undefined;
  const step = key === undefined ? undefined : state.steps[key];
  if (step?.status !== 'waiting') return { code: 'approval-closed', message: `approval \`${vote.approval}\` is not open` };
  if (step.approval?.digest !== vote.digest)
    return { code: 'approval-digest-changed', message: `the vote is on another plan than approval \`${vote.approval}\`` };
  if (vote.by === state.requester)
    return { code: 'approval-by-requester', message: `\`${vote.by}\` asked for this run and may not approve it` };
  if (desk.voters[vote.approval]?.includes(vote.by)) return { code: 'approval-vote-repeated', message: `\`${vote.by}\` has voted already` };
  return undefined;
}

/** Both doors, update and signal, end here. Throws the typed refusal. */
export async function castVote(desk: VoteDesk, driver: RunDriver | undefined, signed: SignedVote): Promise<VoteOutcome> {
  const refused = refusalOf(desk, driver, signed);
  if (refused || !driver) throw failureOfFault(refused ?? { code: 'approval-closed', message: 'the run has not begun' });
  const { approval, by } = signed.vote;
  const outcome = await recordVote(signed);
  (desk.voters[approval] ??= []).push(by);
  if (outcome.status === 'approved' || outcome.status === 'denied')
    feed(driver, { type: 'approval-decided', approval, status: outcome.status, nowMs: Date.now() });
  return outcome;
}

async function recordVote(signed: SignedVote): Promise<VoteOutcome> {
  try {
    return await control['approval.vote'](signed);
  } catch (error) {
    if (error instanceof ActivityFailure || error instanceof ApplicationFailure) throw failureOfFault(faultOf(error));
    throw error;
  }
}
