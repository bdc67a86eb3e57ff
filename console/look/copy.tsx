/**
 * Copying, so that it can be pasted elsewhere without harm: an indicator defanged (`hxxps://evil[.]example`), a row as JSON, what was asked
 * as `curl`, what can be done as a command line. `<CopyMenu forms={{ defanged: …, json: …, curl: …, cli: … }} />`; `<CopyObject>` has all forms of what a screen shows.
 */
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import IconCheck from '@tabler/icons-react/icons/IconCheck';
import IconCopy from '@tabler/icons-react/icons/IconCopy';
import type { ReactElement } from 'react';
import { defangedJson } from '../../domain/incident/defang.ts';

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }): ReactElement {
  const { copied, copy } = useClipboard({ timeout: 1500 });
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon size="xs" aria-label={label} onClick={() => copy(text)}>
        {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
      </ActionIcon>
    </Tooltip>
  );
}

export type CopyForms = Readonly<Partial<Record<'defanged' | 'text' | 'json' | 'curl' | 'cli', string>>>;

const names: Readonly<Record<keyof CopyForms, string>> = {
  defanged: 'Copy defanged',
  text: 'Copy as it is',
  json: 'Copy as JSON',
  curl: 'Copy as curl',
  cli: 'Copy as a command',
};

export function CopyMenu({ forms, label = 'Copy' }: { readonly forms: CopyForms; readonly label?: string }): ReactElement {
  const { copied, copy } = useClipboard({ timeout: 1500 });
  const given = (Object.keys(names) as (keyof CopyForms)[]).filter((form) => forms[form] !== undefined);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={label}>{copied ? <IconCheck size={15} /> : <IconCopy size={15} />}</ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {given.map((form) => (
          <Menu.Item key={form} onClick={() => copy(forms[form] ?? '')}>
            {names[form]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type CopyObjectProps = {
  readonly label: string;
  readonly object: unknown;
  /** What reads it, of the API. */
  readonly path: string;
  /** What shows it, or does something with it, on the command line. */
  readonly cli: string;
  /** Its text, where it is written as one. */
  readonly text?: string;
};

/** What a screen shows, in the forms that it is carried elsewhere in. */
export function CopyObject({ label, object, path, cli, text }: CopyObjectProps): ReactElement {
  const json = JSON.stringify(object, undefined, 2);
  return (
    <CopyMenu
      label={label}
      forms={{ defanged: defangedJson(object), json, curl: curlOf(path), cli, ...(text === undefined ? {} : { text }) }}
    />
  );
}

/** A GET of the API as a command; the token stays a variable. */
export function curlOf(path: string): string {
  return `curl -H "authorization: Bearer $EDICT_TOKEN" '${window.location.origin}${path}'`;
}
