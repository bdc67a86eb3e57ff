/** Sends what was typed: a comment, or the command that it is. */
import { useState } from 'react';
import type { Fault } from '../../api/fault.ts';
import { asFault } from '../../api/fault.ts';
import { useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { useGo } from '../../app/url.ts';
import { useChange } from '../incidents/use-change.ts';
import { parseCommand } from './commands.ts';
import type { Command } from './commands.ts';
import { onceFor, useComment } from './use-incident.ts';

export type Saying = {
  readonly say: (typed: string) => void;
  readonly busy: boolean;
  readonly error: Fault | null;
  readonly hint: string | undefined;
};

/** `onSaid`: it has arrived. */
export function useSay(incident: string, onSaid: () => void): Saying {
  const go = useGo();
  const [hint, setHint] = useState<string>();
  const comment = useComment(incident);
  const { change, busy: changing, error: changeError } = useChange();
  const run = useSend('playbooks.run', {
    stale: ['incidents.get', 'runs.list'],
    onDone: ({ playbook, run: started }) => {
      onSaid();
      notify(`${playbook} runs.`, { action: { label: 'Open', run: () => go(`/runs/${started}`) } });
    },
  });
  const perform: { readonly [K in Command['kind']]: (command: Extract<Command, { kind: K }>) => void } = {
    comment: ({ text }) => comment.mutate(onceFor(text), { onSuccess: onSaid }),
    run: ({ playbook, inputs }) => run.mutate({ params: { name: playbook }, body: { inputs, incident } }),
    assign: ({ person }) => change({ incidents: [incident], assign: person === 'nobody' ? null : person }, `Given to ${person}`, onSaid),
    contain: () => change({ incidents: [incident], status: 'contained' }, 'Contained', onSaid),
    close: ({ reason }) => change({ incidents: [incident], status: 'closed', reason }, 'Closed', onSaid),
    find: ({ text }) => {
      onSaid();
      go(`/incidents?${new URLSearchParams({ text }).toString()}`);
    },
    unknown: ({ help }) => setHint(help),
  };
  return {
    say: (typed) => {
      if (typed.trim() === '') return;
      setHint(undefined);
      const command = parseCommand(typed);
      (perform[command.kind] as (one: Command) => void)(command);
    },
    busy: comment.isPending || run.isPending || changing,
    error: run.error ?? changeError ?? (comment.error === null ? null : asFault(comment.error)),
    hint,
  };
}
