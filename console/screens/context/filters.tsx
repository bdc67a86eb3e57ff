/** Filters of a list, in the address. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ReactElement, ReactNode } from 'react';
import { useUrlState } from '../../app/url.ts';
import css from './context.module.css';

const pauseMs = 300;

type FiltersProps = { readonly label: string; readonly names: readonly string[]; readonly aside?: ReactNode; readonly children: ReactNode };

/** `names`: what of the address belongs to it, and is taken out by Show all. */
export function Filters({ label, names, aside, children }: FiltersProps): ReactElement {
  const [url, setUrl] = useUrlState();
  return (
    <div className={css['filters']} role="search" aria-label={label}>
      {children}
      {names.some((name) => url[name] !== undefined) ? (
        <Button variant="subtle" onClick={() => setUrl(Object.fromEntries(names.map((name) => [name, undefined])))}>
          Show all
        </Button>
      ) : null}
      <span className={css['aside']}>{aside}</span>
    </div>
  );
}

type TypedProps = { readonly name: string; readonly label: string; readonly hint: string };

export function Typed({ name, label, hint }: TypedProps): ReactElement {
  const [url, setUrl] = useUrlState();
  const say = useDebouncedCallback((text: string) => setUrl({ [name]: text.trim() === '' ? undefined : text.trim() }), pauseMs);
  return (
    <TextInput
      key={url[name] === undefined ? 'none' : 'some'}
      aria-label={label}
      placeholder={`${label}: ${hint}`}
      defaultValue={url[name] ?? ''}
      onChange={(event) => say(event.currentTarget.value)}
    />
  );
}

type ChosenProps = {
  readonly name: string;
  readonly label: string;
  readonly any: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
};

export function Chosen({ name, label, any, choices }: ChosenProps): ReactElement {
  const [url, setUrl] = useUrlState();
  return (
    <Select
      aria-label={label}
      placeholder={any}
      clearable
      data={[...choices]}
      value={url[name] ?? null}
      onChange={(value) => setUrl({ [name]: value ?? undefined })}
    />
  );
}
