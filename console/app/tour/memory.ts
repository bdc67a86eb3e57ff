/**
 * Whether a person has the tour beside their screens: kept on the server as a view of theirs, so that it is the same in every browser. On a
 * server where nothing has happened yet it is there by itself.
 */
import { useCallback, useEffect, useRef } from 'react';
import { call } from '../../api/client.ts';
import { asFault } from '../../api/fault.ts';
import { refresh, useRead } from '../../api/queries.ts';
import { notify } from '../notices.tsx';

type Kept = 'on' | 'off';
const screen = 'tour';

export async function keepTour(state: Kept): Promise<void> {
  await call('views.put', { body: { screen, name: screen, query: { state } } });
  refresh(['views.list']);
}

/** From anywhere: the tour is there, as it stands. */
export function startTour(): void {
  void keepTour('on').catch((error: unknown) => notify(`The tour could not be started: ${asFault(error).message}`, { tone: 'bad' }));
}

type Tour = { readonly shown: boolean; readonly end: () => void };

export function useTour(): Tour {
  const views = useRead('views.list', {});
  const kept = views.data?.items.find((view) => view.screen === screen)?.query['state'];
  const unknown = views.data !== undefined && kept === undefined;
  const overview = useRead('overview.get', {}, { enabled: unknown });
  const fresh = unknown && overview.data?.policies.total === 0 && overview.data.automation.incidents === 0;
  const began = useRef(false);
  useEffect(() => {
    if (!fresh || began.current) return;
    began.current = true;
    startTour();
  }, [fresh]);
  const end = useCallback(() => void keepTour('off').catch((error: unknown) => notify(asFault(error).message, { tone: 'bad' })), []);
  return { shown: kept === 'on' || fresh, end };
}
