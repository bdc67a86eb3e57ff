/** How lists of what is recorded are shown: names beside addresses, filters by text, pages of what is there as a whole. */
import type { Connection } from '../../../domain/context/event.ts';
import { hostFinder, serviceOf } from '../../../domain/context/graph.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { ConnectionItem } from '../../contract/context/insight.ts';

export function namer(inventory: Inventory): (connection: Connection) => ConnectionItem {
  const hostOf = hostFinder(inventory);
  return ({ protocol, port, ...rest }) => {
    const [from, to] = [hostOf(rest.from), hostOf(rest.to)];
    return {
      ...rest,
      service: serviceOf({ protocol, port }),
      ...(from.known ? { fromAsset: from.name } : {}),
      ...(to.known ? { toAsset: to.name } : {}),
    };
  };
}

export function holds(fields: readonly string[], text: string | undefined): boolean {
  const wanted = text?.toLowerCase();
  return wanted === undefined || fields.some((field) => field.toLowerCase().includes(wanted));
}

const pageSize = 100;

/** Of a list that is there as a whole: the cursor is a place in it. */
export function pageIn<T>(
  found: readonly T[],
  { cursor = '0', limit = pageSize }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): { readonly items: readonly T[]; readonly next?: string } {
  if (!/^\d{1,9}$/u.test(cursor))
    throw new EdictError('input-invalid', 'the cursor is not one of ours', { where: 'cursor', expected: 'the `next` of the page before' });
  const [begin, end] = [Number(cursor), Number(cursor) + limit];
  return { items: found.slice(begin, end), ...(end < found.length ? { next: String(end) } : {}) };
}
