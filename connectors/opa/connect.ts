/** Opens the connector to one OPA. */
import { EdictError } from '../../domain/errors.ts';
import type { Connector, PointConfig } from '../connector.ts';
import { createConnector, type ArtifactSource } from '../point.ts';
import { wrongSettings } from '../wrong-settings.ts';
import { publishBundle } from './apply.ts';
import { openClient } from './client.ts';
import { readBundle } from './observe.ts';
import { opaPermissions } from './permissions.ts';
import { probeDecisions } from './probe.ts';
import { servedFor } from './served.ts';
import { opaSettings } from './settings.schema.ts';
import type { BundleShelf } from './shelf.ts';
import type { SigningKey } from './signing-key.ts';

export type OpaPorts = {
  readonly artifacts: ArtifactSource;
  readonly shelf: BundleShelf;
  readonly signingKey: () => Promise<SigningKey>;
  readonly secret: (name: string) => Promise<string | undefined>;
};

const defaultTimeoutMs = 30_000;
const defaultActivationTimeoutMs = 15_000;

export function openOpa({ name, settings, target }: PointConfig, ports: OpaPorts): Connector {
  const served = servedFor(name, target);
  const parsed = opaSettings.safeParse(settings);
  if (!parsed.success) throw wrongSettings(name, parsed.error.issues);
  const { url, tokenSecret, timeoutMs = defaultTimeoutMs, activationTimeoutMs = defaultActivationTimeoutMs } = parsed.data;
  const client = openClient(name, url, () => tokenOf(name, tokenSecret, ports));
  const stranger = openClient(name, url, async () => undefined);
  return createConnector(
    {
      kind: 'opa',
      point: name,
      target: served.target,
      isolates: served.isolations !== undefined,
      timeoutMs,
      read: (deadline) => readBundle({ point: name, served, client, shelf: ports.shelf }, deadline),
      write: async (write, deadline) => {
        const publisher = { point: name, served, client, shelf: ports.shelf, key: await ports.signingKey(), activationTimeoutMs };
        await publishBundle(publisher, write, deadline);
      },
      probe: (requests, deadline) => probeDecisions({ client, served }, requests, deadline),
      permissions: (deadline) => opaPermissions({ point: name, served, client, shelf: ports.shelf, stranger }, deadline),
      close: async () => {
        client.close();
        stranger.close();
      },
    },
    ports.artifacts,
  );
}

async function tokenOf(point: string, tokenSecret: string | undefined, { secret }: OpaPorts): Promise<string | undefined> {
  if (tokenSecret === undefined) return undefined;
  const token = await secret(tokenSecret);
  if (token !== undefined) return token;
  throw new EdictError('enforcement-point-refused', `the secret \`${tokenSecret}\` of point \`${point}\` is not stored`, { where: point });
}
