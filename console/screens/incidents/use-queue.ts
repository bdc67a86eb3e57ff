/** The queue as its address asks for it, page by page, held still while somebody points at it. */
import { useState } from 'react';
import type { IncidentSummary } from '../../../api/contract/incidents.ts';
import type { Fault } from '../../api/fault.ts';
import { usePages } from '../../api/queries.ts';
import type { UrlState } from '../../app/url.ts';
import { queryOf } from './query.ts';
import { steady } from './steady.ts';

const pageSize = 500;

export type Queue = {
  readonly rows: readonly IncidentSummary[];
  readonly loading: boolean;
  readonly error: Fault | null;
  readonly retry: () => void;
  readonly more: boolean;
  readonly onEnd: () => void;
  /** Came in while the list was held. */
  readonly fresh: number;
  readonly takeFresh: () => void;
};

export function useQueue(url: UrlState, held: boolean): Queue {
  const query = queryOf(url);
  const pages = usePages('incidents.list', { query: { ...query, limit: pageSize } }, { keep: true });
  const now = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const { rows, fresh, takeFresh } = useSteady(now, held && !pages.isPlaceholderData, JSON.stringify(query));
  return {
    rows,
    fresh,
    takeFresh,
    loading: pages.data === undefined,
    error: pages.data === undefined ? pages.error : null,
    retry: () => void pages.refetch(),
    more: pages.hasNextPage,
    onEnd: () => {
      if (!pages.isFetchingNextPage) void pages.fetchNextPage();
    },
  };
}

const idOf = ({ id }: IncidentSummary): string => id;

type Held = { readonly rows: readonly IncidentSummary[]; readonly question: string };

/** `question`: another one is another list. */
function useSteady(now: readonly IncidentSummary[], held: boolean, question: string) {
  const [kept, setKept] = useState<Held>({ rows: now, question });
  const hold = held && kept.question === question;
  if (!hold && !same(kept, now, question)) setKept({ rows: now, question });
  const shown = hold ? steady(kept.rows, now, idOf) : { rows: now, fresh: 0 };
  return { ...shown, takeFresh: () => setKept({ rows: now, question }) };
}

function same(kept: Held, now: readonly IncidentSummary[], question: string): boolean {
  return kept.question === question && kept.rows.length === now.length && kept.rows.every((row, index) => row === now[index]);
}
