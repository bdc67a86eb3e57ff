/** What can be done with the incident as a whole. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import { urlOf } from '../../api/client.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { CopyObject } from '../../look/copy.tsx';
import { AssignMenu, CloseDialog } from '../incidents/bulk-bar.tsx';
import { useChange } from '../incidents/use-change.ts';

export function HeadActions({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  const may = useMay();
  return (
    <>
      {may('incidents.change') ? <Changes detail={detail} /> : null}
      <CopyObject
        label="Copy the incident"
        object={detail}
        path={urlOf('incidents.get', { params: { id: detail.id } })}
        cli={`edict incident show ${detail.id}`}
      />
    </>
  );
}

function Changes({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  const { person } = useSession();
  const [closing, setClosing] = useState(false);
  const { change, busy, error } = useChange();
  const incidents = [detail.id];
  return (
    <>
      {detail.assignee === person.id ? null : (
        <Button variant="default" loading={busy} onClick={() => change({ incidents, assign: 'me' }, 'Assigned to you')}>
          Take
        </Button>
      )}
      <AssignMenu onAssign={(id, name) => change({ incidents, assign: id }, `Assigned to ${name}`)} />
      {detail.status === 'open' ? (
        <Button variant="default" onClick={() => change({ incidents, status: 'contained' }, 'Contained')}>
          Contained
        </Button>
      ) : (
        <Button variant="default" onClick={() => change({ incidents, status: 'open' }, 'Open again')}>
          Open again
        </Button>
      )}
      {detail.status === 'closed' ? null : <Button onClick={() => setClosing(true)}>Close…</Button>}
      <CloseDialog
        count={1}
        opened={closing}
        busy={busy}
        error={error}
        onClose={() => setClosing(false)}
        onConfirm={(reason) => change({ incidents, status: 'closed', reason }, 'Closed', () => setClosing(false))}
      />
    </>
  );
}
