/**
 * A list of any length: only what is in sight is drawn. `j`/`k` (or arrows) move, Enter opens, `x` picks where rows can be picked. Rows keep
 * their height. Paging: `onEnd` is called when the end comes into sight. One table of a screen has the keys (`keys={false}` for the others).
 */
import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { inText } from './typing.ts';
import css from './css/data-table.module.css';

export type Column<T> = {
  readonly key: string;
  readonly title: string;
  /** A track of CSS grid: `7rem`, `minmax(12rem, 1fr)`. */
  readonly width: string;
  readonly align?: 'end';
  /** In place of the title, where it can be pressed. */
  readonly head?: ReactNode;
  readonly cell: (row: T) => ReactNode;
};

export type Picking = { readonly picked: ReadonlySet<string>; readonly onPick: (picked: ReadonlySet<string>) => void };

type DataTableProps<T> = {
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

export function DataTable<T>(props: DataTableProps<T>): ReactElement {
  const { label, rows, columns, rowId, picking, keys = true, rowHeight = 36, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [at, setAt] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => rowId(rows[index] as T),
  });
  useEnd(props, virtual.range?.endIndex ?? 0);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    virtual.scrollToIndex(next);
  };
  const onKey = (key: string): boolean => pressed({ props, at, move, key });
  useTableKeys(keys, onKey);
  const tracks = [...(picking === undefined ? [] : ['2.25rem']), ...columns.map(({ width }) => width)].join(' ');
  const offset = rows.length === 0 ? -1 : at;
  return (
    <div
      className={css['table']}
      role="grid"
      aria-label={label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-multiselectable={picking !== undefined}
      tabIndex={0}
      ref={scroller}
      aria-activedescendant={offset < 0 ? undefined : `${id}-${offset}`}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.target !== event.currentTarget || !['ArrowDown', 'ArrowUp', 'Home', 'End', 'Enter', ' '].includes(event.key)) return;
        if (onKey(event.key)) event.preventDefault();
      }}
    >
      <Head columns={columns} tracks={tracks} rows={rows} rowId={rowId} picking={picking} />
      {rows.length === 0 ? (
        <div role="row">
          <div role="gridcell">{empty}</div>
        </div>
      ) : (
        <div className={css['body']} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <Row
              key={item.key}
              table={props}
              row={rows[item.index] as T}
              place={{ id: `${id}-${item.index}`, index: item.index, top: item.start, height: rowHeight, tracks, here: item.index === at }}
              onHere={() => setAt(item.index)}
            />
          ))}
        </div>
      )}
    </div>
  );
}

type Pressed<T> = { readonly props: DataTableProps<T>; readonly at: number; readonly move: (to: number) => void; readonly key: string };

/** True where the key meant something. */
function pressed<T>({ props, at, move, key }: Pressed<T>): boolean {
  const { rows, rowId, onOpen, picking } = props;
  if (key === 'j' || key === 'ArrowDown') move(at + 1);
  else if (key === 'k' || key === 'ArrowUp') move(at - 1);
  else if (key === 'Home') move(0);
  else if (key === 'End') move(rows.length - 1);
  else return onRow(rows[at], key);
  return true;

  function onRow(row: T | undefined, pressedKey: string): boolean {
    if (row === undefined) return false;
    if (pressedKey === 'Enter' || pressedKey === 'o') onOpen?.(row);
    else if ((pressedKey === 'x' || pressedKey === ' ') && picking !== undefined) toggle(picking, rowId(row));
    else return false;
    return true;
  }
}

/** The screen's keys, wherever the focus is, but not while somebody types or a dialog is open. */
function useTableKeys(enabled: boolean, onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || inText(event.target)) return;
      const own = ['j', 'k', 'o', 'x'].includes(event.key) || (event.key === 'Enter' && event.target === document.body);
      if (own && latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);
}

function useEnd<T>({ rows, more = false, onEnd }: DataTableProps<T>, lastSeen: number): void {
  useEffect(() => {
    if (more && lastSeen >= rows.length - 20) onEnd?.();
  }, [more, lastSeen, rows.length, onEnd]);
}

type HeadProps<T> = Pick<DataTableProps<T>, 'columns' | 'rows' | 'rowId'> & {
  readonly tracks: string;
  readonly picking: Picking | undefined;
};

function Head<T>({ columns, tracks, rows, rowId, picking }: HeadProps<T>): ReactElement {
  return (
    <div className={css['head']} role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
      {picking === undefined ? null : (
        <div role="columnheader" className={css['pick']}>
          <Checkbox
            size="xs"
            aria-label="Pick all that are loaded"
            checked={picking.picked.size > 0 && picking.picked.size === rows.length}
            indeterminate={picking.picked.size > 0 && picking.picked.size < rows.length}
            onChange={(event) => picking.onPick(new Set(event.currentTarget.checked ? rows.map(rowId) : []))}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.key} role="columnheader" className={column.align === 'end' ? css['end'] : undefined}>
          {column.head ?? column.title}
        </div>
      ))}
    </div>
  );
}

type Place = {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly tracks: string;
  readonly here: boolean;
};
type RowProps<T> = { readonly table: DataTableProps<T>; readonly row: T; readonly place: Place; readonly onHere: () => void };

function Row<T>({ table, row, place, onHere }: RowProps<T>): ReactElement {
  const { columns, rowId, rowLabel, picking, onOpen } = table;
  const picked = picking?.picked.has(rowId(row)) ?? false;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has the keys
    <div
      id={place.id}
      role="row"
      aria-rowindex={place.index + 2}
      aria-selected={picking === undefined ? undefined : picked}
      className={css['row']}
      data-here={place.here}
      data-picked={picked}
      data-opens={onOpen !== undefined}
      style={{ gridTemplateColumns: place.tracks, height: place.height, transform: `translateY(${place.top}px)` }}
      onClick={(event) => {
        onHere();
        if (!(event.target as HTMLElement).closest('a, button, input, label')) onOpen?.(row);
      }}
    >
      {picking === undefined ? null : (
        <div role="gridcell" className={css['pick']}>
          <Checkbox
            size="xs"
            tabIndex={-1}
            aria-label={`Pick ${rowLabel(row)}`}
            checked={picked}
            onChange={() => toggle(picking, rowId(row))}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.key} role="gridcell" className={column.align === 'end' ? css['end'] : undefined}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

function toggle({ picked, onPick }: Picking, id: string): void {
  const next = new Set(picked);
  if (!next.delete(id)) next.add(id);
  onPick(next);
}
