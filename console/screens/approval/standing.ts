/** What an approval is to the person who looks at it: theirs to vote on, in their own right or on somebody's behalf; voted on; asked by them; somebody else's. Pure. */
import type { Approval } from '../../../api/contract/approvals.ts';
import type { Delegation } from '../../../api/contract/delegations.ts';
import { participants, standingRefusal, type Rights, type Voter } from '../../../domain/playbook/approval/standing.ts';

export type Me = { readonly id: string; readonly roles: readonly string[]; readonly mayVote: boolean };
/** `voices`: in whose right they may vote; undefined is their own. */
export type Standing =
  | { readonly is: 'mine'; readonly voices: readonly (string | undefined)[] }
  | { readonly is: 'voted' | 'asked' | 'others' };

type Asked = Pick<Approval, 'roles' | 'people' | 'excluded' | 'votes' | 'status'>;

export function standingOf(approval: Asked, me: Me, delegations: readonly Delegation[], nowMs: number): Standing {
  const seen = participants(approval.votes);
  if (seen.has(me.id)) return { is: 'voted' };
  if (approval.excluded.includes(me.id)) return { is: 'asked' };
  if (!me.mayVote) return { is: 'others' };
  const inForce = delegations.filter(
    ({ to, revokedAt, since, until }) => to === me.id && revokedAt === undefined && Date.parse(since) <= nowMs && nowMs < Date.parse(until),
  );
  const rights = rightsOf(me, inForce);
  const voters: readonly Voter[] = [
    { by: me.id },
    ...[...new Set(inForce.map(({ from }) => from))].map((from) => ({ by: me.id, onBehalfOf: from })),
  ];
  const voices = voters
    .filter((voter) => standingRefusal(approval, voter, rights) === undefined && !seen.has(voter.onBehalfOf ?? me.id))
    .map(({ onBehalfOf }) => onBehalfOf);
  return voices.length === 0 ? { is: 'others' } : { is: 'mine', voices };
}

/** Whether those who passed roles on still have them is for the server to say: here they do. */
function rightsOf(me: Me, delegations: readonly Delegation[]): Rights {
  return {
    roles: (person) => (person === me.id ? me.roles : delegations.filter(({ from }) => from === person).flatMap(({ roles }) => roles)),
    delegated: (from) => delegations.filter((one) => one.from === from).flatMap(({ roles }) => roles),
  };
}
