/**
 * A list of any length: only what is in sight is drawn (TanStack Virtual), of what TanStack Table makes of the rows. `j`/`k` (or arrows) move, Enter
 * opens, `x` picks where rows can be picked (a press with Shift picks all from the last one). Rows keep their height. Paging: `onEnd` is called when
 * the end comes into sight. One table of a screen has the keys (`keys={false}` for the others).
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode, RefObject } from 'react';
import { Head } from './table/head.tsx';
import { pressed, useTableKeys } from './table/keys.ts';
import { tracksOf, useTableModel, type Column, type Picking, type RowData, type RowOf } from './table/model.ts';
import { TableRow } from './table/row.tsx';
import css from './css/data-table.module.css';

export type { Column } from './table/model.ts';

export type DataTableProps<T extends RowData> = {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowId: (row: T) => string;
  readonly rowLabel: (row: T) => string;
  readonly onOpen?: (row: T) => void;
  readonly onEnd?: () => void;
  readonly more?: boolean;
  readonly picking?: Picking;
  readonly keys?: boolean;
  readonly rowHeight?: number;
  readonly empty?: ReactNode;
  /** How many there are where not all are loaded. */
  readonly total?: number;
};

export function DataTable<T extends RowData>(props: DataTableProps<T>): ReactElement {
  const { label, columns, rowId, picking, more = false, keys = true, rowHeight = 36, empty, onOpen } = props;
  const table = useTableModel({ rows: props.rows, columns, rowId, picking, whole: !more });
  const { rows } = table.getRowModel();
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const { virtual, at, setAt, move } = useSight(rows, scroller, rowHeight);
  useEnd(props, virtual.range?.endIndex ?? 0);
  const onKey = (key: string): boolean => pressed(key, { rows, at, move, onOpen });
  useTableKeys(keys, onKey);
  const tracks = tracksOf(columns, picking !== undefined);
  const placeOf = (index: number, top: number) => ({ id: `${id}-${index}`, index, top, height: rowHeight, tracks, here: index === at });
  return (
    <div
      className={css['table']}
      role="grid"
      aria-label={label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-multiselectable={picking !== undefined}
      tabIndex={0}
      ref={scroller}
      aria-activedescendant={at < 0 || rows.length === 0 ? undefined : `${id}-${at}`}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.target !== event.currentTarget || !['ArrowDown', 'ArrowUp', 'Home', 'End', 'Enter', ' '].includes(event.key)) return;
        if (onKey(event.key)) event.preventDefault();
      }}
    >
      <Head table={table} tracks={tracks} picks={picking !== undefined} />
      {rows.length === 0 ? (
        <div role="row">
          <div role="gridcell">{empty}</div>
        </div>
      ) : (
        <div className={css['body']} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index] as RowOf<T>;
            const name = props.rowLabel(row.original);
            return (
              <TableRow
                key={key}
                row={row}
                columns={columns}
                label={name}
                place={placeOf(index, start)}
                picks={row.getCanSelect()}
                picked={row.getIsSelected()}
                onHere={setAt}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

/** Which rows are in sight, and the one that the keys are at. */
function useSight<T extends RowData>(rows: readonly RowOf<T>[], scroller: RefObject<HTMLDivElement | null>, rowHeight: number) {
  const [at, setAt] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => (rows[index] as RowOf<T>).id,
  });
  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    virtual.scrollToIndex(next);
  };
  return { virtual, at, setAt, move };
}

function useEnd<T extends RowData>({ rows, more = false, onEnd }: DataTableProps<T>, lastSeen: number): void {
  useEffect(() => {
    if (more && lastSeen >= rows.length - 20) onEnd?.();
  }, [more, lastSeen, rows.length, onEnd]);
}
