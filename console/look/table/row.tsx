/** One row in its place. It is drawn anew only when something of it changed: a list that is scrolled or walked by keys keeps the rows that stay. */
import { Checkbox } from '@mantine/core';
import { memo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { CellOf, Column, RowData, RowOf } from './model.ts';
import css from '../css/data-table.module.css';

export type Place = {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly tracks: string;
  readonly here: boolean;
};

type TableRowProps<T extends RowData> = {
  readonly row: RowOf<T>;
  /** What the row looks like is said by them. */
  readonly columns: readonly Column<T>[];
  readonly label: string;
  readonly place: Place;
  readonly picks: boolean;
  readonly picked: boolean;
  readonly onHere: (index: number) => void;
  readonly onOpen: ((row: T) => void) | undefined;
};

export const TableRow = memo(Drawn, isSame) as typeof Drawn;

function isSame<T extends RowData>({ place, ...rest }: TableRowProps<T>, next: TableRowProps<T>): boolean {
  const sameOf = <V extends object>(one: V, other: V): boolean =>
    (Object.keys(one) as (keyof V)[]).every((name) => one[name] === other[name]);
  return sameOf(place, next.place) && sameOf(rest, next);
}

function Drawn<T extends RowData>({ row, label, place, picks, picked, onHere, onOpen }: TableRowProps<T>): ReactElement {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has the keys
    <div
      id={place.id}
      role="row"
      aria-rowindex={place.index + 2}
      aria-selected={picks ? picked : undefined}
      className={css['row']}
      data-here={place.here}
      data-picked={picked}
      data-opens={onOpen !== undefined}
      style={{ gridTemplateColumns: place.tracks, height: place.height, transform: `translateY(${place.top}px)` }}
      onClick={(event) => {
        onHere(place.index);
        if (!(event.target as HTMLElement).closest('a, button, input, label')) onOpen?.(row.original);
      }}
    >
      {picks ? (
        <div role="gridcell" className={css['pick']}>
          <Checkbox size="xs" tabIndex={-1} aria-label={`Pick ${label}`} checked={picked} onChange={row.getToggleSelectedHandler()} />
        </div>
      ) : null}
      {row.getAllCells().map((cell) => (
        <div key={cell.id} role="gridcell" className={cell.column.columnDef.meta?.align === 'end' ? css['end'] : undefined}>
          {drawn(cell)}
        </div>
      ))}
    </div>
  );
}

/** Called, not made a component of: where a screen writes its columns anew on each render, what is in a cell stays what it was. */
function drawn<T extends RowData>(cell: CellOf<T>): ReactNode {
  const draw = cell.column.columnDef.cell;
  return typeof draw === 'function' ? (draw(cell.getContext()) as ReactNode) : draw;
}
