/** Short notices at the lower edge, read aloud; each may carry an action (`Undo`) for as long as it stands. */
import { Button, CloseButton } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import css from './css/notices.module.css';

type Notice = {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'bad' | 'critical';
  readonly action?: { readonly label: string; readonly run: () => void };
};

let notices: readonly Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

type NoticeOptions = Partial<Pick<Notice, 'tone' | 'action'>> & { readonly forMs?: number };

/** `notify('Closed 3 incidents.', { action: { label: 'Undo', run } })`; ten seconds with an action, else six. */
export function notify(text: string, options: NoticeOptions = {}): () => void {
  const id = (count += 1);
  const { tone = 'plain', action, forMs = action === undefined ? 6000 : 10_000 } = options;
  const close = () => set(notices.filter((notice) => notice.id !== id));
  set([...notices.slice(-3), { id, text, tone, ...(action === undefined ? {} : { action }) }]);
  setTimeout(close, forMs);
  return close;
}

export function Notices(): ReactElement {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
  return (
    <div className={css['notices']} aria-live="polite" role="log" aria-label="Notices">
      {shown.map((notice) => (
        <div key={notice.id} className={css['notice']} data-tone={notice.tone}>
          <span>{notice.text}</span>
          {notice.action === undefined ? null : (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notice.action?.run();
                set(notices.filter(({ id }) => id !== notice.id));
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <CloseButton size="xs" aria-label="Dismiss" onClick={() => set(notices.filter(({ id }) => id !== notice.id))} />
        </div>
      ))}
    </div>
  );
}
