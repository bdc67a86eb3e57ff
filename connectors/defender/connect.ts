/** Opens Microsoft Defender for Endpoint of one tenant. */
import type { DefenderSettings } from '../../domain/systems/system-settings.schema.ts';
import { clientCredentials } from '../client-credentials.ts';
import { openOData } from '../odata.ts';
import { createSystem, defaultSettleTimeoutMs, defaultTimeoutMs } from '../system-driver.ts';
import type { OutsideSystem } from '../system.ts';
import { openWebClient } from '../web-client.ts';
import { isolateMachine, scanMachine } from './machines.ts';

const defaults = { authority: 'https://login.microsoftonline.com', url: 'https://api.securitycenter.microsoft.com' } as const;

export function openDefender(system: string, settings: DefenderSettings, secret: (role: string) => Promise<string>): OutsideSystem {
  const { tenant, clientId, authority = defaults.authority, url = defaults.url } = settings;
  const web = openWebClient(system, [authority, url]);
  const credentials = { authority, tenant, clientId, scope: `${url}/.default`, secret: () => secret('clientSecret') };
  const defender = openOData(web, url, clientCredentials(web, credentials));
  return createSystem({
    kind: 'defender',
    system,
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
    settleTimeoutMs: settings.settleTimeoutMs ?? defaultSettleTimeoutMs,
    check: async (deadline) => ({ machines: (await defender.list('/api/machines?$top=1', deadline, 1)).length }),
    reads: {},
    changes: { 'isolate-machine': isolateMachine(defender), 'scan-machine': scanMachine(defender) },
    close: web.close,
  });
}
