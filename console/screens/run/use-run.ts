/** A run as it stands: read once, then followed by its own stream of events for as long as it goes on; and what Temporal tries again. */
import { useEffect, useSyncExternalStore } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { RunDetail, RunView, RunWorkflow } from '../../../api/contract/runs.ts';
import { urlOf } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { keyOf, queryClient, refresh, useRead } from '../../api/queries.ts';

/** Effects and commands are not in the stream. */
const lookMs = 4000;
const attemptsMs = 3000;

export function useRun(run: string): UseQueryResult<RunDetail, Fault> {
  const read = useRead('runs.get', { params: { run } }, { everyMs: lookMs });
  const goesOn = read.data !== undefined && read.data.status !== 'ended';
  const seen = useSyncExternalStore(onSight, inSight);
  useEffect(() => (goesOn && seen ? follow(run) : undefined), [run, goesOn, seen]);
  return read;
}

export function useAttempts(run: string, goesOn: boolean): UseQueryResult<RunWorkflow, Fault> {
  return useRead('runs.workflow', { params: { run } }, { everyMs: goesOn ? attemptsMs : false });
}

/** A tab that nobody looks at keeps no connection: all tabs of a browser share six. */
function inSight(): boolean {
  return document.visibilityState === 'visible';
}

function onSight(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

function follow(run: string): () => void {
  const source = new EventSource(urlOf('runs.events', { params: { run } }));
  let latest: RunView | undefined;
  let frame = 0;
  const show = () => {
    frame = 0;
    const view = latest;
    if (view === undefined) return;
    queryClient.setQueryData<RunDetail>(keyOf('runs.get', { params: { run } }), (before) =>
      before === undefined ? before : { ...before, view, stale: false },
    );
  };
  const take = ({ data }: MessageEvent<string>) => {
    latest = JSON.parse(data) as RunView;
    if (frame === 0) frame = requestAnimationFrame(show);
  };
  source.addEventListener('view', take);
  source.addEventListener('end', (event: MessageEvent<string>) => {
    take(event);
    source.close();
    refresh(['runs.get', 'runs.workflow', 'effects.list', 'tasks.list']);
  });
  return () => {
    cancelAnimationFrame(frame);
    source.close();
  };
}
