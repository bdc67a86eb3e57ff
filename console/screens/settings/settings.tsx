/** Set-up: oneself, people and their tokens, who may send webhooks, outside systems, and how this server is set. */
import { Tabs } from '@mantine/core';
import type { ReactElement } from 'react';
import type { RouteName } from '../../../api/contract/routes.ts';
import { useMay } from '../../api/session.tsx';
import { useUrlState } from '../../app/url.ts';
import { Page } from '../../look/page.tsx';
import { Oneself } from './oneself.tsx';
import { People } from './people.tsx';
import { Server } from './server.tsx';
import { Systems } from './systems.tsx';
import { Webhooks } from './webhooks.tsx';
import css from './settings.module.css';

type Part = { readonly tab: string; readonly title: string; readonly route: RouteName; readonly Content: () => ReactElement };

const parts: readonly Part[] = [
  { tab: 'oneself', title: 'You', route: 'sessions.list', Content: Oneself },
  { tab: 'people', title: 'People', route: 'people.list', Content: People },
  { tab: 'webhooks', title: 'Webhooks', route: 'webhooks.list', Content: Webhooks },
  { tab: 'systems', title: 'Systems', route: 'systems.list', Content: Systems },
  { tab: 'server', title: 'This server', route: 'settings.get', Content: Server },
];

export function Screen(): ReactElement {
  const [{ tab }, setUrl] = useUrlState();
  const may = useMay();
  const offered = parts.filter(({ route }) => may(route));
  const shown = offered.find((part) => part.tab === tab) ?? offered[0];
  return (
    <Page title="Settings" about="Who may do what here, who may send, and what is acted on." fill>
      <Tabs
        value={shown?.tab ?? null}
        onChange={(value) => setUrl({ tab: value ?? undefined })}
        className={css['tabs'] ?? ''}
        keepMounted={false}
      >
        <Tabs.List>
          {offered.map((part) => (
            <Tabs.Tab key={part.tab} value={part.tab}>
              {part.title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown === undefined ? null : (
          <Tabs.Panel value={shown.tab} className={css['room'] ?? ''} tabIndex={0}>
            <shown.Content />
          </Tabs.Panel>
        )}
      </Tabs>
    </Page>
  );
}
