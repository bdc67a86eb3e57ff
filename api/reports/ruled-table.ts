/** A table over as many pages as it takes: its head again on each, a line below each row, no row apart. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bottom, drawn, margin, need, rule, softInk, use } from './pen.ts';
import type { Sheet, Style } from './pen.ts';

/** `share` of the column's width; those of a table make 1. */
export type Column = { readonly title: string; readonly share: number };

const gap = 8;
const padding = 3;
const cellSize = 7.5;
const headStyle: Style = { face: 'bold', colour: softInk, size: cellSize };
const cellStyle: Style = { size: cellSize };
/** So much fits a page in all but the narrowest columns; what is longer is cut, and says so. */
const longestCell = 600;

export async function ruledTable(sheet: Sheet, columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
  const titles = columns.map(({ title }) => title);
  const headHeight = heightOf(sheet, columns, titles, headStyle);
  need(sheet, headHeight + 40);
  line(sheet, columns, titles, headStyle);
  for (const row of rows) {
    const cells = row.map((cell) => (cell.length > longestCell ? `${cell.slice(0, longestCell)}…` : cell));
    const height = Math.min(heightOf(sheet, columns, cells, cellStyle), bottom(sheet) - margin - headHeight - 4 * padding);
    if (need(sheet, height + 2 * padding)) line(sheet, columns, titles, headStyle);
    line(sheet, columns, cells, cellStyle);
    await nextTurn();
  }
  sheet.doc.x = margin;
}

function heightOf(sheet: Sheet, columns: readonly Column[], cells: readonly string[], style: Style): number {
  use(sheet, style);
  const width = (share: number): number => sheet.width * share - gap;
  return Math.max(
    ...columns.map(({ share }, place) => sheet.doc.heightOfString(drawn(sheet, cells[place] ?? ''), { width: width(share) })),
  );
}

function line(sheet: Sheet, columns: readonly Column[], cells: readonly string[], style: Style): void {
  const { doc, width } = sheet;
  const height = heightOf(sheet, columns, cells, style);
  const top = doc.y;
  let left = margin;
  for (const [place, { share }] of columns.entries()) {
    doc.text(drawn(sheet, cells[place] ?? ''), left, top + padding, { width: width * share - gap });
    left += width * share;
  }
  doc.y = top + height + 2 * padding;
  rule(sheet);
}
