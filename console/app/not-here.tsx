import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Page } from '../look/page.tsx';
import { Empty } from '../look/told.tsx';

/** A path that no screen has. */
export function NotHere(): ReactElement {
  return (
    <Page title="Not here">
      <Empty
        title="Nothing stands at this address"
        action={
          <Button component={Link} to="/">
            Go to the overview
          </Button>
        }
      >
        <p>It may have been mistyped, or what it named is gone.</p>
      </Empty>
    </Page>
  );
}
