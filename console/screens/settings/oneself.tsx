/** One's own sessions, each to be ended, and one's password. */
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useRead, useSend } from '../../api/queries.ts';
import { remember, sessionKey, useSession } from '../../api/session.tsx';
import { queryClient } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { startTour } from '../../app/tour/memory.ts';
import { Facts } from '../../look/facts.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable } from '../../look/plain-table.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './settings.module.css';

export function Oneself(): ReactElement {
  const { person, how } = useSession();
  return (
    <Stack>
      <Section title="Who you are here">
        <Facts
          of={[
            ['name', `${person.name} (${person.id})`],
            ['roles', person.roles.join(', ')],
            ['signed in', how === 'oidc' ? 'at the OpenID provider' : `with a ${how}`],
          ]}
        />
      </Section>
      <Section title="The tour">
        <div className={css['form']}>
          <p>
            From a sentence to a policy in force, and an incident from alarm to closed, in five minutes. What is done already stays done.
          </p>
          <Button variant="default" onClick={startTour} className={css['submit'] ?? ''}>
            Start the tour
          </Button>
        </div>
      </Section>
      <Sessions />
      {how === 'password' ? <Password /> : null}
    </Stack>
  );
}

function Sessions(): ReactElement {
  const { data, error } = useRead('sessions.list', {});
  const end = useSend('sessions.end', { stale: ['sessions.list'] });
  if (data === undefined) return error === null ? <Loading lines={3} /> : <Failure error={error} />;
  return (
    <Section title="Where you are signed in" flush>
      {end.error === null ? null : <Failure error={end.error} inline />}
      <PlainTable
        label="Sessions"
        rows={data.items}
        rowId={({ id }) => id}
        columns={[
          { key: 'agent', title: 'Browser', weight: 'strong', cell: ({ agent }) => agent },
          { key: 'address', title: 'From', cell: ({ address }) => address },
          { key: 'since', title: 'Since', cell: ({ startedAt }) => <When at={startedAt} /> },
          { key: 'used', title: 'Last used', cell: ({ seenAt }) => <When at={seenAt} as="distance" /> },
          {
            key: 'end',
            title: 'Action',
            unseen: true,
            align: 'end',
            cell: ({ id, here }) =>
              here ? (
                <State value="here" tone="good" label="this one" />
              ) : (
                <Button size="compact-xs" variant="default" disabled={end.isPending} onClick={() => end.mutate({ params: { id } })}>
                  End it
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Password(): ReactElement {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const send = useSend('session.password', {
    stale: ['sessions.list'],
    onDone: (session) => {
      queryClient.setQueryData(sessionKey, remember(session));
      setCurrent('');
      setPassword('');
      notify('The password is changed; every other session of yours has ended.');
    },
  });
  return (
    <Section title="Another password">
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate({ body: { current, password } });
        }}
      >
        <PasswordInput
          label="Password now"
          autoComplete="current-password"
          required
          value={current}
          onChange={({ currentTarget }) => setCurrent(currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <PasswordInput
          label="New password"
          description="A few words are best."
          autoComplete="new-password"
          required
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        />
        {send.error === null ? null : <Failure error={send.error} inline />}
        <Button type="submit" loading={send.isPending} disabled={current === '' || password === ''} className={css['submit'] ?? ''}>
          Change it
        </Button>
      </form>
    </Section>
  );
}
