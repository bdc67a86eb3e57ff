/** Set-up: oneself, people and their tokens, who may send webhooks, outside systems, and how this server is set. */
import type { ReactElement } from 'react';
import type { RouteName } from '../../../api/contract/routes.ts';
import { useMay } from '../../api/session.tsx';
import { Page } from '../../look/page.tsx';
import { Tabs } from '../../look/tabs.tsx';
import { Oneself } from './oneself.tsx';
import { People } from './people.tsx';
import { Provider } from './provider.tsx';
import { Server } from './server.tsx';
import { Systems } from './systems/systems.tsx';
import { Webhooks } from './webhooks.tsx';

type Part = { readonly tab: string; readonly title: string; readonly route: RouteName; readonly Content: () => ReactElement };

const parts: readonly Part[] = [
  { tab: 'oneself', title: 'You', route: 'sessions.list', Content: Oneself },
  { tab: 'people', title: 'People', route: 'people.list', Content: People },
  { tab: 'webhooks', title: 'Webhooks', route: 'webhooks.list', Content: Webhooks },
  { tab: 'systems', title: 'Systems', route: 'systems.list', Content: Systems },
  { tab: 'provider', title: 'AI provider', route: 'settings.get', Content: Provider },
  { tab: 'server', title: 'This server', route: 'settings.get', Content: Server },
];

export function Screen(): ReactElement {
  const may = useMay();
  const [first, ...others] = parts.filter(({ route }) => may(route));
  return (
    <Page title="Settings" about="Who may do what here, who may send, and what is acted on." fill>
      {first === undefined ? null : (
        <Tabs label="What is set" tabs={[first, ...others]}>
          {(tab) => <Room tab={tab} />}
        </Tabs>
      )}
    </Page>
  );
}

function Room({ tab }: Pick<Part, 'tab'>): ReactElement | null {
  const Content = parts.find((part) => part.tab === tab)?.Content;
  return Content === undefined ? null : <Content />;
}
