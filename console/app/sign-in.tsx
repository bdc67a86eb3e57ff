/** Where nobody is signed in: a password, the identity provider, or a one-time link that sets a password. What was typed stays when the server is away. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FormEvent, ReactElement, ReactNode } from 'react';
import type { Session } from '../../api/contract/access/session.ts';
import { call } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import type { Fault } from '../api/fault.ts';
import { remember, sessionKey, useSession } from '../api/session.tsx';
import { Mark } from '../look/mark.tsx';
import { Failure } from '../look/told.tsx';
import { AwayBar } from './away-bar.tsx';
import { doorOf, leaveDoor } from './sign-in-door.ts';
import type { Door } from './sign-in-door.ts';
import { signOut } from './sign-out.ts';
import { keepTour } from './tour/memory.ts';
import css from './css/sign-in.module.css';

export function SignIn(): ReactElement {
  const [door, setDoor] = useState(() => doorOf(window.location));
  useEffect(() => {
    // A link that is opened where this page is open already loads nothing anew.
    const take = () => setDoor(doorOf(window.location));
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  const { link = '', tour = false, fault } = door ?? {};
  return (
    <div className={css['page']}>
      <AwayBar />
      <main className={css['main']}>
        {link === '' ? <ByPassword fault={fault} /> : <ByLink key={link} link={link} tour={tour} onLeave={() => setDoor(undefined)} />}
      </main>
    </div>
  );
}

/** A link or a refusal that comes to somebody who is signed in: one browser is one person. */
export function AlreadyIn({ door: { link, fault }, onStay }: { readonly door: Door; readonly onStay: () => void }): ReactElement {
  const { person } = useSession();
  return (
    <div className={css['page']}>
      <main className={css['main']}>
        <Form title={`You are signed in as ${person.name}`} onSubmit={onStay}>
          {fault === undefined ? (
            <p>
              The link is for somebody to set a password with. One browser is one person: open it in a private window, or sign out first.
            </p>
          ) : (
            <Failure error={fault} inline />
          )}
          <Button type="submit" size="sm">
            {`Stay ${person.name}`}
          </Button>
          <Button variant="default" size="sm" onClick={() => void signOut()}>
            {link === '' ? 'Sign out' : 'Sign out, and use the link'}
          </Button>
        </Form>
      </main>
    </div>
  );
}

function entered(session: Session): void {
  leaveDoor();
  queryClient.setQueryData(sessionKey, remember(session));
}

function ByPassword({ fault }: { readonly fault: Fault | undefined }): ReactElement {
  const options = useQuery({ queryKey: ['sign-in'], queryFn: () => call('sign-in.options', {}), staleTime: Infinity });
  const entering = useEntering();
  const { oidc, password: local = true, firstStart = false } = options.data ?? {};
  return (
    <Form title="Sign in" onSubmit={() => entering.enter.mutate()}>
      {fault !== undefined && entering.enter.error === null ? <Failure error={fault} inline /> : null}
      {firstStart && oidc === undefined ? <NobodyYet /> : null}
      {oidc === undefined ? null : <AtProvider oidc={oidc} />}
      {local && oidc !== undefined ? <p className={css['or']}>or with a password</p> : null}
      {local ? <Local entering={entering} main={oidc === undefined} /> : null}
    </Form>
  );
}

function useEntering() {
  const [person, setPerson] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({ mutationFn: () => call('session.start', { body: { person, password } }), onSuccess: entered });
  return { person, setPerson, password, setPassword, enter };
}

type LocalProps = { readonly entering: ReturnType<typeof useEntering>; readonly main: boolean };

function Local({ entering: { person, setPerson, password, setPassword, enter }, main }: LocalProps): ReactElement {
  return (
    <>
      <TextInput
        label="Name"
        autoComplete="username"
        required
        withAsterisk={false}
        value={person}
        onChange={(event) => setPerson(event.currentTarget.value)}
        size="sm"
      />
      <Password label="Password" autoComplete="current-password" value={password} onChange={setPassword} />
      {enter.error === null ? null : <Failure error={enter.error} inline />}
      <Button type="submit" size="sm" variant={main ? 'filled' : 'default'} loading={enter.isPending}>
        Sign in
      </Button>
    </>
  );
}

function NobodyYet(): ReactElement {
  return (
    <p>
      Nobody has a password yet. The first start prints a link for the administrator; <code>npx edict console</code> makes another.
    </p>
  );
}

function AtProvider({ oidc: { name, start } }: { readonly oidc: { readonly name: string; readonly start: string } }): ReactElement {
  return (
    <Button component="a" href={`${start}?return=${encodeURIComponent(returnPath())}`} size="sm" className={css['provider'] ?? ''}>
      Sign in with {name}
    </Button>
  );
}

function returnPath(): string {
  const { pathname, search } = window.location;
  return pathname === '/sign-in' ? '/' : `${pathname}${search}`;
}

type ByLinkProps = { readonly link: string; readonly tour: boolean; readonly onLeave: () => void };

function ByLink({ link, tour, onLeave }: ByLinkProps): ReactElement {
  const [password, setPassword] = useState('');
  const whose = useQuery({ queryKey: ['sign-in', link], queryFn: () => call('sign-in.link', { body: { link } }), retry: false });
  const enter = useMutation({
    mutationFn: async () => {
      const session = remember(await call('session.start', { body: { link, password } }));
      // Whoever was brought in for the tour has it beside the first screen.
      if (tour) await keepTour('on').catch(() => undefined);
      return session;
    },
    onSuccess: entered,
  });
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
        {whose.data === undefined ? (
          'Looking up the link…'
        ) : (
          <>
            Welcome, {whose.data.name}. You sign in as <code>{whose.data.person}</code>, with the password that you choose here.
          </>
        )}
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
      withAsterisk={false}
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
