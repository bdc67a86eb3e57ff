/** Why a vote was not taken, in words for who cast it, and what they can do now. */
import type { ErrorCode } from '../../../../domain/errors.ts';
import { asFault } from '../../../api/fault.ts';

export type Refusal = {
  readonly title: string;
  readonly next: string;
  /** The page is behind: it is read again. */ readonly behind?: true;
  /** They prove once more who they are, and go on. */ readonly again?: true;
};

const refusals: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  'approval-closed': {
    title: 'It was decided while you were reading',
    next: 'The page now shows how. Your vote was not counted, and is not needed.',
    behind: true,
  },
  'approval-expired': { title: 'Its time ran out', next: 'Nothing runs. If it is still wanted, the run has to ask again.', behind: true },
  'approval-digest-changed': {
    title: 'The plan is not the one that you saw',
    next: 'Your vote was not counted. Read the plan again: the page now shows it as it is.',
    behind: true,
  },
  'approval-by-requester': {
    title: 'Who asks does not approve',
    next: 'You asked for this run, or for one that it belongs to. Somebody else has to decide.',
  },
  'approval-role-missing': {
    title: 'You have none of the roles that are asked',
    next: 'Somebody who has one of them decides, or passes theirs on to you.',
  },
  'approval-delegation-missing': {
    title: 'That right is not yours any more',
    next: 'The delegation ended or was taken back. Vote in your own right, or ask for it again.',
    behind: true,
  },
  'approval-vote-repeated': { title: 'You have voted already', next: 'A vote is final; the page shows it.', behind: true },
  'approval-not-narrower': {
    title: 'What you chose is no narrower plan',
    next: 'Leave out a step or shorten the lease, and at least one step has to stay.',
  },
  'approval-reason-missing': { title: 'It needs a reason', next: 'The risk is high, or it is a denial: say why in a sentence.' },
  'statement-expired': { title: 'Your vote took too long on its way', next: 'Nothing was counted. Send it once more.' },
  'break-glass-denied': {
    title: 'You may not break this glass',
    next: 'It takes a role that the playbook names, and a reason of ten characters or more.',
  },
  'access-denied': {
    title: 'Your roles do not allow it',
    next: 'They may have changed since you signed in. Nothing was counted.',
    behind: true,
  },
  'step-up-needed': {
    title: 'Say once more who you are',
    next: 'The risk is high. What you typed stays, and is sent afterwards.',
    again: true,
  },
};

export function refusalOf(error: unknown): Refusal | undefined {
  const fault = asFault(error);
  if (fault.kind === 'signed-out')
    return { title: 'Your session has ended', next: 'Sign in again. What you typed stays here.', again: true };
  return fault.problem.code === undefined ? undefined : refusals[fault.problem.code];
}
