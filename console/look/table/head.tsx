/** The row of titles: it stays in sight; a title that sorts is a button. */
import { Checkbox } from '@mantine/core';
import IconArrowDown from '@tabler/icons-react/icons/IconArrowDown';
import IconArrowUp from '@tabler/icons-react/icons/IconArrowUp';
import type { ReactElement } from 'react';
import type { RowData, TableOf } from './model.ts';
import css from '../css/data-table.module.css';

type HeadProps<T extends RowData> = { readonly table: TableOf<T>; readonly tracks: string; readonly picks: boolean };

export function Head<T extends RowData>({ table, tracks, picks }: HeadProps<T>): ReactElement {
  return (
    <div className={css['head']} role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
      {picks ? <PickAll table={table} /> : null}
      {table.getFlatHeaders().map(({ id, column }) => {
        const sorted = column.getIsSorted();
        return (
          <div
            key={id}
            role="columnheader"
            className={column.columnDef.meta?.align === 'end' ? css['end'] : undefined}
            aria-sort={sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
          >
            {column.getCanSort() ? (
              <button type="button" className={css['sorts']} onClick={() => column.toggleSorting()}>
                {column.columnDef.header as string}
                <Arrow sorted={sorted} />
              </button>
            ) : (
              (column.columnDef.header as string)
            )}
          </div>
        );
      })}
    </div>
  );
}

function Arrow({ sorted }: { readonly sorted: false | 'asc' | 'desc' }): ReactElement | null {
  if (sorted === false) return null;
  return sorted === 'asc' ? <IconArrowUp size={12} aria-hidden="true" /> : <IconArrowDown size={12} aria-hidden="true" />;
}

function PickAll<T extends RowData>({ table }: { readonly table: TableOf<T> }): ReactElement {
  const all = table.getIsAllRowsSelected();
  return (
    <div role="columnheader" className={css['pick']}>
      <Checkbox
        size="xs"
        aria-label="Pick all that are loaded"
        checked={all}
        indeterminate={!all && table.getIsSomeRowsSelected()}
        onChange={(event) => table.toggleAllRowsSelected(event.currentTarget.checked, { deselectAll: true })}
      />
    </div>
  );
}
