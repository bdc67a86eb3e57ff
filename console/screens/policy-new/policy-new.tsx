/** Writing: the sentence, and where it goes from here. What was typed stays in this tab until it has become a draft. */
import { Button, Textarea, TextInput } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import type { ReactElement } from 'react';
import { useRead, useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import { Page, Section } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import css from './policy-new.module.css';

const examples = [
  'Only the payment services may reach the cardholder database, on PostgreSQL.',
  'Nobody from the internet may reach the administration hosts.',
  'Contractors must not read patient records without MFA.',
];

export function Screen(): ReactElement {
  const [{ policy }] = useUrlState();
  return policy === undefined ? <Author policy={undefined} before="" /> : <Anew policy={policy} />;
}

function Anew({ policy }: { readonly policy: string }): ReactElement {
  const { data, error, refetch } = useRead('policies.get', { params: { policy } });
  if (data === undefined)
    return <Page title="Write it anew">{error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />}</Page>;
  return <Author policy={policy} before={data.current.document.requirements.map(({ text }) => text).join('\n')} />;
}

function useAuthored(policy: string | undefined, before: string) {
  const go = useGo();
  const [text, setText, forget] = useSessionStorage({ key: `author:${policy ?? ''}`, defaultValue: before });
  const [title, setTitle, forgetTitle] = useSessionStorage({ key: `author-title:${policy ?? ''}`, defaultValue: '' });
  const send = useSend('policies.draft', {
    stale: ['policies.list', 'policies.get'],
    onDone: (reply) => {
      forget();
      forgetTitle();
      const open = reply.questions.length;
      const asked = open === 0 ? '' : `; ${open} ${open === 1 ? 'question is' : 'questions are'} open`;
      notify(`${reply.policy} v${reply.version} is drafted${asked}.`);
      go(`/policies/${reply.policy}`);
    },
  });
  return { text, setText, title, setTitle, send };
}

type AuthorProps = { readonly policy: string | undefined; readonly before: string };

function Author({ policy, before }: AuthorProps): ReactElement {
  const go = useGo();
  const { text, setText, title, setTitle, send } = useAuthored(policy, before);
  const requirement = text.trim();
  const draft = () =>
    send.mutate({
      body: { requirement, ...(policy === undefined ? {} : { policy }), ...(title.trim() === '' ? {} : { title: title.trim() }) },
    });
  return (
    <Page
      title={policy === undefined ? 'Write a policy' : `Write ${policy} anew`}
      about="Say in plain words what must hold. The draft shows which rules came from which words, and asks where the words leave something open."
    >
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (requirement !== '') draft();
        }}
      >
        <Textarea
          label="What must hold"
          description="One sentence or more; names of zones, groups, services and assets as the inventory has them."
          autosize
          minRows={5}
          maxRows={18}
          maxLength={64_000}
          value={text}
          onChange={({ currentTarget: { value } }) => setText(value)}
          data-autofocus
        />
        {policy === undefined ? (
          <TextInput
            label="Title"
            description="Made of the words where it is left empty."
            maxLength={200}
            value={title}
            onChange={({ currentTarget: { value } }) => setTitle(value)}
          />
        ) : null}
        {send.error === null ? null : <Failure error={send.error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={() => go(policy === undefined ? '/policies' : `/policies/${policy}`)}>
            Back
          </Button>
          <Button type="submit" loading={send.isPending} disabled={requirement === ''}>
            Draft it
          </Button>
        </div>
      </form>
      {policy === undefined ? <Examples onChoose={setText} /> : null}
    </Page>
  );
}

function Examples({ onChoose }: { readonly onChoose: (text: string) => void }): ReactElement {
  return (
    <Section title="Sentences that work">
      <ul className={css['examples']}>
        {examples.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => onChoose(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
