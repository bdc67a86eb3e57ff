/** Opens Microsoft Graph of one tenant. */
import type { GraphSettings } from '../../domain/systems/system-settings.schema.ts';
import { clientCredentials } from '../client-credentials.ts';
import type { Deadline } from '../deadline.ts';
import { openOData, textOf, type OData } from '../odata.ts';
import { createSystem, defaultSettleTimeoutMs, defaultTimeoutMs } from '../system-driver.ts';
import type { OutsideSystem } from '../system.ts';
import { openWebClient } from '../web-client.ts';
import { disableApp, findGrants, revokeGrants } from './consent.ts';
import { findMessages, purgeMessages } from './mail.ts';
import { disableUser, readSignIns, readUser, revokeSessions } from './people.ts';

const defaults = { authority: 'https://login.microsoftonline.com', url: 'https://graph.microsoft.com', mailboxes: 1000 } as const;

export function openGraph(system: string, settings: GraphSettings, secret: (role: string) => Promise<string>): OutsideSystem {
  const { tenant, clientId, authority = defaults.authority, url = defaults.url, mailboxes = defaults.mailboxes } = settings;
  const web = openWebClient(system, [authority, url]);
  const credentials = { authority, tenant, clientId, scope: `${url}/.default`, secret: () => secret('clientSecret') };
  // Ids of messages that stay the same when a message is moved.
  const graph = openOData(web, url, clientCredentials(web, credentials), { prefer: 'IdType="ImmutableId"' });
  return createSystem({
    kind: 'microsoft-graph',
    system,
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
    settleTimeoutMs: settings.settleTimeoutMs ?? defaultSettleTimeoutMs,
    check: (deadline) => organisation(graph, deadline),
    reads: {
      user: readUser(graph),
      'sign-ins': readSignIns(graph),
      messages: findMessages(graph, mailboxes),
      'app-grants': findGrants(graph),
    },
    changes: {
      'disable-user': disableUser(graph),
      'revoke-sessions': revokeSessions(graph),
      'purge-messages': purgeMessages(graph),
      'revoke-grants': revokeGrants(graph),
      'disable-app': disableApp(graph),
    },
    close: web.close,
  });
}

async function organisation(graph: OData, deadline: Deadline) {
  const [found] = await graph.list('/v1.0/organization?$select=id,displayName', deadline, 1);
  return { tenant: textOf(found?.['id']), name: textOf(found?.['displayName']) };
}
