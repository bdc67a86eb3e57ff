/** People: their roles, and what lets them in. Rights that are taken away are gone at once, in sessions that are open too. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Person } from '../../../api/contract/people.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { WaysIn } from './ways-in.tsx';
import css from './settings.module.css';

export function People(): ReactElement {
  const { data, error, refetch } = useRead('people.list', {});
  const may = useMay();
  const [edited, setEdited] = useState<Person | 'new'>();
  const [opened, setOpened] = useState<Person>();
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const writes = may('people.put');
  return (
    <div className={css['stack']}>
      <Section title={`${data.items.length} people`} aside={writes ? <Add onAdd={() => setEdited('new')} /> : null} flush>
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Id</th>
              <th scope="col">Roles</th>
              <th scope="col">State</th>
              <th scope="col">
                <span className="unseen">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((person) => (
              <tr key={person.id}>
                <td className={css['name']}>{person.name}</td>
                <td>{person.id}</td>
                <td>{person.roles.join(', ')}</td>
                <td>
                  <State value={person.disabled ? 'disabled' : 'active'} tone={person.disabled ? 'still' : 'good'} />
                </td>
                <td className={css['end']}>
                  <Button size="compact-xs" variant="default" onClick={() => setOpened(person)}>
                    Ways in
                  </Button>
                  {writes ? (
                    <Button size="compact-xs" variant="default" onClick={() => setEdited(person)}>
                      Change…
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {edited === undefined ? null : <PersonDialog person={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      {opened === undefined ? null : <WaysIn person={opened} onClose={() => setOpened(undefined)} />}
    </div>
  );
}

function Add({ onAdd }: { readonly onAdd: () => void }): ReactElement {
  return (
    <Button size="compact-xs" onClick={onAdd}>
      Add a person…
    </Button>
  );
}
