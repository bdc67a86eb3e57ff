/** Says new critical incidents to who does not see the screen, and to who looks at another one. */
import { useCallback, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Hint } from '../../api/contract/access/events.ts';
import { call } from '../api/client.ts';
import { useHints } from '../api/live.ts';
import { useMay } from '../api/session.tsx';

export function Announcer(): ReactElement {
  const [said, setSaid] = useState('');
  const seen = useRef<Set<string>>(new Set());
  const may = useMay();
  const listener = useCallback(
    (hint: Hint) => {
      if (hint.topic !== 'incident' || seen.current.has(hint.id) || !may('incidents.get')) return;
      seen.current.add(hint.id);
      void call('incidents.get', { params: { id: hint.id } }).then(
        ({ severity, status, title, openedAt }) => {
          const fresh = Date.now() - Date.parse(openedAt) < 60_000;
          if (severity === 'critical' && status === 'open' && fresh) setSaid(`New critical incident: ${title}`);
        },
        () => seen.current.delete(hint.id),
      );
    },
    [may],
  );
  useHints(listener);
  return (
    <div className="unseen" aria-live="assertive" role="alert">
      {said}
    </div>
  );
}
