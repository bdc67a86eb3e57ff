/** A task of the run, answered in place: what is to be done, who has taken it on, and the answer in the types that its playbook declares. */
import { Button, Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Task } from '../../../api/contract/tasks.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { TypedForm, useTyped } from '../playbook/typed-form.tsx';
import type { TypedField } from '../playbook/typed-value.ts';
import { Part } from './part.tsx';
import { ValuesOf } from './values-of.tsx';
import css from './run.module.css';

export function TaskForm({ id }: { readonly id: string }): ReactElement {
  const { data, error } = useRead('tasks.get', { params: { id } }, { everyMs: 5000 });
  if (data === undefined) return <Part title="Task">{error === null ? <Loading lines={2} /> : <Failure error={error} inline />}</Part>;
  return data.status === 'open' ? <Open key={id} task={data} /> : <Over task={data} />;
}

function Over({ task: { title, status, answeredBy, answer, note, closedAt } }: { readonly task: Task }): ReactElement {
  return (
    <Part title="Task" aside={closedAt === undefined ? status : <When at={closedAt} as="clock" />}>
      <p className={css['waits-title']}>{title}</p>
      <p className={css['quiet']}>{answeredBy === undefined ? status : `answered by ${answeredBy}`}</p>
      {answer === undefined ? null : <ValuesOf of={answer} label="Answer" />}
      {note === undefined ? null : <p>{note}</p>}
    </Part>
  );
}

function Open({ task }: { readonly task: Task }): ReactElement {
  const { person } = useSession();
  const may = useMay();
  const asked = task.people.includes(person.id) || person.roles.some((role) => task.roles.includes(role));
  const taken = task.claimedBy !== undefined && task.claimedBy !== person.id;
  return (
    <Part
      title="Task"
      aside={
        <>
          expires in <Countdown until={task.expiresAt} />
        </>
      }
    >
      <div className={css['waits']}>
        <p className={css['waits-title']}>{task.title}</p>
        <p className={css['instructions']}>{task.instructions}</p>
        <p className={css['quiet']}>
          for {[...task.roles, ...task.people].join(' or ')}
          {task.claimedBy === undefined ? '' : ` · ${taken ? `${task.claimedBy} has taken it on` : 'you have taken it on'}`}
        </p>
      </div>
      {may('tasks.answer') && asked ? <Answer task={task} taken={taken} /> : <p className={css['quiet']}>It is not asked of you.</p>}
    </Part>
  );
}

function Answer({ task, taken }: { readonly task: Task; readonly taken: boolean }): ReactElement {
  const fields = useMemo(() => fieldsOf(task), [task]);
  const state = useTyped(fields);
  const [note, setNote] = useState('');
  const claim = useSend('tasks.claim', { stale: ['tasks.get', 'tasks.list'] });
  const answer = useSend('tasks.answer', {
    stale: ['tasks.get', 'tasks.list', 'runs.get'],
    onDone: () => void notify('Answered. The run goes on with it.'),
  });
  const params = { id: task.id };
  const send = () => {
    const outputs = state.take();
    if (outputs !== undefined) answer.mutate({ params, body: { outputs, ...(note.trim() === '' ? {} : { note: note.trim() }) } });
  };
  return (
    <form
      noValidate
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TypedForm fields={fields} state={state} />
      <Textarea label="Note" value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={2000} />
      {[answer.error, claim.error].map((error) => (error === null ? null : <Failure key={error.message} error={error} inline />))}
      <div className={css['buttons']}>
        <Button type="submit" loading={answer.isPending} disabled={taken}>
          Answer
        </Button>
        {task.claimedBy === undefined ? (
          <Button variant="default" loading={claim.isPending} onClick={() => claim.mutate({ params, body: {} })}>
            Take it on
          </Button>
        ) : taken ? (
          <Button variant="default" loading={claim.isPending} onClick={() => claim.mutate({ params, body: { take: true } })}>
            Take it over
          </Button>
        ) : (
          <Button variant="default" loading={claim.isPending} onClick={() => claim.mutate({ params, body: { release: true } })}>
            Give it back
          </Button>
        )}
      </div>
    </form>
  );
}

function fieldsOf({ outputs }: Task): readonly TypedField[] {
  return Object.entries(outputs).map(([name, { type, enum: choices, optional, description }]) => ({
    name,
    type,
    optional: optional === true,
    ...(choices === undefined ? {} : { enum: choices }),
    ...(description === undefined ? {} : { description }),
  }));
}
