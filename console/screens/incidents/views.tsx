/** The views of the queue: the usual ones with their counts, and one's own. Each is an address. */
import { ActionIcon, Button, CloseButton, Popover, TextInput } from '@mantine/core';
import IconDeviceFloppy from '@tabler/icons-react/icons/IconDeviceFloppy';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import type { IncidentCounts } from '../../../api/contract/incidents.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import type { UrlState } from '../../app/url.ts';
import { Failure } from '../../look/told.tsx';
import css from './incidents.module.css';

type Counts = ReturnType<(typeof IncidentCounts)['parse']>;
type UsualView = { readonly name: string; readonly query: Readonly<Record<string, string>>; readonly count?: (counts: Counts) => number };

const usual: readonly UsualView[] = [
  { name: 'Live', query: {}, count: ({ live }) => live },
  { name: 'Mine', query: { assignee: 'me' }, count: ({ mine }) => mine },
  { name: 'Unassigned', query: { assignee: 'nobody' }, count: ({ unassigned }) => unassigned },
  { name: 'At risk', query: { sla: 'at-risk' }, count: ({ atRisk }) => atRisk },
  { name: 'Late', query: { sla: 'late' }, count: ({ late }) => late },
  { name: 'Waiting for approval', query: { waiting: 'approval' }, count: ({ waiting }) => waiting },
  { name: 'Mentions me', query: { mentions: 'me' }, count: ({ mentions }) => mentions },
  { name: 'Closed', query: { status: 'closed', order: 'newest' } },
];

export function Views({ url }: { readonly url: UrlState }): ReactElement {
  const { data: counts } = useRead('incidents.counts', {});
  const { data: own } = useRead('views.list', {});
  const remove = useSend('views.remove', { stale: ['views.list'] });
  const saved = own?.items.filter(({ screen }) => screen === 'incidents') ?? [];
  return (
    <nav className={css['views']} aria-label="Views of the queue">
      {usual.map(({ name, query, count }) => (
        <View key={name} name={name} query={query} here={isHere(url, query)} count={counts === undefined ? undefined : count?.(counts)} />
      ))}
      {saved.map(({ id, name, query }) => (
        <span key={id} className={css['saved']}>
          <View name={name} query={query as Readonly<Record<string, string>>} here={isHere(url, query as UrlState)} />
          <CloseButton size="xs" aria-label={`Remove the view ${name}`} onClick={() => remove.mutate({ params: { id } })} />
        </span>
      ))}
      <SaveView url={url} />
    </nav>
  );
}

type ViewProps = {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly here: boolean;
  readonly count?: number | undefined;
};

function View({ name, query, here, count }: ViewProps): ReactElement {
  return (
    <Link to="/incidents" search={query} className={css['view']} aria-current={here ? 'page' : undefined}>
      {name}
      {count === undefined ? null : <span className={css['count']}>{count}</span>}
    </Link>
  );
}

function isHere(url: UrlState, query: UrlState): boolean {
  const names = new Set([...Object.keys(url), ...Object.keys(query)]);
  return [...names].every((name) => url[name] === query[name]);
}

function SaveView({ url }: { readonly url: UrlState }): ReactElement {
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const save = useSend('views.put', {
    stale: ['views.list'],
    onDone: () => {
      setOpened(false);
      setName('');
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const query = Object.fromEntries(Object.entries(url).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
    save.mutate({ body: { screen: 'incidents', name: name.trim(), query } });
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus>
      <Popover.Target>
        <ActionIcon aria-label="Save this view" onClick={() => setOpened(!opened)}>
          <IconDeviceFloppy size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <form className={css['save']} onSubmit={onSubmit}>
          <TextInput
            label="Name of the view"
            description="The filters as they are now, for yourself."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
            data-autofocus
          />
          {save.error === null ? null : <Failure error={save.error} inline />}
          <Button type="submit" disabled={name.trim() === ''} loading={save.isPending}>
            Save
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
