/** Writing a playbook that is not there yet. What is written stays in this browser until it is published. */
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import { Page } from '../../look/page.tsx';
import { Loading } from '../../look/told.tsx';

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).Editor }));

const beginning = `playbook: my-playbook
version: 1.0.0
title: What it does, in a sentence
owner: soc

triggers:
  - manual: { roles: [analyst, manager] }

inputs:
  host: { type: asset }

steps:
  - id: look
    action: context.blast-radius
    with: { asset: '\${inputs.host}' }
    timeout: 20s
`;

export function Screen(): ReactElement {
  return (
    <Page
      title="Write a playbook"
      about="It is checked as you type, by the compiler that publishes it. What you write stays in this browser until then."
      fill
    >
      <Suspense fallback={<Loading />}>
        <Editor source={beginning} tests="" />
      </Suspense>
    </Page>
  );
}
