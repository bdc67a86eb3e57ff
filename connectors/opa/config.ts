/** OPA's own configuration for one point: where it gets its signed bundle, and where it reports decisions and status. */
import { createPublicKey } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { algorithmOf } from './signing-key.ts';

export const bundleName = 'edict';
export const signingScope = 'edict';

export type OpaConfigInput = {
  /** Base of Edict's API, without a slash at the end; it serves `/opa/bundles/<point>`, `/opa/status/<point>`, `/opa/logs/<point>`. */
  readonly apiUrl: string;
  /** Bearer token that OPA shows to the API. */
  readonly bundleToken: string;
  readonly point: string;
  readonly publicKeyPem: string;
  readonly keyId: string;
  /** Where OPA keeps the last good bundle, so that it decides after a restart without the API. */
  readonly persistenceDir: string;
};

export function opaConfig(input: OpaConfigInput): JsonObject {
  const { apiUrl, bundleToken, point, publicKeyPem, keyId, persistenceDir } = input;
  const service = 'edict';
  return {
    services: { [service]: { url: `${apiUrl}/opa`, credentials: { bearer: { token: bundleToken } }, response_header_timeout_seconds: 60 } },
    keys: { [keyId]: { algorithm: algorithmOf(createPublicKey(publicKeyPem)), key: publicKeyPem } },
    bundles: {
      [bundleName]: {
        service,
        resource: `bundles/${point}`,
        persist: true,
        // INVARIANT: never without `keyid`; the check of a signature could be side-stepped then.
        signing: { keyid: keyId, scope: signingScope },
        polling: { long_polling_timeout_seconds: 30, min_delay_seconds: 1, max_delay_seconds: 2 },
      },
    },
    decision_logs: { service, resource: `/logs/${point}`, reporting: { min_delay_seconds: 1, max_delay_seconds: 2 } },
    status: { service, partition_name: point },
    persistence_directory: persistenceDir,
  };
}
