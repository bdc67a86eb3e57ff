/** How this installation is set up. */
import { provider } from '../../auth/oidc/provider.ts';
import type { OidcSettings } from '../../auth/oidc/oidc-settings.ts';
import type { Settings } from '../../contract/access/settings.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { answers } from '../system.ts';

const minuteMs = 60_000;

export function settingsHandlers(deps: HandlerDeps): HandlersOf<'settings.get'> {
  const { store, orchestrator, authz, access, version } = deps;
  return {
    'settings.get': async () => {
      const [secrets, temporal, opa, oidc] = await Promise.all([
        store.secrets.names(''),
        answers(() => orchestrator.ping()),
        answers(() => authz.ping()),
        access.oidc === undefined ? undefined : oidcOf(access.oidc),
      ]);
      return {
        version,
        signIn: {
          password: access.localAccounts,
          idleMinutes: access.idleMs / minuteMs,
          hours: access.lifeMs / 60 / minuteMs,
          stepUpMinutes: access.stepUpMs / minuteMs,
          ...(oidc === undefined ? {} : { oidc }),
        },
        // Part of the worker, and the only provider that there is: nothing to reach.
        ai: { provider: 'embedded', reachable: true, languageModel: false, setBy: 'built-in' },
        services: { database: true, temporal, opa },
        secrets,
      };
    },
  };
}

async function oidcOf(settings: OidcSettings): Promise<Settings['signIn']['oidc']> {
  const { name, issuer, clientId, redirectUri, personClaim, rolesClaim, roles, createPeople } = settings;
  const reachable = await answers(async () => void (await provider(settings)));
  return {
    name,
    issuer,
    clientId,
    redirectUri,
    personClaim,
    rolesClaim,
    ...(roles === undefined ? {} : { roles }),
    createsPeople: createPeople,
    reachable,
  };
}
