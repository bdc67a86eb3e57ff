/** A filter that has no field of its own, such as one that a number of another screen came with: what it says, and a press to be rid of it. */
import { Button } from '@mantine/core';
import IconX from '@tabler/icons-react/icons/IconX';
import type { ReactElement, ReactNode } from 'react';

export function Narrowed({ onOff, children }: { readonly onOff: () => void; readonly children: ReactNode }): ReactElement {
  return (
    <Button variant="light" rightSection={<IconX size={13} aria-hidden="true" />} onClick={onOff}>
      {children}
      <span className="unseen">: take this filter off</span>
    </Button>
  );
}
