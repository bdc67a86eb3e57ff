/** The same for who is signed in, with the rights that were passed on to them. */
import type { Approval } from '../../../api/contract/approvals.ts';
import { useRead } from '../../api/queries.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { useNow } from '../../look/clock.ts';
import { standingOf, type Standing } from './standing.ts';

export function useStanding(): (approval: Approval) => Standing {
  const { person } = useSession();
  const may = useMay();
  const now = useNow(60_000);
  const passedOn = useRead('delegations.list', { query: { person: person.id, active: 'true', limit: 200 } });
  const me = { id: person.id, roles: person.roles, mayVote: may('approvals.vote') };
  // The clock that is shown goes by minutes: what was passed on a moment ago is in force.
  const nowMs = Math.max(now, passedOn.dataUpdatedAt);
  return (approval) => standingOf(approval, me, passedOn.data?.items ?? [], nowMs);
}
