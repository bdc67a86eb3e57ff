/** Every policy: where it is in its life, which version is in force, and at how many of the enforcement points. */
import { Button, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { PolicySummary } from '../../../api/contract/policies.ts';
import type { Point } from '../../../api/contract/points.ts';
import { usePages, useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { coverageOf, type Coverage } from './coverage.ts';
import { queryOf, states } from './query.ts';
import css from './policies.module.css';

const lookMs = 15_000;

type Row = PolicySummary & { readonly coverage: Coverage };

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const { find } = url;
  const query = queryOf(url);
  const pages = usePages('policies.list', { query: { limit: 200, ...query } }, { keep: true, everyMs: lookMs });
  const points = useRead('points.list', {}, { everyMs: lookMs });
  const rows = useRows(pages.data?.pages, points.data?.items, find);
  const go = useGo();
  return (
    <Page title="Policies" about="What must hold, in which version, and where it is in force." actions={<Actions />} fill>
      <div className={css['filters']} role="search" aria-label="Find a policy">
        <TextInput
          aria-label="Name"
          placeholder="Name, owner or state"
          value={find ?? ''}
          onChange={({ currentTarget: { value } }) => setUrl({ find: value === '' ? undefined : value })}
        />
        <Select
          aria-label="State"
          placeholder="Any state"
          clearable
          data={[...states]}
          value={query.state ?? null}
          onChange={(state) => setUrl({ state: state ?? undefined })}
        />
      </div>
      {pages.data === undefined ? (
        pages.error === null ? (
          <Loading />
        ) : (
          <Failure error={pages.error} onRetry={() => void pages.refetch()} />
        )
      ) : (
        <DataTable
          label="Policies"
          rows={rows}
          rowId={({ policy }) => policy}
          rowLabel={({ policy }) => policy}
          onOpen={({ policy }) => go(`/policies/${policy}`)}
          more={pages.hasNextPage}
          onEnd={() => void pages.fetchNextPage()}
          columns={columns}
          empty={
            <Nothing any={find === undefined && query.state === undefined} onAll={() => setUrl({ find: undefined, state: undefined })} />
          }
        />
      )}
    </Page>
  );
}

type Pages = readonly { readonly items: readonly PolicySummary[] }[] | undefined;

function useRows(pages: Pages, points: readonly Point[] | undefined, find: string | undefined): readonly Row[] {
  return useMemo(() => {
    const words = (find ?? '').trim().toLowerCase();
    return (pages ?? [])
      .flatMap(({ items }) => items)
      .filter(({ policy, author, state }) => [policy, author, state].some((text) => text.toLowerCase().includes(words)))
      .map((policy) => ({ ...policy, coverage: coverageOf(policy.policy, points ?? []) }));
  }, [pages, points, find]);
}

const columns: readonly Column<Row>[] = [
  { key: 'state', title: 'State', width: '9rem', by: ({ state }) => state, cell: ({ state }) => <State value={state} /> },
  {
    key: 'policy',
    title: 'Policy',
    by: ({ policy }) => policy,
    width: 'minmax(14rem, 1.4fr)',
    cell: ({ policy, reason }) => (
      <span className={css['name']}>
        <Link to={`/policies/${policy}`}>{policy}</Link>
        {reason === undefined ? null : <span className={css['quiet']}>sent back: {reason}</span>}
      </span>
    ),
  },
  {
    key: 'enforced',
    title: 'In force',
    by: ({ enforced }) => enforced,
    width: '6rem',
    align: 'end',
    cell: ({ enforced }) => (enforced === undefined ? '–' : `v${enforced}`),
  },
  {
    key: 'draft',
    title: 'In work',
    width: '6rem',
    align: 'end',
    by: ({ draft }) => draft,
    cell: ({ draft }) => (draft === undefined ? '–' : `v${draft}`),
  },
  {
    key: 'coverage',
    title: 'Points',
    width: '11rem',
    by: ({ coverage }) => coverage.points - coverage.inForce,
    cell: ({ coverage }) => <Covered coverage={coverage} />,
  },
  { key: 'author', title: 'Author', width: 'minmax(7rem, 0.6fr)', by: ({ author }) => author, cell: ({ author }) => author },
  {
    key: 'at',
    title: 'Changed',
    width: '7rem',
    by: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <When at={updatedAt} as="distance" />,
  },
];

function Covered({ coverage: { points, inForce } }: { readonly coverage: Coverage }): ReactElement {
  if (points === 0) return <span className={css['quiet']}>none</span>;
  const whole = inForce === points;
  return <State value="coverage" tone={whole ? 'good' : 'warn'} label={`${inForce} of ${points} in force`} />;
}

function Actions(): ReactElement | null {
  const may = useMay();
  const go = useGo();
  return may('policies.draft') ? <Button onClick={() => go('/author')}>Write a policy</Button> : null;
}

function Nothing({ any, onAll }: { readonly any: boolean; readonly onAll: () => void }): ReactElement {
  if (!any)
    return (
      <Empty
        title="No policy is like that"
        action={
          <Button variant="default" onClick={onAll}>
            Show all policies
          </Button>
        }
      />
    );
  return (
    <Empty title="There is no policy yet" action={<Actions />}>
      A policy begins as a sentence, such as <q>Only the payment services may reach the cardholder database.</q> It is drafted, proved,
      approved by people, and then enforced.
    </Empty>
  );
}
