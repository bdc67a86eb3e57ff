/** Writing a playbook that is not there yet. What is written stays in this browser until it is published. */
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import { Page } from '../../look/page.tsx';

const Editor = partOf(() => import('./editor.tsx'), 'Editor');

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
      <Editor source={beginning} tests="" />
    </Page>
  );
}
