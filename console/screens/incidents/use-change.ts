/** Changes of incidents, one or many; says what was done, what was refused, and offers to take closing back. */
import type { IncidentChange } from '../../../api/contract/incidents.ts';
import type { Fault } from '../../api/fault.ts';
import { useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';

export type Changing = {
  readonly change: (change: IncidentChange, said: string, onDone?: () => void) => void;
  readonly busy: boolean;
  readonly error: Fault | null;
  readonly reset: () => void;
};

const stale = ['incidents.list', 'incidents.counts', 'incidents.get'] as const;

export function useChange(): Changing {
  const send = useSend('incidents.change', { stale });
  const change: Changing['change'] = (wanted, said, onDone) =>
    send.mutate(
      { body: wanted },
      {
        onSuccess: ({ items }) => {
          const done = items.filter((item) => item.done).map(({ incident }) => incident);
          const undo =
            wanted.status === 'closed' && done.length > 0 ? () => change({ incidents: done, status: 'open' }, 'Open again') : undefined;
          if (done.length > 0)
            notify(`${said}: ${counted(done.length)}.`, undo === undefined ? {} : { action: { label: 'Undo', run: undo } });
          for (const { incident, detail, done: fine } of items.slice(0, 5))
            if (!fine) notify(`${incident}: ${detail ?? 'refused'}`, { tone: 'bad' });
          onDone?.();
        },
      },
    );
  return { change, busy: send.isPending, error: send.error, reset: send.reset };
}

function counted(count: number): string {
  return count === 1 ? '1 incident' : `${count} incidents`;
}
