/** People: their roles, and what lets them in. Rights that are taken away are gone at once, in sessions that are open too. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Person } from '../../../api/contract/people.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable } from '../../look/plain-table.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { WaysIn } from './ways-in.tsx';

export function People(): ReactElement {
  const { data, error, refetch } = useRead('people.list', {});
  const may = useMay();
  const [edited, setEdited] = useState<Person | 'new'>();
  const [opened, setOpened] = useState<Person>();
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const writes = may('people.put');
  return (
    <Stack>
      <Section title={`${data.items.length} people`} aside={writes ? <Add onAdd={() => setEdited('new')} /> : null} flush>
        <PlainTable
          label="People"
          rows={data.items}
          rowId={({ id }) => id}
          columns={[
            { key: 'name', title: 'Name', weight: 'strong', cell: ({ name }) => name },
            { key: 'id', title: 'Id', cell: ({ id }) => id },
            { key: 'roles', title: 'Roles', cell: ({ roles }) => roles.join(', ') },
            {
              key: 'state',
              title: 'State',
              cell: ({ disabled }) => <State value={disabled ? 'disabled' : 'active'} tone={disabled ? 'still' : 'good'} />,
            },
            {
              key: 'action',
              title: 'Action',
              unseen: true,
              align: 'end',
              cell: (person) => (
                <>
                  <Button size="compact-xs" variant="default" onClick={() => setOpened(person)}>
                    Ways in
                  </Button>
                  {writes ? (
                    <Button size="compact-xs" variant="default" onClick={() => setEdited(person)}>
                      Change…
                    </Button>
                  ) : null}
                </>
              ),
            },
          ]}
        />
      </Section>
      {edited === undefined ? null : <PersonDialog person={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      {opened === undefined ? null : <WaysIn person={opened} onClose={() => setOpened(undefined)} />}
    </Stack>
  );
}

function Add({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  return (
    <Button size="compact-xs" onClick={onAdd}>
      Add a person…
    </Button>
  );
}
