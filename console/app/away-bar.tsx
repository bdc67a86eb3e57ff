/** Says that the server is away, and that the console tries again by itself; and that it came back as a newer one. */
import { Button } from '@mantine/core';
import IconPlugConnectedX from '@tabler/icons-react/icons/IconPlugConnectedX';
import IconRefresh from '@tabler/icons-react/icons/IconRefresh';
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { queryClient } from '../api/queries.ts';
import { onReach, isAway, useReach } from '../api/reach.ts';
import { sessionKey } from '../api/session.tsx';
import { useNow } from '../look/clock.ts';
import { lengthOf } from '../look/time.ts';
import { servedConsole, useReplaced } from './parts.ts';
import css from './away-bar.module.css';

const tryEveryMs = 2000;

/** While it is away somebody has to ask; when it is back, everything that is shown is read again. */
function useRecovery(away: boolean): void {
  useEffect(() => {
    if (!away) return undefined;
    const timer = setInterval(() => void queryClient.refetchQueries({ queryKey: sessionKey }), tryEveryMs);
    const stop = onReach(() => {
      if (isAway()) return;
      void queryClient.invalidateQueries();
      // Who was away may come back as a newer one.
      void servedConsole();
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [away]);
}

export function AwayBar(): ReactElement {
  return (
    <>
      <Away />
      <Replaced />
    </>
  );
}

function Away(): ReactElement {
  const { away, sinceMs } = useReach();
  useRecovery(away);
  return (
    <div role="status" className={away ? css['bar'] : 'unseen'}>
      {away ? (
        <>
          <IconPlugConnectedX size={16} aria-hidden="true" />
          <span>
            The server does not answer. Trying again by itself; what you typed is kept.
            <Since ms={sinceMs} />
          </span>
          <Button size="compact-xs" variant="default" onClick={() => void queryClient.refetchQueries({ queryKey: sessionKey })}>
            Try now
          </Button>
        </>
      ) : null}
    </div>
  );
}

/** The page goes on as it is; only what it has not loaded yet is gone. */
function Replaced(): ReactElement {
  const replaced = useReplaced();
  return (
    <div role="status" className={replaced ? css['bar'] : 'unseen'}>
      {replaced ? (
        <>
          <IconRefresh size={16} aria-hidden="true" />
          <span>The server has a newer console. What you typed stays here until you load the page anew.</span>
          <Button size="compact-xs" variant="default" onClick={() => window.location.reload()}>
            Load it anew
          </Button>
        </>
      ) : null}
    </div>
  );
}

function Since({ ms }: { readonly ms: number }): ReactElement {
  const now = useNow();
  return <span aria-hidden="true"> {lengthOf(Math.max(0, now - ms))}</span>;
}
