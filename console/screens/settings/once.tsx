/** A secret that is shown this once. */
import { TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { CopyButton } from '../../look/copy.tsx';
import { When } from '../../look/when.tsx';

type OnceProps = { readonly label: string; readonly secret: string; readonly until?: string };

export function Once({ label, secret, until }: OnceProps): ReactElement {
  return (
    <TextInput
      label={label}
      description={
        until === undefined ? (
          'Shown this once: keep it now.'
        ) : (
          <>
            Shown this once; valid until <When at={until} />.
          </>
        )
      }
      readOnly
      value={secret}
      rightSection={<CopyButton text={secret} label="Copy the secret" />}
      onFocus={({ currentTarget }) => currentTarget.select()}
    />
  );
}
