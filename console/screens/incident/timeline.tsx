/** Everything that happened, oldest first, in one line; narrowed by sort, or to what is marked as evidence. */
import { Chip, Switch } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import type { ReactElement } from 'react';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import { useMay } from '../../api/session.tsx';
import { useUrlState } from '../../app/url.ts';
import { Entry } from './entry.tsx';
import { sorts, storyOf } from './story.ts';
import { usePin } from './use-incident.ts';
import css from './incident.module.css';

export function Timeline({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  const [{ show, evidence, inside, at }, setUrl] = useUrlState();
  const may = useMay();
  const { toggle } = usePin(detail.id);
  const story = useMemo(() => storyOf(detail, inside === '1'), [detail, inside]);
  const pins = new Map(detail.pins.map((pin) => [pin.entry, pin]));
  const shown = show?.split(',');
  const entries = story.filter(({ id, sort }) => (shown?.includes(sort) ?? true) && (evidence !== '1' || pins.has(id)));
  const end = useStickyEnd(entries.length, at === undefined);
  return (
    <>
      <div className={css['sorts']} role="group" aria-label="What is shown">
        <Chip.Group
          multiple
          value={shown ?? []}
          onChange={(chosen) => setUrl({ show: chosen.length === 0 ? undefined : chosen.join(',') })}
        >
          {sorts.map(({ sort, title }) => (
            <Chip key={sort} value={sort} size="xs" variant="light">
              {title}
            </Chip>
          ))}
        </Chip.Group>
        <Switch
          size="xs"
          label={`Evidence only (${detail.pins.length})`}
          checked={evidence === '1'}
          onChange={(event) => setUrl({ evidence: event.currentTarget.checked ? '1' : undefined })}
        />
        <Switch
          size="xs"
          label="What went on inside"
          checked={inside === '1'}
          onChange={(event) => setUrl({ inside: event.currentTarget.checked ? '1' : undefined })}
        />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard (WCAG 2.1.1) */}
      <div className={css['story']} ref={end} tabIndex={0} role="region" aria-label="Timeline">
        <ol>
          {entries.map((entry) => (
            <Entry
              key={entry.id}
              entry={entry}
              here={String(entry.id) === at}
              pinned={pins.get(entry.id)}
              onPin={may('incidents.pin') ? toggle : undefined}
            />
          ))}
        </ol>
        {entries.length === 0 ? <p className={css['none']}>Nothing of that sort has happened.</p> : null}
      </div>
    </>
  );
}

/** Stays at the newest entry for as long as the reader is there. */
function useStickyEnd(count: number, enabled: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const note = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, []);
  useEffect(() => {
    if (enabled && atEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count, enabled]);
  return box;
}
