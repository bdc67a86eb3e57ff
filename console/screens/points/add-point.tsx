/** A new point, or other settings for one that is known by its name. Settings go in and are not shown again. */
import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PointRequest } from '../../../api/contract/points.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { Failure } from '../../look/told.tsx';
import css from './points.module.css';

type Kind = {
  readonly value: string;
  readonly label: string;
  readonly kind: PointRequest['kind'];
  readonly target: PointRequest['target'];
  readonly settings: string;
};

const kinds: readonly Kind[] = [
  { value: 'nftables', label: 'nftables: a firewall of Linux', kind: 'nftables', target: 'nftables', settings: '{ "exec": [] }' },
  { value: 'rego', label: 'OPA: connections', kind: 'opa', target: 'rego', settings: '{ "url": "http://127.0.0.1:8181" }' },
  {
    value: 'rego-access',
    label: 'OPA: access and the use of models',
    kind: 'opa',
    target: 'rego-access',
    settings: '{ "url": "http://127.0.0.1:8181" }',
  },
];

function useNewPoint() {
  const [name, setName] = useState('');
  const [value, setValue] = useState('nftables');
  const kind = kinds.find((one) => one.value === value);
  const [typed, setSettings] = useState<string>();
  const settings = typed ?? kind?.settings ?? '{}';
  const parsed = parse(settings);
  const ready = name.trim() !== '' && parsed !== undefined && kind !== undefined;
  const body = ready ? { name: name.trim(), kind: kind.kind, target: kind.target, settings: parsed } : undefined;
  return { name, setName, value, setValue, settings, setSettings, bad: parsed === undefined, body };
}

export function AddPoint({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { name, setName, value, setValue, settings, setSettings, bad, body } = useNewPoint();
  const send = useSend('points.put', {
    stale: ['points.list'],
    onDone: (point) => {
      notify(`${point.name} is looked at from now on.`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Add an enforcement point" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={css['told']}
        onSubmit={(event) => {
          event.preventDefault();
          if (body !== undefined) send.mutate({ body });
        }}
      >
        <TextInput
          label="Name"
          required
          maxLength={64}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          data-autofocus
        />
        <Select
          label="What it is"
          allowDeselect={false}
          data={kinds.map((one) => ({ value: one.value, label: one.label }))}
          value={value}
          onChange={(next) => setValue(next ?? value)}
        />
        <Textarea
          label="Settings"
          description="JSON: how it is reached. They may hold secrets, and are not shown again."
          autosize
          minRows={3}
          value={settings}
          error={bad ? 'this is no JSON object' : undefined}
          onChange={({ currentTarget }) => setSettings(currentTarget.value)}
        />
        {send.error === null ? null : <Failure error={send.error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={send.isPending} disabled={body === undefined}>
            Add it
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
