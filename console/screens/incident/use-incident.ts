/** One incident, and what can be done with it from its room. */
import { useMutation } from '@tanstack/react-query';
import type { IncidentDetail, Note } from '../../../api/contract/incidents.ts';
import { call } from '../../api/client.ts';
import { isPassing } from '../../api/fault.ts';
import { newKey } from '../../api/key.ts';
import { keyOf, queryClient, refresh, useSend } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';

/** Comments stand at once, and are taken away again where the server refuses them: nothing follows from a comment. */
export function useComment(id: string) {
  const { person } = useSession();
  const key = keyOf('incidents.get', { params: { id } });
  return useMutation({
    mutationFn: ({ text, once }: { readonly text: string; readonly once: string }) =>
      call('incidents.comment', { params: { id }, body: { text } }, { key: once }),
    onMutate: async ({ text }) => {
      await queryClient.cancelQueries({ queryKey: key });
      const before = queryClient.getQueryData<IncidentDetail>(key);
      if (before !== undefined) queryClient.setQueryData(key, withComment(before, { text, by: person.id }));
      return before;
    },
    onError: (_error, _text, before) => queryClient.setQueryData(key, before),
    // However long it takes: it has its key, and is said once.
    retry: (_failures, error) => isPassing(error),
    onSettled: () => refresh(['incidents.get']),
  });
}

export function onceFor(text: string): { readonly text: string; readonly once: string } {
  return { text, once: newKey() };
}

function withComment(detail: IncidentDetail, { text, by }: Pick<Note, 'text' | 'by'>): IncidentDetail {
  const at = new Date().toISOString();
  const last = detail.timeline.at(-1);
  const entry = {
    // After all that are known, until the server says its own.
    id: (last?.id ?? 0) + 0.5,
    at,
    actor: by,
    event: 'incident-noted',
    subject: `incident/${detail.id}`,
    phase: 'other' as const,
    sinceMs: last?.sinceMs ?? 0,
    facts: { text },
  };
  return { ...detail, notes: [...detail.notes, { id: -1, at, by, text, mentions: [] }], timeline: [...detail.timeline, entry] };
}

export function usePin(id: string) {
  const pin = useSend('incidents.pin', { stale: ['incidents.get'] });
  const unpin = useSend('incidents.unpin', { stale: ['incidents.get'] });
  return {
    busy: pin.isPending || unpin.isPending,
    toggle: (entry: number, pinned: boolean) =>
      pinned ? unpin.mutate({ params: { id, entry } }) : pin.mutate({ params: { id }, body: { entry } }),
  };
}
