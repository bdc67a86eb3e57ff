/** What the queue is narrowed by. All of it is in the address. */
import { CloseButton, SegmentedControl, Select, TextInput } from '@mantine/core';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { UrlState } from '../../app/url.ts';
import { Narrowed } from '../../look/narrowed.tsx';
import { localTime } from '../../look/time.ts';
import css from './incidents.module.css';

const typedForMs = 250;

type FiltersProps = { readonly url: UrlState; readonly onChange: (patch: UrlState) => void };

export function Filters({ url, onChange }: FiltersProps): ReactElement {
  return (
    <div className={css['filters']}>
      <Without url={url} onChange={onChange} />
      <Search value={url['text'] ?? ''} onChange={(text) => onChange({ text: text === '' ? undefined : text })} />
      <Select
        aria-label="Severity"
        placeholder="Any severity"
        data={['critical', 'high', 'medium', 'low']}
        value={url['severity'] ?? null}
        onChange={(severity) => onChange({ severity: severity ?? undefined })}
        clearable
        className={css['choice']}
      />
      <Select
        aria-label="State"
        data={[
          { value: 'live', label: 'Live' },
          { value: 'open', label: 'Open' },
          { value: 'contained', label: 'Contained' },
          { value: 'closed', label: 'Closed' },
          { value: 'any', label: 'Any state' },
        ]}
        value={url['status'] ?? 'live'}
        onChange={(status) => onChange({ status: status === null || status === 'live' ? undefined : status })}
        allowDeselect={false}
        className={css['choice']}
      />
      <SegmentedControl
        size="xs"
        aria-label="Order"
        data={[
          { value: 'urgent', label: 'Due first' },
          { value: 'newest', label: 'Newest first' },
        ]}
        value={url['order'] ?? 'urgent'}
        onChange={(order) => onChange({ order: order === 'urgent' ? undefined : order })}
      />
    </div>
  );
}

const reachedWords = { detect: 'Detected', decide: 'Decided on', contain: 'Contained once', recover: 'Recovered' } as const;

/** Filters without a field: numbers of the overview come with them. */
function Without({ url, onChange }: FiltersProps): ReactElement {
  const { from, to, answered, reached, key } = url;
  return (
    <>
      {from === undefined && to === undefined ? null : (
        <Narrowed onOff={() => onChange({ from: undefined, to: undefined })}>
          Opened {from === undefined ? '' : `from ${localTime(Date.parse(from))}`}{' '}
          {to === undefined ? '' : `to ${localTime(Date.parse(to))}`}
        </Narrowed>
      )}
      {answered === undefined ? null : (
        <Narrowed onOff={() => onChange({ answered: undefined })}>
          {answered === 'automatic' ? 'A playbook began by itself' : 'Handled by a playbook'}
        </Narrowed>
      )}
      {reached === undefined ? null : (
        <Narrowed onOff={() => onChange({ reached: undefined })}>{reachedWords[reached as keyof typeof reachedWords] ?? reached}</Narrowed>
      )}
      {key === undefined ? null : <Narrowed onOff={() => onChange({ key: undefined })}>Key {key}</Narrowed>}
    </>
  );
}

function Search({ value, onChange }: { readonly value: string; readonly onChange: (text: string) => void }): ReactElement {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text.trim()), typedForMs);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <TextInput
      aria-label="Find in title, key or id"
      placeholder="Find in title, key or id"
      leftSection={<IconSearch size={14} />}
      rightSection={text === '' ? null : <CloseButton size="xs" aria-label="Clear" onClick={() => setText('')} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      className={css['search']}
    />
  );
}
