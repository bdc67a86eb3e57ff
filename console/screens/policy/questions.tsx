/** What the words left open: each a choice of readings, with a request that shows what the choice means. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PolicyDocument } from '../../../api/contract/policies.ts';
import { printRequest } from '../../../domain/policy/request-text.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Section } from '../../look/page.tsx';
import { Said } from '../../look/said.tsx';
import { Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './policy.module.css';

type Question = PolicyDocument['questions'][number];
type QuestionsProps = { readonly policy: string; readonly document: PolicyDocument; readonly answerable: boolean };

export function Questions({ policy, document, answerable }: QuestionsProps): ReactElement | null {
  const may = useMay();
  const send = useSend('policies.answer', { stale: ['policies.get', 'policies.list'] });
  if (document.questions.length === 0) return null;
  const offered = answerable && may('policies.answer');
  return (
    <Section title="What the words leave open">
      {send.error === null ? null : <Failure error={send.error} inline />}
      <ul className={css['questions']}>
        {document.questions.map((question) => (
          <li key={question.id} data-open={question.answered === undefined}>
            <p className={css['asked']}>
              <Said text={question.text} />
            </p>
            <Words question={question} document={document} />
            {question.answered === undefined ? (
              <Readings
                question={question}
                busy={send.isPending}
                onAnswer={offered ? (answer) => send.mutate({ params: { policy }, body: { question: question.id, answer } }) : undefined}
              />
            ) : (
              <p className={css['quiet']}>
                {question.answered.by} said <strong>{question.answered.answer}</strong>, <When at={question.answered.at} as="distance" />
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The sentence, with the words that are open. */
function Words({
  question: { about, span },
  document,
}: {
  readonly question: Question;
  readonly document: PolicyDocument;
}): ReactElement | null {
  const text = document.requirements.find(({ id }) => id === about)?.text;
  if (text === undefined || span === undefined) return null;
  return (
    <p className={css['sentence']}>
      {text.slice(0, span.start)}
      <mark>{text.slice(span.start, span.end)}</mark>
      {text.slice(span.end)}
    </p>
  );
}

const nothingKnown = { assets: [], zones: [] };

type ReadingsProps = { readonly question: Question; readonly busy: boolean; readonly onAnswer: ((answer: string) => void) | undefined };

function Readings({ question, busy, onAnswer }: ReadingsProps): ReactElement {
  return (
    <ul className={css['readings']}>
      {question.readings.map(({ answer, meaning, request, decision }) => (
        <li key={answer}>
          <Answer answer={answer} busy={busy} onAnswer={onAnswer} />
          <span>
            <Said text={meaning} />
            {request === undefined || decision === undefined ? null : (
              <span className={css['quiet']}>
                {' '}
                {printRequest(request as Parameters<typeof printRequest>[0], nothingKnown)}: {decision}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

type AnswerProps = { readonly answer: string; readonly busy: boolean; readonly onAnswer: ((answer: string) => void) | undefined };

function Answer({ answer, busy, onAnswer }: AnswerProps): ReactElement {
  const own = /^<.+>$/u.test(answer);
  if (onAnswer === undefined) return <strong>{own ? 'another' : answer}</strong>;
  if (own) return <OwnAnswer busy={busy} onAnswer={onAnswer} />;
  return (
    <Button variant="default" size="compact-sm" disabled={busy} onClick={() => onAnswer(answer)}>
      {answer}
    </Button>
  );
}

/** `<q1>` stands for words of one's own. */
function OwnAnswer({ busy, onAnswer }: { readonly busy: boolean; readonly onAnswer: (answer: string) => void }): ReactElement {
  const [text, setText] = useState('');
  const given = text.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (given !== '') onAnswer(given);
      }}
    >
      <TextInput
        aria-label="Another answer"
        placeholder="another, then Enter"
        size="xs"
        maxLength={500}
        disabled={busy}
        value={text}
        onChange={({ currentTarget: { value } }) => setText(value)}
      />
    </form>
  );
}
