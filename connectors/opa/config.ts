/** OPA's own configuration: where it gets its signed bundles, one for each point that it is, and where it reports decisions and status. */
import { createPublicKey } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { algorithmOf } from './signing-key.ts';

/** OPA's names of the bundles: one for each point that it is. */
export const bundleNames = { connections: 'edict', access: 'edict-access' } as const;
export const signingScope = 'edict';

export type OpaConfigInput = {
  /** Base of Edict's API, without a slash at the end; it serves `/opa/bundles/<point>`, `/opa/status/<point>`, `/opa/logs/<point>`. */
  readonly apiUrl: string;
  /** Bearer token that OPA shows to the API. */
  readonly bundleToken: string;
  /** The point for connections; decisions and status are reported under its name. */
  readonly point: string;
  /** The point for access and the use of models, where this OPA is one. */
  readonly accessPoint?: string | undefined;
  readonly publicKeyPem: string;
  readonly keyId: string;
  /** Where OPA keeps the last good bundle, so that it decides after a restart without the API. */
  readonly persistenceDir: string;
};

export function opaConfig(input: OpaConfigInput): JsonObject {
  const { apiUrl, bundleToken, point, accessPoint, publicKeyPem, keyId, persistenceDir } = input;
  const service = 'edict';
  const bundle = (name: string): JsonObject => ({
    service,
    resource: `bundles/${name}`,
    persist: true,
    // INVARIANT: never without `keyid`; the check of a signature could be side-stepped then.
    signing: { keyid: keyId, scope: signingScope },
    polling: { long_polling_timeout_seconds: 30, min_delay_seconds: 1, max_delay_seconds: 2 },
  });
  return {
    services: { [service]: { url: `${apiUrl}/opa`, credentials: { bearer: { token: bundleToken } }, response_header_timeout_seconds: 60 } },
    keys: { [keyId]: { algorithm: algorithmOf(createPublicKey(publicKeyPem)), key: publicKeyPem } },
    bundles: {
      [bundleNames.connections]: bundle(point),
      ...(accessPoint === undefined ? {} : { [bundleNames.access]: bundle(accessPoint) }),
    },
    decision_logs: { service, resource: `/logs/${point}`, reporting: { min_delay_seconds: 1, max_delay_seconds: 2 } },
    status: { service, partition_name: point },
    persistence_directory: persistenceDir,
  };
}
