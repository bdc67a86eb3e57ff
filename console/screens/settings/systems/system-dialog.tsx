/** An outside system: how it is reached, and its secrets, which go in and are never shown. One that is not typed stays as it was. */
import { Button, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { System, SystemRequest } from '../../../../api/contract/systems.ts';
import { systemKinds } from '../../../../domain/systems/catalogue.ts';
import type { SystemKind } from '../../../../domain/systems/catalogue.ts';
import { useSend } from '../../../api/queries.ts';
import { notify } from '../../../app/notices.tsx';
import { Failure } from '../../../look/told.tsx';
import css from '../settings.module.css';
import { printValue, secretLabels, systemFields, type Field } from './fields.ts';

type Texts = { readonly [name: string]: string };
type DialogProps = { readonly system: System | undefined; readonly onClose: () => void };

const kinds = (Object.keys(systemKinds) as SystemKind[]).map((kind) => ({ value: kind, label: systemKinds[kind].title }));

function useSystem(system: System | undefined) {
  const [name, setName] = useState(system?.name ?? '');
  const [kind, setKind] = useState<SystemKind>(system?.kind ?? 'microsoft-graph');
  const [texts, setTexts] = useState<Texts>(() =>
    Object.fromEntries(Object.entries(system?.settings ?? {}).map(([field, value]) => [field, printValue(value)])),
  );
  const [secrets, setSecrets] = useState<Texts>({});
  const fields = systemFields[kind];
  const roles: readonly string[] = systemKinds[kind].secrets;
  const ready =
    name.trim() !== '' &&
    fields.every((field) => field.required !== true || filled(texts[field.name])) &&
    roles.every((role) => system?.secrets.includes(role) === true || filled(secrets[role]));
  const body: SystemRequest = { name: name.trim(), kind, settings: settingsOf(fields, texts), secrets: typedSecrets(roles, secrets) };
  return { name, setName, kind, setKind, texts, setTexts, secrets, setSecrets, fields, roles, ready, body };
}

export function SystemDialog({ system, onClose }: DialogProps): ReactElement {
  const { name, setName, kind, setKind, texts, setTexts, secrets, setSecrets, fields, roles, ready, body } = useSystem(system);
  const send = useSend('systems.put', {
    stale: ['systems.list', 'settings.get'],
    onDone: (saved) => {
      notify(`${saved.name} is saved.`);
      onClose();
    },
  });
  const change = (field: string, value: string) => setTexts((before) => ({ ...before, [field]: value }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={system === undefined ? 'Add an outside system' : system.name}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        className={css['form']}
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) send.mutate({ body });
        }}
      >
        {system === undefined ? <New name={name} onName={setName} kind={kind} onKind={setKind} /> : null}
        <Fields of={fields.filter(({ rare }) => rare !== true)} texts={texts} onChange={change} />
        {roles.map((role) => (
          <PasswordInput
            key={role}
            label={secretLabels[role] ?? role}
            description="Stored apart, and shown to nobody."
            placeholder={system?.secrets.includes(role) === true ? 'stored; type to replace it' : ''}
            required={system?.secrets.includes(role) !== true}
            size="xs"
            autoComplete="new-password"
            maxLength={4096}
            value={secrets[role] ?? ''}
            onChange={({ currentTarget }) => setSecrets({ ...secrets, [role]: currentTarget.value })}
          />
        ))}
        <details>
          <summary>Addresses and times</summary>
          <div className={css['form']}>
            <Fields of={fields.filter(({ rare }) => rare === true)} texts={texts} onChange={change} />
          </div>
        </details>
        {send.error === null ? null : <Failure error={send.error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={send.isPending} disabled={!ready}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type NewProps = {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly kind: SystemKind;
  readonly onKind: (kind: SystemKind) => void;
};

function New({ name, onName, kind, onKind }: NewProps): ReactElement {
  return (
    <>
      <TextInput
        label="Name"
        description="As playbooks name it; it does not change."
        placeholder="entra"
        required
        maxLength={64}
        value={name}
        onChange={({ currentTarget }) => onName(currentTarget.value)}
        data-autofocus
      />
      <Select
        label="What it is"
        allowDeselect={false}
        data={kinds}
        value={kind}
        onChange={(value) => onKind(kinds.find((one) => one.value === value)?.value ?? kind)}
      />
    </>
  );
}

type FieldsProps = {
  readonly of: readonly Field[];
  readonly texts: Texts;
  readonly onChange: (field: string, value: string) => void;
};

function Fields({ of, texts, onChange }: FieldsProps): ReactElement {
  return (
    <>
      {of.map(({ name, label, hint, required = false, number = false }) => (
        <TextInput
          key={name}
          label={label}
          placeholder={hint ?? ''}
          required={required}
          maxLength={300}
          {...(number ? { inputMode: 'numeric' as const } : {})}
          value={texts[name] ?? ''}
          onChange={({ currentTarget }) => onChange(name, currentTarget.value)}
        />
      ))}
    </>
  );
}

function filled(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

/** What is left empty is not told. A number that is none goes as it was typed: the API says what it takes. */
function settingsOf(fields: readonly Field[], texts: Texts): SystemRequest['settings'] {
  const told = fields.filter(({ name }) => filled(texts[name]));
  return Object.fromEntries(
    told.map(({ name, number }) => {
      const text = (texts[name] ?? '').trim();
      return [name, number === true && /^\d+$/u.test(text) ? Number(text) : text];
    }),
  );
}

function typedSecrets(roles: readonly string[], secrets: Texts): SystemRequest['secrets'] {
  return Object.fromEntries(roles.flatMap((role) => (filled(secrets[role]) ? [[role, secrets[role] ?? '']] : [])));
}
