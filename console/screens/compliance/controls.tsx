/** The controls of a framework: how each stands, on how many findings and rows. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ReactElement } from 'react';
import type { ControlStatus, ControlSummary } from '../../../api/contract/compliance/compliance.ts';
import type { UrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Empty } from '../../look/told.tsx';
import { ControlState, statusWords } from './status.tsx';
import css from './compliance.module.css';

const pauseMs = 300;
const statuses = Object.entries(statusWords).map(([value, label]) => ({ value, label }));
const order = Object.keys(statusWords);

type FilterProps = { readonly url: UrlState; readonly setUrl: (patch: UrlState) => void };

export function Filters({ url, setUrl }: FilterProps): ReactElement {
  const say = useDebouncedCallback((text: string) => setUrl({ text: text.trim() === '' ? undefined : text.trim() }), pauseMs);
  const filtered = url['status'] !== undefined || url['text'] !== undefined;
  return (
    <div className={css['filters']} role="search" aria-label="Filter the controls">
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        data={statuses}
        value={url['status'] ?? null}
        onChange={(status) => setUrl({ status: status ?? undefined })}
      />
      <TextInput
        key={url['text'] ?? ''}
        aria-label="Text"
        placeholder="Id or title"
        maxLength={100}
        defaultValue={url['text'] ?? ''}
        onChange={(event) => say(event.currentTarget.value)}
      />
      {filtered ? (
        <Button variant="subtle" onClick={() => setUrl({ status: undefined, text: undefined })}>
          Show all
        </Button>
      ) : null}
    </div>
  );
}

type ControlsProps = { readonly rows: readonly ControlSummary[]; readonly onOpen: (control: string) => void };

export function Controls({ rows, onOpen }: ControlsProps): ReactElement {
  return (
    <DataTable
      label="Controls"
      rows={rows}
      rowId={({ control }) => control}
      rowLabel={({ control, title, status }) => `${shortControl(control)} ${title}, ${statusWords[status]}`}
      onOpen={({ control }) => onOpen(control)}
      columns={columns}
      empty={
        <Empty title="No control is like that">
          Controls stand here that a framework has and Edict bears on, and those that a policy or a playbook cites by its{' '}
          <code>controls</code>.
        </Empty>
      }
    />
  );
}

export function shortControl(control: string): string {
  return control.slice(control.indexOf(':') + 1).toUpperCase();
}

export function statusOf(text: string | undefined): ControlStatus | undefined {
  return text !== undefined && Object.hasOwn(statusWords, text) ? (text as ControlStatus) : undefined;
}

const columns: readonly Column<ControlSummary>[] = [
  {
    key: 'status',
    title: 'Status',
    width: '9rem',
    by: ({ status }) => order.indexOf(status),
    cell: ({ status }) => <ControlState status={status} />,
  },
  { key: 'control', title: 'Control', width: '8rem', cell: ({ control }) => <span className={css['id']}>{shortControl(control)}</span> },
  {
    key: 'title',
    title: 'Title',
    width: 'minmax(14rem, 1fr)',
    cell: ({ title }) => (title === '' ? <span className={css['quiet']}>read it at its source</span> : <span title={title}>{title}</span>),
  },
  { key: 'holds', title: 'Holds', width: '5rem', align: 'end', by: ({ holds }) => holds, cell: ({ holds }) => holds },
  { key: 'fails', title: 'Does not', width: '5.5rem', align: 'end', by: ({ fails }) => fails, cell: ({ fails }) => fails },
  { key: 'unseen', title: 'Unseen', width: '5rem', align: 'end', by: ({ unseen }) => unseen, cell: ({ unseen }) => unseen },
  { key: 'evidence', title: 'Evidence', width: '6rem', align: 'end', by: ({ evidence }) => evidence, cell: ({ evidence }) => evidence },
];
