/** A row of whole numbers that grows and is used again. */
import { withRoom } from './chains.ts';

export type Row = { numbers: Int32Array<ArrayBuffer>; count: number };

export function newRow(): Row {
  return { numbers: new Int32Array(8), count: 0 };
}

export function append(row: Row, number: number): void {
  if (row.count === row.numbers.length) row.numbers = withRoom(row.numbers, row.count + 1);
  row.numbers[row.count] = number;
  row.count += 1;
}

/** Of an ascending row: takes a number out that is in, puts one in that is not. */
export function toggle(row: Row, number: number): void {
  const at = placeOf(row, number);
  if (at < row.count && row.numbers[at] === number) {
    row.numbers.copyWithin(at, at + 1, row.count);
    row.count -= 1;
    return;
  }
  append(row, number);
  row.numbers.copyWithin(at + 1, at, row.count - 1);
  row.numbers[at] = number;
}

function placeOf({ numbers, count }: Row, number: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two ascending rows without a number in common, as one. */
export function mergeInto(into: Row, one: Row, other: Row): void {
  const total = one.count + other.count;
  into.numbers = withRoom(into.numbers, total);
  into.count = total;
  let [i, j] = [0, 0];
  for (let at = 0; at < total; at += 1) {
    const isNext = j === other.count || (i < one.count && (one.numbers[i] ?? 0) < (other.numbers[j] ?? 0));
    into.numbers[at] = (isNext ? one.numbers[i++] : other.numbers[j++]) ?? 0;
  }
}
