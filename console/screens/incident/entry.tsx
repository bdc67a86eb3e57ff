/** One entry of the timeline: when, who, what; a comment with its own ground; evidence is marked, a link to it copied. */
import { ActionIcon, Tooltip } from '@mantine/core';
import IconLink from '@tabler/icons-react/icons/IconLink';
import IconPin from '@tabler/icons-react/icons/IconPin';
import IconPinFilled from '@tabler/icons-react/icons/IconPinFilled';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { Link } from '../../app/link.tsx';
import { notify } from '../../app/notices.tsx';
import { lengthOf } from '../../look/time.ts';
import { When } from '../../look/when.tsx';
import { markOf } from './mark.tsx';
import type { Entry as Told } from './story.ts';
import css from './incident.module.css';

type EntryProps = {
  readonly entry: Told;
  readonly here: boolean;
  readonly pinned: { readonly by: string; readonly note?: string | undefined } | undefined;
  /** Absent where the reader may not mark. */
  readonly onPin: ((entry: number, pinned: boolean) => void) | undefined;
};

export function Entry({ entry, here, pinned, onPin }: EntryProps): ReactElement {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (here) item.current?.scrollIntoView({ block: 'center' });
  }, [here]);
  return (
    <li ref={item} className={css['entry']} data-sort={entry.sort} data-here={here} data-pinned={pinned !== undefined}>
      <span className={css['mark']} data-sort={entry.sort} aria-hidden="true">
        {markOf(entry)}
      </span>
      <div>
        <p className={css['by']}>
          <strong>{nameOf(entry.actor)}</strong>
          {entry.machine ? <span className={css['machine']}>written by a program</span> : null}
          <When at={entry.at} as="clock" />
          <span className={css['since']}>+{lengthOf(entry.sinceMs)}</span>
        </p>
        <Words entry={entry} />
        {entry.reason === undefined ? null : <p className={css['reason']}>“{entry.reason}”</p>}
        {pinned === undefined ? null : (
          <p className={css['evidence']}>
            evidence, marked by {pinned.by}
            {pinned.note === undefined ? '' : `: ${pinned.note}`}
          </p>
        )}
      </div>
      <Tools entry={entry} pinned={pinned !== undefined} onPin={onPin} />
    </li>
  );
}

function Words({ entry }: { readonly entry: Told }): ReactElement {
  if (entry.sort === 'comments') return <p className={css['comment']}>{withMentions(entry.text)}</p>;
  return <p className={css['what']}>{entry.to === undefined ? entry.text : <Link to={entry.to}>{entry.text}</Link>}</p>;
}

/** Names that are called stand out; everything is text. */
function withMentions(text: string): readonly (string | ReactElement)[] {
  return text.split(/(@[A-Za-z0-9][A-Za-z0-9._-]*)/u).map((part, index) =>
    index % 2 === 1 ? (
      // oxlint-disable-next-line react/no-array-index-key -- parts of one text do not move
      <span key={index} className={css['called']}>
        {part}
      </span>
    ) : (
      part
    ),
  );
}

type ToolsProps = { readonly entry: Told; readonly pinned: boolean; readonly onPin: EntryProps['onPin'] };

function Tools({ entry, pinned, onPin }: ToolsProps): ReactElement {
  const copyLink = () => {
    const link = new URL(window.location.href);
    link.searchParams.set('at', String(entry.id));
    void navigator.clipboard.writeText(link.href).then(() => notify('The link to this entry is copied.'));
  };
  return (
    <span className={css['tools']}>
      {onPin === undefined ? null : (
        <Tooltip label={pinned ? 'No evidence after all' : 'Mark as evidence'}>
          <ActionIcon
            size="sm"
            aria-label={pinned ? 'Take the evidence mark off' : 'Mark as evidence'}
            onClick={() => onPin(entry.id, pinned)}
          >
            {pinned ? <IconPinFilled size={14} /> : <IconPin size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label="Copy a link to this">
        <ActionIcon size="sm" aria-label="Copy a link to this entry" onClick={copyLink}>
          <IconLink size={14} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

/** `system:run/x` → `run x`. */
export function nameOf(actor: string): string {
  return actor.startsWith('system:') ? actor.slice('system:'.length).replace('/', ' ') : actor;
}
