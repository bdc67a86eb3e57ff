/** Pages by key: the cursor is the sort key of the last item, so that rows which come in meanwhile neither repeat nor hide others. */
import { EdictError } from '../../domain/errors.ts';
import { checkInstant } from './instant.ts';
import type { Page, PageRequest } from '../port.ts';

export function pageLimit(page: PageRequest): number {
  const limit = page.limit ?? 50;
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new EdictError('input-invalid', `the page size \`${String(limit).slice(0, 30)}\` is out of range`, {
    where: 'limit',
    expected: '1 to 500',
  });
}

/** A key of a time and an id, for lists with the newest first. */
export type TimeKey = { readonly at: string; readonly id: string };

export function timeKey(page: PageRequest): TimeKey | undefined {
  const key = decodeCursor(page.cursor);
  if (key === undefined) return undefined;
  const [at, id, ...rest] = key;
  if (typeof at !== 'string' || typeof id !== 'string' || rest.length > 0) throw badCursor();
  return { at: checkInstant(at, 'cursor'), id };
}

/** A key of a text and an id, for lists in the order of the text. */
export function textKey(page: PageRequest): { readonly text: string; readonly id: string } | undefined {
  const key = decodeCursor(page.cursor);
  if (key === undefined) return undefined;
  const [text, id, ...rest] = key;
  if (typeof text !== 'string' || typeof id !== 'string' || rest.length > 0) throw badCursor();
  return { text, id };
}

/** A key of one number, for the chain. */
export function numberKey(page: PageRequest): number | undefined {
  const key = decodeCursor(page.cursor);
  if (key === undefined) return undefined;
  const [id, ...rest] = key;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || rest.length > 0) throw badCursor();
  return id;
}

type Fetched<Row, Item> = {
  /** One row more than the limit: the extra row says that there is a next page. */
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly key: (row: Row) => readonly (string | number)[];
  readonly item: (row: Row) => Item;
};

export function toPage<Row, Item>({ rows, limit, key, item }: Fetched<Row, Item>): Page<Item> {
  const last = rows[limit - 1];
  const items = rows.slice(0, limit).map((row) => item(row));
  return rows.length > limit && last !== undefined ? { items, next: encodeCursor(key(last)) } : { items };
}

function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

function decodeCursor(cursor: string | undefined): readonly unknown[] | undefined {
  if (cursor === undefined) return undefined;
  if (cursor.length > 1024 || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw badCursor();
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && !JSON.stringify(key).includes('\\u')) return key;
  } catch {
    // Falls through: whatever it is, it is no cursor of ours.
  }
  throw badCursor();
}

function badCursor(): EdictError {
  return new EdictError('input-invalid', 'the cursor is not one of ours', {
    where: 'cursor',
    expected: 'the `next` of the page before',
    help: 'start again without a cursor',
  });
}
