/** What runs ask people to do, what is due first at the top; each is answered where it stands in its run. */
import type { ReactElement } from 'react';
import type { Task } from '../../../api/contract/tasks.ts';
import { Link } from '../../app/link.tsx';
import { useGo } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { Countdown, When } from '../../look/when.tsx';
import type { Whole } from './use-whole.ts';
import css from './approvals.module.css';

const placeOf = ({ run, step }: Task): string => `/runs/${run}?step=${encodeURIComponent(step)}`;

export function Tasks({ tasks: { rows, error, retry } }: { readonly tasks: Whole<Task> }): ReactElement {
  const go = useGo();
  if (rows === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={retry} />;
  return (
    <DataTable
      label="Tasks that wait"
      rows={rows}
      rowId={({ id }) => id}
      rowLabel={({ title }) => title}
      rowHeight={52}
      onOpen={(task) => go(placeOf(task))}
      columns={columns}
      empty={
        <Empty title="No task waits for anybody">
          <p>
            A playbook asks people here for what it cannot do itself: to look at a host, to call an owner. The answer goes on in its run.
          </p>
        </Empty>
      }
    />
  );
}

const columns: readonly Column<Task>[] = [
  {
    key: 'what',
    title: 'What is asked',
    width: 'minmax(18rem, 1fr)',
    by: ({ title }) => title,
    cell: (task) => (
      <div className={css['what']}>
        <Link to={placeOf(task)} className={css['summary']}>
          {task.title}
        </Link>
        <span className={css['under']}>
          {task.run} · {task.step}
        </span>
      </div>
    ),
  },
  { key: 'of', title: 'Asked of', width: 'minmax(9rem, 0.4fr)', cell: ({ roles, people }) => [...roles, ...people].join(', ') },
  { key: 'taken', title: 'Taken on by', width: '9rem', by: ({ claimedBy }) => claimedBy, cell: ({ claimedBy }) => claimedBy ?? 'nobody' },
  {
    key: 'asked',
    title: 'Asked',
    width: '6rem',
    by: ({ openedAt }) => openedAt,
    cell: ({ openedAt }) => <When at={openedAt} as="distance" />,
  },
  {
    key: 'left',
    title: 'Expires in',
    width: '7rem',
    align: 'end',
    by: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) => <Countdown until={expiresAt} late="over" />,
  },
];
