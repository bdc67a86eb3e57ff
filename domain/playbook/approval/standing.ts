/**
 * Whose vote counts: asked at the vote and again at execution, with the rights as they are then. A person takes part in one vote at
 * most, be it as the one who votes or as the one on whose behalf; what a delegation passes on is roles, never a name, and not further.
 */
import type { Digest } from '../../digest.ts';
import type { ApprovalRecord, Vote } from '../approval.ts';

/** Who is asked, and who is not whatever their rights. */
export type Ask = Pick<ApprovalRecord, 'roles' | 'people' | 'excluded'>;
export type Voter = Pick<Vote, 'by' | 'onBehalfOf'>;

export type Rights = {
  /** Roles now; undefined for a stranger and for one who was disabled. */
  readonly roles: (person: string) => readonly string[] | undefined;
  /** Roles that delegations in force now pass on from the one to the other. */
  readonly delegated: (from: string, to: string) => readonly string[];
};

export type StandingCode = 'approval-by-requester' | 'approval-role-missing' | 'approval-delegation-missing';

export function standingRefusal(ask: Ask, { by, onBehalfOf }: Voter, rights: Rights): StandingCode | undefined {
  if ([by, onBehalfOf].some((person) => person !== undefined && ask.excluded.includes(person))) return 'approval-by-requester';
  const own = rights.roles(by);
  if (own === undefined) return 'approval-role-missing';
  if (onBehalfOf === undefined || onBehalfOf === by)
    return ask.people.includes(by) || overlap(own, ask.roles) ? undefined : 'approval-role-missing';
  const theirs = rights.roles(onBehalfOf) ?? [];
  const passedOn = rights.delegated(onBehalfOf, by).filter((role) => theirs.includes(role));
  return overlap(passedOn, ask.roles) ? undefined : 'approval-delegation-missing';
}

/** The votes for this plan of people who may give one now; of two that share a person the earlier one. */
export function countingVotes(record: Ask & Pick<ApprovalRecord, 'votes'>, digest: Digest, rights: Rights): readonly Vote[] {
  const seen = new Set<string>();
  return record.votes.filter((vote) => {
    if (vote.decision !== 'approve' || vote.digest !== digest) return false;
    if (standingRefusal(record, vote, rights) !== undefined || takesPart(seen, vote)) return false;
    for (const person of peopleOf(vote)) seen.add(person);
    return true;
  });
}

/** Everyone who has a part in the votes so far. */
export function participants(votes: readonly Voter[]): ReadonlySet<string> {
  return new Set(votes.flatMap(peopleOf));
}

export function takesPart(seen: ReadonlySet<string>, voter: Voter): boolean {
  return peopleOf(voter).some((person) => seen.has(person));
}

const peopleOf = ({ by, onBehalfOf }: Voter): readonly string[] => (onBehalfOf === undefined ? [by] : [by, onBehalfOf]);
const overlap = (some: readonly string[], others: readonly string[]): boolean => some.some((one) => others.includes(one));
