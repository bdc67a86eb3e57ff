/** The one thing to press for the step that is next, with a word on why or what then. */
import { Button } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Failure } from '../../look/told.tsx';
import { useGo } from '../url.ts';
import type { Act } from './act.ts';
import { BringIn } from './bring-in.tsx';
import { alarm, loadDemo, suggestedSentence } from './demo.ts';
import css from './tour.module.css';

export function ActPart({ act }: { readonly act: Act }): ReactElement {
  switch (act.kind) {
    case 'load':
      return <Load />;
    case 'suggest':
      return <Suggest />;
    case 'raise':
      return <Raise label="Raise the alarm" />;
    case 'go':
      return <GoTo to={act.to} label={act.label} hint={act.hint} primary />;
    case 'wait':
      return <GoTo to={act.to} label={act.label} hint={act.text} />;
    case 'need':
      return <Need act={act} />;
  }
}

function Load(): ReactElement {
  const send = useMutation({ mutationFn: loadDemo });
  return (
    <div className={css['act']}>
      {send.error === null ? (
        <p className={css['hint']}>Synthetic: a company of 30 hosts, made up.</p>
      ) : (
        <Failure error={send.error} inline />
      )}
      <Button loading={send.isPending} onClick={() => send.mutate()}>
        Load the demo’s files
      </Button>
    </div>
  );
}

/** What the author’s screen has in its box is kept in this tab under this key. */
function Suggest(): ReactElement {
  const go = useGo();
  const here = useRouterState({ select: ({ location }) => location.pathname });
  const [text, setText] = useSessionStorage({ key: 'author:', defaultValue: '' });
  return (
    <div className={css['act']}>
      {text.trim() === '' ? null : <p className={css['hint']}>Read it, then “Draft it”.</p>}
      {text.trim() !== '' && here === '/author' ? null : (
        <Button
          onClick={() => {
            if (text.trim() === '') setText(suggestedSentence);
            go('/author');
          }}
        >
          {text.trim() === '' ? 'Fill in a sentence' : 'Go to it'}
        </Button>
      )}
    </div>
  );
}

export function Raise({ label }: { readonly label: string }): ReactElement {
  const send = useSend('signals.send', { stale: ['incidents.list', 'incidents.counts', 'overview.get'] });
  return (
    <div className={css['act']}>
      {send.error === null ? null : <Failure error={send.error} inline />}
      <Button loading={send.isPending || send.isSuccess} onClick={() => send.mutate({ body: alarm })}>
        {label}
      </Button>
    </div>
  );
}

type GoToProps = {
  readonly to: string | undefined;
  readonly label: string | undefined;
  readonly hint: string | undefined;
  readonly primary?: boolean;
};

function GoTo({ to, label, hint, primary = false }: GoToProps): ReactElement {
  const go = useGo();
  const here = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <div className={css['act']}>
      {hint === undefined ? null : <p className={css['hint']}>{hint}</p>}
      {to === undefined || label === undefined || to === here ? null : (
        <Button variant={primary ? 'filled' : 'default'} onClick={() => go(to)}>
          {label}
        </Button>
      )}
    </div>
  );
}

/** Somebody else is needed: an administrator brings them in, others are told who does. */
function Need({ act }: { readonly act: Extract<Act, { kind: 'need' }> }): ReactElement {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const admits = may('people.sign-in-link') && may('people.list');
  return (
    <div className={css['act']}>
      <p className={css['hint']}>
        {act.text}
        {admits ? null : ' An administrator lets people in, under Settings, People.'}
      </p>
      {act.to === undefined || act.label === undefined ? null : <GoTo to={act.to} label={act.label} hint={undefined} />}
      {admits ? (
        <Button variant={act.to === undefined ? 'filled' : 'default'} onClick={() => setOpen(true)}>
          {`Bring in ${act.role === 'manager' ? 'a' : 'an'} ${act.role}…`}
        </Button>
      ) : null}
      {open ? <BringIn role={act.role} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}
