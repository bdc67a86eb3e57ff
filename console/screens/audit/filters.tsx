/** What the rows are filtered by, in the address. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ReactElement } from 'react';
import type { Topic } from '../../../api/contract/access/events.ts';
import type { UrlState } from '../../app/url.ts';
import css from './audit.module.css';

const names = ['about', 'event', 'actor', 'subject', 'within'] as const;
export const filtersOff: UrlState = Object.fromEntries(names.map((name) => [name, undefined]));

const hourMs = 3_600_000;
const spans = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
  { value: '720', label: 'The last 30 days' },
];

/** Kinds of things that rows are about: every topic of the contract, but the chain itself. */
const kinds: Readonly<Record<Exclude<Topic, 'audit'>, string>> = {
  approval: 'approvals',
  context: 'the context',
  delegation: 'delegations',
  effect: 'effects',
  guard: 'the guard',
  incident: 'incidents',
  person: 'people and their sessions',
  playbook: 'playbooks',
  point: 'enforcement points',
  policy: 'policies',
  report: 'reports',
  review: 'reviews',
  run: 'runs',
  signal: 'signals',
  system: 'outside systems',
  task: 'tasks',
  webhook: 'webhooks',
};

function isKind(text: string | undefined): text is keyof typeof kinds {
  return text !== undefined && Object.hasOwn(kinds, text);
}

type Query = Readonly<Partial<Record<'event' | 'actor' | 'subject' | 'from', string>>> & { readonly about?: Topic };

export function queryOf(url: UrlState): Query {
  const { about, event, actor, subject, within } = url;
  const hours = Number(within);
  return {
    ...(isKind(about) ? { about } : {}),
    ...(event === undefined ? {} : { event }),
    ...(actor === undefined ? {} : { actor }),
    ...(subject === undefined ? {} : { subject }),
    ...(hours > 0 ? { from: new Date(wholeMinute(Date.now()) - hours * hourMs).toISOString() } : {}),
  };
}

/** So that the same filter asks the same for a while. */
function wholeMinute(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}

type FiltersProps = { readonly url: UrlState; readonly setUrl: (patch: UrlState) => void };

export function Filters({ url, setUrl }: FiltersProps): ReactElement {
  const filtered = names.some((name) => url[name] !== undefined);
  return (
    <div className={css['filters']} role="search" aria-label="Filter the rows">
      <Select
        aria-label="About what"
        placeholder="About anything"
        clearable
        searchable
        data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
        value={url['about'] ?? null}
        onChange={(about) => setUrl({ about: about ?? undefined })}
      />
      <Typed label="Event" hint="approval-*" value={url['event']} onValue={(event) => setUrl({ event })} />
      <Typed label="By" hint="manager-1" value={url['actor']} onValue={(actor) => setUrl({ actor })} />
      <Typed label="Subject" hint="policy/cardholder" value={url['subject']} onValue={(subject) => setUrl({ subject })} />
      <Select
        aria-label="When"
        placeholder="Any time"
        clearable
        data={spans}
        value={url['within'] ?? null}
        onChange={(within) => setUrl({ within: within ?? undefined })}
      />
      {filtered ? (
        <Button variant="subtle" onClick={() => setUrl(filtersOff)}>
          Show all
        </Button>
      ) : null}
    </div>
  );
}

const pauseMs = 350;

type TypedProps = {
  readonly label: string;
  readonly hint: string;
  readonly value: string | undefined;
  readonly onValue: (value: string | undefined) => void;
};

function Typed({ label, hint, value, onValue }: TypedProps): ReactElement {
  const say = useDebouncedCallback((text: string) => onValue(text.trim() === '' ? undefined : text.trim()), pauseMs);
  return (
    <TextInput
      key={value ?? ''}
      aria-label={label}
      placeholder={`${label}: ${hint}`}
      defaultValue={value ?? ''}
      onChange={(event) => say(event.currentTarget.value)}
    />
  );
}
