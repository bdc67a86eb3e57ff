/** The keys of a list: `j`/`k` (or arrows) move, Enter opens, `x` picks. */
import { useEffect, useRef } from 'react';
import { inText } from '../typing.ts';
import type { RowData, RowOf } from './model.ts';

type Pressed<T extends RowData> = {
  readonly rows: readonly RowOf<T>[];
  readonly at: number;
  readonly move: (to: number) => void;
  readonly onOpen: ((row: T) => void) | undefined;
};

/** True where the key meant something. */
export function pressed<T extends RowData>(key: string, { rows, at, move, onOpen }: Pressed<T>): boolean {
  if (key === 'j' || key === 'ArrowDown') move(at + 1);
  else if (key === 'k' || key === 'ArrowUp') move(at - 1);
  else if (key === 'Home') move(0);
  else if (key === 'End') move(rows.length - 1);
  else return onRow(key, rows[at], onOpen);
  return true;
}

function onRow<T extends RowData>(key: string, row: RowOf<T> | undefined, onOpen: ((row: T) => void) | undefined): boolean {
  if (row === undefined) return false;
  if (key === 'Enter' || key === 'o') onOpen?.(row.original);
  else if ((key === 'x' || key === ' ') && row.getCanSelect()) row.toggleSelected();
  else return false;
  return true;
}

/** The screen's keys, wherever the focus is, but not while somebody types or a dialog is open. */
export function useTableKeys(enabled: boolean, onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || inText(event.target)) return;
      const own = ['j', 'k', 'o', 'x'].includes(event.key) || (event.key === 'Enter' && event.target === document.body);
      if (own && latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);
}
