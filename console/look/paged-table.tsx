/**
 * A list that comes page by page, of what `usePages` gives: `<PagedTable label="Runs" pages={pages} columns={columns} … />`. Before the first
 * page it says that it loads, or why it does not; what is shown stays where a later look fails.
 */
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { DataTable, type DataTableProps } from './data-table.tsx';
import type { RowData } from './table/model.ts';
import { Failure, Loading } from './told.tsx';

type Pages<T> = {
  readonly data: { readonly pages: readonly { readonly items: readonly T[]; readonly total?: number }[] } | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
  readonly hasNextPage: boolean;
  readonly fetchNextPage: () => unknown;
};

type PagedTableProps<T extends RowData> = Omit<DataTableProps<T>, 'rows' | 'more' | 'onEnd' | 'total'> & { readonly pages: Pages<T> };

export function PagedTable<T extends RowData>({ pages, ...table }: PagedTableProps<T>): ReactElement {
  const rows = useRows(pages);
  const total = pages.data?.pages[0]?.total;
  if (pages.data !== undefined)
    return (
      <DataTable
        {...table}
        rows={rows}
        {...(total === undefined ? {} : { total })}
        more={pages.hasNextPage}
        onEnd={() => void pages.fetchNextPage()}
      />
    );
  return pages.error === null ? <Loading /> : <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
}

/** All that is loaded; the same list until more is. */
export function useRows<T>({ data }: Pick<Pages<T>, 'data'>): readonly T[] {
  return useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
}
