/** What a row of the queue says. */
import { Tooltip } from '@mantine/core';
import IconHandStop from '@tabler/icons-react/icons/IconHandStop';
import IconPlayerPlay from '@tabler/icons-react/icons/IconPlayerPlay';
import type { ReactElement } from 'react';
import type { IncidentSummary } from '../../../api/contract/incidents.ts';
import { slaState } from '../../../domain/incident/sla.ts';
import { Link } from '../../app/link.tsx';
import { useNow } from '../../look/clock.ts';
import type { Column } from '../../look/data-table.tsx';
import { Severity } from '../../look/severity.tsx';
import { State } from '../../look/state.tsx';
import { Countdown, When } from '../../look/when.tsx';
import css from './incidents.module.css';

export const columns: readonly Column<IncidentSummary>[] = [
  { key: 'severity', title: 'Severity', width: '5.5rem', cell: ({ severity }) => <Severity value={severity} /> },
  { key: 'title', title: 'Incident', width: 'minmax(16rem, 1fr)', cell: (row) => <Title row={row} /> },
  { key: 'waits', title: 'Waits', width: '3.5rem', cell: (row) => <Waits row={row} /> },
  { key: 'status', title: 'State', width: '6rem', cell: ({ status }) => <State value={status} /> },
  { key: 'confidence', title: 'Confidence', width: '5.5rem', cell: ({ confidence }) => <Confidence value={confidence} /> },
  { key: 'due', title: 'Contain within', width: '8rem', align: 'end', cell: (row) => <Due row={row} /> },
  { key: 'assignee', title: 'Assignee', width: '7.5rem', cell: ({ assignee }) => <Assignee value={assignee} /> },
  { key: 'opened', title: 'Opened', width: '5.5rem', align: 'end', cell: ({ openedAt }) => <When at={openedAt} as="distance" /> },
];

function Title({ row }: { readonly row: IncidentSummary }): ReactElement {
  return (
    <span className={css['title']}>
      <Link to={`/incidents/${row.id}`} tabIndex={-1} title={row.title} className={css['name']}>
        {row.title}
      </Link>
      {row.signalCount > 1 ? (
        <Tooltip label={`${row.signalCount} signals of the same: ${row.kinds.join(', ')}`}>
          <span className={css['times']}>×{row.signalCount}</span>
        </Tooltip>
      ) : null}
      <span className={css['kinds']}>{row.kinds.join(', ')}</span>
    </span>
  );
}

function Waits({ row }: { readonly row: IncidentSummary }): ReactElement | null {
  if (row.approvalsOpen > 0)
    return (
      <Mark text="waits for an approval" tone="waiting">
        <IconHandStop size={15} aria-hidden="true" />
      </Mark>
    );
  if (row.runsActive > 0)
    return (
      <Mark text="a playbook runs" tone="active">
        <IconPlayerPlay size={15} aria-hidden="true" />
      </Mark>
    );
  return null;
}

type MarkProps = { readonly text: string; readonly tone: 'waiting' | 'active'; readonly children: ReactElement };

function Mark({ text, tone, children }: MarkProps): ReactElement {
  return (
    <Tooltip label={text}>
      <span className={css[tone]}>
        {children}
        <span className="unseen">{text}</span>
      </span>
    </Tooltip>
  );
}

const confidenceSteps = { low: 1, medium: 2, high: 3 } as const;

export function Confidence({ value }: { readonly value: IncidentSummary['confidence'] }): ReactElement {
  return (
    <span className={css['confidence']}>
      <span className={css['dots']} aria-hidden="true">
        {[1, 2, 3].map((step) => (
          <span key={step} data-on={step <= confidenceSteps[value]} />
        ))}
      </span>
      {value}
    </span>
  );
}

/** Its clock, while it is open. */
export function Due({ row }: { readonly row: Pick<IncidentSummary, 'severity' | 'status' | 'openedAt' | 'dueAt'> }): ReactElement {
  const state = slaState(row, useNow(10_000));
  if (state === 'met') return <span className={css['quiet']}>–</span>;
  return (
    <span data-sla={state} className={css['due']}>
      <Countdown until={row.dueAt} late="late by" />
    </span>
  );
}

function Assignee({ value }: { readonly value: string | undefined }): ReactElement {
  return value === undefined ? <span className={css['quiet']}>nobody</span> : <>{value}</>;
}
