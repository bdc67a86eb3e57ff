/** Who votes for whom at the moment, where it is about who looks: it is taken back here, by either side. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useRead, useSend } from '../../api/queries.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './approvals.module.css';

export function PassedOn(): ReactElement | null {
  const { person } = useSession();
  const may = useMay();
  const { data } = useRead('delegations.list', { query: { person: person.id, active: 'true', limit: 200 } });
  const { mutate, isPending, error } = useSend('delegations.revoke', {
    stale: ['delegations.list', 'approvals.list', 'approvals.get'],
    onDone: () => notify('It is taken back. Votes that rest on it count no more.'),
  });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <ul className={css['passed']} aria-label="Votes for somebody else">
      {data.items.map(({ id, from, to, roles, until }) => (
        <li key={id}>
          <span>
            <strong>{to === person.id ? 'You' : to}</strong> {to === person.id ? 'vote' : 'votes'} as {roles.join(', ')} for{' '}
            <strong>{from === person.id ? 'you' : from}</strong> until <When at={until} />
          </span>
          {may('delegations.revoke') ? (
            <Button size="compact-xs" variant="default" loading={isPending} onClick={() => mutate({ params: { id } })}>
              Take it back
            </Button>
          ) : null}
        </li>
      ))}
      {error === null ? null : <Failure error={error} inline />}
    </ul>
  );
}
