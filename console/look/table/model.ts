/** What a list is made of, told to TanStack Table: columns, which rows are picked, and in which order they stand. It draws nothing. */
import {
  constructSortFn,
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type Cell,
  type ColumnDef,
  type ReactTable,
  type Row,
  type RowData,
  type RowSelectionState,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

export type { RowData };

/** Undefined stands last, whichever way it is sorted. */
type Sortable = string | number | undefined;

export type Column<T> = {
  readonly key: string;
  readonly title: string;
  /** A track of CSS grid: `7rem`, `minmax(12rem, 1fr)`. */
  readonly width: string;
  readonly align?: 'end';
  /** What the rows are sorted by when the title is pressed, where all of them are loaded. */
  readonly by?: (row: T) => Sortable;
  readonly cell: (row: T) => ReactNode;
};

export type Picking = { readonly picked: ReadonlySet<string>; readonly onPick: (picked: ReadonlySet<string>) => void };

type Look = { readonly width: string; readonly align: 'end' | undefined };

const features = tableFeatures({ rowSelectionFeature, rowSortingFeature, sortedRowModel: createSortedRowModel(), columnMeta: {} as Look });

export type TableOf<T extends RowData> = ReactTable<typeof features, T>;
export type RowOf<T extends RowData> = Row<typeof features, T>;
export type CellOf<T extends RowData> = Cell<typeof features, T>;

type ModelInput<T extends RowData> = {
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowId: (row: T) => string;
  readonly picking: Picking | undefined;
  /** All rows are loaded. */
  readonly whole: boolean;
};

export function useTableModel<T extends RowData>({ rows, columns, rowId, picking, whole }: ModelInput<T>): TableOf<T> {
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const rowSelection = useMemo(() => selectionOf(picking?.picked), [picking?.picked]);
  return useTable<typeof features, T>({
    features,
    columns: definitions,
    data: useSteadyArray(rows),
    getRowId: rowId,
    enableSorting: whole,
    enableRowSelection: picking !== undefined,
    state: { rowSelection },
    onRowSelectionChange: (change) => {
      const next = typeof change === 'function' ? change(rowSelection) : change;
      picking?.onPick(new Set(Object.keys(next)));
    },
  });
}

/** Tracks of CSS grid, one a column. */
export function tracksOf<T>(columns: readonly Column<T>[], picking: boolean): string {
  return [...(picking ? ['2.25rem'] : []), ...columns.map(({ width }) => width)].join(' ');
}

function definitionOf<T extends RowData>({ key, title, width, align, by, cell }: Column<T>): ColumnDef<typeof features, T> {
  const shared = { id: key, header: title, meta: { width, align }, cell: ({ row }: { readonly row: RowOf<T> }) => cell(row.original) };
  return by === undefined ? { ...shared, enableSorting: false } : { ...shared, accessorFn: by, sortFn: natural, sortUndefined: 'last' };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Numbers by their size, words as a person files them: `v2` before `v10`. */
const natural = constructSortFn({
  sort: (a: string | number, b: string | number) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)),
});

function selectionOf(picked: ReadonlySet<string> | undefined): RowSelectionState {
  return Object.fromEntries([...(picked ?? [])].map((id) => [id, true as const]));
}

/** The same array as long as the same rows are in it: a screen that puts its pages together on every render is not another list each time. */
function useSteadyArray<T>(rows: readonly T[]): readonly T[] {
  const [kept, setKept] = useState(rows);
  if (kept === rows || (kept.length === rows.length && kept.every((row, index) => row === rows[index]))) return kept;
  setKept(rows);
  return rows;
}
