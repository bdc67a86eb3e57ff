/** A digest or another long id: its beginning, the whole on hover, copied by a press. */
import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { CopyButton } from './copy.tsx';
import css from './css/digest.module.css';

export function Digest({ value, length = 12 }: { readonly value: string; readonly length?: number }): ReactElement {
  const bare = value.replace(/^sha256:/u, '');
  return (
    <span className={css['digest']}>
      <Tooltip label={value}>
        <code>{bare.slice(0, length)}</code>
      </Tooltip>
      <CopyButton text={value} label="Copy the whole" />
    </span>
  );
}
