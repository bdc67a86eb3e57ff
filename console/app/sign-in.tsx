/** Where nobody is signed in: a password, the identity provider, or a one-time link that sets a password. What was typed stays when the server is away. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FormEvent, ReactElement, ReactNode } from 'react';
import type { Session } from '../../api/contract/access/session.ts';
import { call } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { remember, sessionKey } from '../api/session.tsx';
import { Mark } from '../look/mark.tsx';
import { Failure } from '../look/told.tsx';
import { AwayBar } from './away-bar.tsx';
import css from './sign-in.module.css';

export function SignIn(): ReactElement {
  const [link, setLink] = useState(linkInAddress);
  useEffect(() => {
    // A link that is opened where this page is open already loads nothing anew.
    const take = () => setLink(linkInAddress());
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return (
    <div className={css['page']}>
      <AwayBar />
      <main className={css['main']}>{link === '' ? <ByPassword /> : <ByLink key={link} link={link} onLeave={() => setLink('')} />}</main>
    </div>
  );
}

/** Behind the `#`, which no server sees. */
function linkInAddress(): string {
  return window.location.pathname === '/sign-in' ? (new URLSearchParams(window.location.hash.slice(1)).get('link') ?? '') : '';
}

function entered(session: Session): void {
  if (window.location.pathname === '/sign-in') window.history.replaceState(null, '', '/');
  queryClient.setQueryData(sessionKey, remember(session));
}

function ByPassword(): ReactElement {
  const [person, setPerson] = useState('');
  const [password, setPassword] = useState('');
  const options = useQuery({ queryKey: ['sign-in'], queryFn: () => call('sign-in.options', {}), staleTime: Infinity });
  const enter = useMutation({ mutationFn: () => call('session.start', { body: { person, password } }), onSuccess: entered });
  const { oidc, password: local = true } = options.data ?? {};
  return (
    <Form title="Sign in" onSubmit={() => enter.mutate()}>
      {local ? (
        <>
          <TextInput
            label="Name"
            autoComplete="username"
            required
            value={person}
            onChange={(event) => setPerson(event.currentTarget.value)}
            size="sm"
          />
          <Password label="Password" autoComplete="current-password" value={password} onChange={setPassword} />
          {enter.error === null ? null : <Failure error={enter.error} inline />}
          <Button type="submit" size="sm" loading={enter.isPending}>
            Sign in
          </Button>
        </>
      ) : null}
      {oidc === undefined ? null : (
        <Button
          component="a"
          href={`${oidc.start}?return=${encodeURIComponent(returnPath())}`}
          variant={local ? 'default' : 'filled'}
          size="sm"
        >
          Sign in with {oidc.name}
        </Button>
      )}
    </Form>
  );
}

function returnPath(): string {
  const { pathname, search } = window.location;
  return pathname === '/sign-in' ? '/' : `${pathname}${search}`;
}

type ByLinkProps = { readonly link: string; readonly onLeave: () => void };

function ByLink({ link, onLeave }: ByLinkProps): ReactElement {
  const [password, setPassword] = useState('');
  const whose = useQuery({ queryKey: ['sign-in', link], queryFn: () => call('sign-in.link', { body: { link } }), retry: false });
  const enter = useMutation({ mutationFn: () => call('session.start', { body: { link, password } }), onSuccess: entered });
  const toPassword = (
    <Button variant="default" size="sm" onClick={onLeave}>
      Sign in with a password
    </Button>
  );
  if (whose.error !== null)
    return (
      <Form title="Sign in" onSubmit={onLeave}>
        <Failure error={whose.error} inline />
        {toPassword}
      </Form>
    );
  return (
    <Form title="Choose a password" onSubmit={() => enter.mutate()}>
      <p>
        {whose.data === undefined ? 'Looking up the link…' : `Welcome, ${whose.data.name}. Choose a password for \`${whose.data.person}\`.`}
      </p>
      <input type="text" autoComplete="username" value={whose.data?.person ?? ''} readOnly hidden />
      <Password
        label="New password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        description={whose.data === undefined ? undefined : `At least ${whose.data.passwordLength.least} characters; a few words are best.`}
      />
      {enter.error === null ? null : <Failure error={enter.error} inline />}
      <Button type="submit" size="sm" loading={enter.isPending} disabled={whose.data === undefined}>
        Set it and sign in
      </Button>
    </Form>
  );
}

type PasswordProps = {
  readonly label: string;
  readonly autoComplete: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: string | undefined;
};

function Password({ label, autoComplete, value, onChange, description }: PasswordProps): ReactElement {
  return (
    <PasswordInput
      label={label}
      description={description}
      autoComplete={autoComplete}
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      size="sm"
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
    />
  );
}

type FormProps = { readonly title: string; readonly onSubmit: () => void; readonly children: ReactNode };

function Form({ title, onSubmit, children }: FormProps): ReactElement {
  return (
    <form
      className={css['form']}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Mark large />
      <h1 className={css['title']}>{title}</h1>
      {children}
    </form>
  );
}
