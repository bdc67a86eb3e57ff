/** Says new critical incidents to who does not see the screen, and to who looks at another one. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Hint } from '../../api/contract/access/events.ts';
import { call } from '../api/client.ts';
import { useHints } from '../api/live.ts';
import { useMay } from '../api/session.tsx';

/** A storm of signals is one look every so often. */
const gatherMs = 800;
const lookedAt = 50;
const namedMost = 3;
/** What is told of later is an old incident that something happened to. Both times are the server's. */
const newForMs = 60_000;

export function Announcer(): ReactElement {
  const [said, setSaid] = useState('');
  const may = useMay()('incidents.list');
  const ear = useRef<Ear>(undefined);
  useEffect(() => {
    if (!may) return undefined;
    const own = listening(setSaid);
    ear.current = own;
    return () => {
      ear.current = undefined;
      own.stop();
    };
  }, [may]);
  useHints(useCallback((hint: Hint) => ear.current?.hear(hint), []));
  return (
    <div className="unseen" aria-live="assertive" role="alert">
      {said}
    </div>
  );
}

type Ear = { readonly hear: (hint: Hint) => void; readonly stop: () => void };

function listening(say: (text: string) => void): Ear {
  const said = new Set<string>();
  let heard = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    timer = undefined;
    const asked = heard;
    heard = new Map();
    const query = { severity: 'critical', status: 'open', order: 'newest', limit: lookedAt } as const;
    const { items } = await call('incidents.list', { query }).catch(() => ({ items: [] }));
    const fresh = items.filter(({ id, openedAt }) => !said.has(id) && isNew(openedAt, asked.get(id)));
    for (const { id } of fresh) said.add(id);
    if (fresh.length > 0) say(wordsOf(fresh.map(({ title }) => title)));
  };
  return {
    hear: ({ topic, id, at }) => {
      if (topic !== 'incident' || said.has(id)) return;
      heard.set(id, at);
      timer ??= setTimeout(() => void look(), gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}

function isNew(openedAt: string, heardAt: string | undefined): boolean {
  return heardAt !== undefined && Date.parse(heardAt) - Date.parse(openedAt) < newForMs;
}

function wordsOf(titles: readonly string[]): string {
  if (titles.length === 1) return `New critical incident: ${titles.join('')}`;
  const more = titles.length > namedMost ? `, and ${titles.length - namedMost} more` : '';
  return `${titles.length} new critical incidents: ${titles.slice(0, namedMost).join('; ')}${more}`;
}
