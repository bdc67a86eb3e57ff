/** Starting a playbook by hand: a form of its inputs, an incident that it is for, and whether it waits before its first step. */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import { Failure } from '../../look/told.tsx';
import { fieldsOfInputs } from './input-fields.ts';
import { TypedForm, useTyped } from './typed-form.tsx';
import css from './playbook.module.css';

export function RunNow({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }): ReactElement {
  const go = useGo();
  const [{ incident: known = '' }] = useUrlState();
  const fields = useMemo(() => fieldsOfInputs(plan.inputs), [plan.inputs]);
  const state = useTyped(fields);
  const [incident, setIncident] = useState(known);
  const [paused, setPaused] = useState(false);
  const { mutate, isPending, error } = useSend('playbooks.run', {
    stale: ['runs.list'],
    onDone: ({ run }) => {
      notify(`${plan.playbook} runs.`);
      go(`/runs/${run}`);
    },
  });
  const send = () => {
    const inputs = state.take();
    if (inputs === undefined) return;
    mutate({
      params: { name: plan.playbook },
      body: {
        inputs,
        version: plan.version,
        ...(incident.trim() === '' ? {} : { incident: incident.trim() }),
        ...(paused ? { paused: 'to be looked at before it begins' } : {}),
      },
    });
  };
  return (
    <Modal opened onClose={onClose} title={`Run ${plan.title}`} size="34rem" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        noValidate
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {fields.length === 0 ? <p className={css['quiet']}>It takes no inputs.</p> : <TypedForm fields={fields} state={state} />}
        <TextInput
          label="Incident"
          description="The one that it is for, where there is one."
          value={incident}
          onChange={(event) => setIncident(event.currentTarget.value)}
          autoComplete="off"
        />
        <Checkbox
          size="xs"
          label="Wait before the first step, until somebody resumes it"
          checked={paused}
          onChange={(event) => setPaused(event.currentTarget.checked)}
        />
        {error === null ? null : <Failure error={error} inline />}
        <Foot version={plan.version} busy={isPending} onClose={onClose} />
      </form>
    </Modal>
  );
}

type FootProps = { readonly version: string; readonly busy: boolean; readonly onClose: () => void };

function Foot({ version, busy, onClose }: FootProps): ReactElement {
  return (
    <>
      <p className={css['quiet']}>Version {version}. What it changes outside asks for the approvals that it names.</p>
      <div className={css['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={busy}>
          Run it
        </Button>
      </div>
    </>
  );
}
