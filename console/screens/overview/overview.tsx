import type { ReactElement } from 'react';
import { Page } from '../../look/page.tsx';
import { Loading } from '../../look/told.tsx';

export function Screen(): ReactElement {
  return (
    <Page title="Overview">
      <Loading />
    </Page>
  );
}
