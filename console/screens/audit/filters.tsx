/** What the rows are filtered by, in the address. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ReactElement } from 'react';
import type { UrlState } from '../../app/url.ts';
import css from './audit.module.css';

const names = ['event', 'actor', 'subject', 'within'] as const;
export const filtersOff: UrlState = Object.fromEntries(names.map((name) => [name, undefined]));

const hourMs = 3_600_000;
const spans = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
  { value: '720', label: 'The last 30 days' },
];

/** Nouns of events: all of a noun's events begin with it. */
const nouns =
  'approval audit effect exception guard identity incident lease losses password person playbook point policy report review run secret session sign-in signal system task token trigger webhook'.split(
    ' ',
  );

type Query = Readonly<Partial<Record<'event' | 'actor' | 'subject' | 'from', string>>>;

export function queryOf(url: UrlState): Query {
  const { event, actor, subject, within } = url;
  const hours = Number(within);
  return {
    ...(event === undefined ? {} : { event: nouns.includes(event) ? `${event}-*` : event }),
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
        aria-label="Event"
        placeholder="Any event"
        clearable
        searchable
        data={url['event'] === undefined || nouns.includes(url['event']) ? nouns : [...nouns, url['event']]}
        value={url['event'] ?? null}
        onChange={(event) => setUrl({ event: event ?? undefined })}
      />
      <Typed label="By" hint="manager-1" value={url['actor']} onValue={(actor) => setUrl({ actor })} />
      <Typed label="About" hint="policy/cardholder-database" value={url['subject']} onValue={(subject) => setUrl({ subject })} />
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
