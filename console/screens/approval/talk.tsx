/** Questions to who asks, and answers. It is no vote. What is typed stays until it was sent. */
import { Button, Textarea } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Section } from '../../look/page.tsx';
import { Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { useDraft } from './draft.ts';
import css from './approval.module.css';

export function Talk({ approval }: { readonly approval: Approval }): ReactElement {
  const { id, requester } = approval;
  const { data } = useRead('approvals.comments', { params: { id } }, { everyMs: 10_000 });
  const may = useMay();
  const items = data?.items ?? [];
  return (
    <Section title="Questions and answers" aside={items.length === 0 ? undefined : `${items.length}`}>
      <div className={css['talk']}>
        {items.length === 0 ? (
          <p className={css['quiet']}>
            Nobody has asked anything. What is written here is read by who asks and by who decides; it is no vote.
          </p>
        ) : (
          <ol className={css['comments']} aria-live="polite">
            {items.map((comment) => (
              <li key={comment.id}>
                <p className={css['comment-head']}>
                  <strong>{comment.by}</strong> <When at={comment.at} as="distance" />
                </p>
                <p className={css['comment']}>{comment.text}</p>
              </li>
            ))}
          </ol>
        )}
        {may('approvals.comment') ? <Say id={id} requester={requester} /> : null}
      </div>
    </Section>
  );
}

function Say({ id, requester }: { readonly id: string; readonly requester: string }): ReactElement {
  const [text, setText, forget] = useDraft(`question:${id}`);
  const { mutate, isPending, error } = useSend('approvals.comment', { stale: ['approvals.comments'], onDone: forget });
  const blank = text.trim() === '';
  return (
    <form
      className={css['say']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!blank) mutate({ params: { id }, body: { text: text.trim() } });
      }}
    >
      <Textarea
        aria-label={`A question or an answer about this approval`}
        placeholder={requester.startsWith('system:') ? 'Ask something, or answer' : `Ask ${requester} something, or answer`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={4000}
      />
      {error === null ? null : <Failure error={error} inline />}
      <div>
        <Button type="submit" variant="default" loading={isPending} disabled={blank}>
          Send
        </Button>
      </div>
    </form>
  );
}
