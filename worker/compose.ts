/** The only place that builds real dependencies: the store, the ways to the enforcement points, and the engines that check proofs. */
import { randomBytes } from 'node:crypto';
import { currentCaller } from '../activities/caller.ts';
import type { Ports } from '../activities/ports.ts';
import { embeddedProvider } from '../ai/embedded.ts';
import type { Connector, ConnectorKind } from '../connectors/connector.ts';
import { makeSigningKey } from '../connectors/opa/signing-key.ts';
import { openConnector } from '../connectors/open.ts';
import type { ConnectorPorts } from '../connectors/open.ts';
import { digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/port.ts';
import { systemCache } from './system-cache.ts';
import type { WorkerEnvironment } from './environment.ts';
import { opaGuard } from './opa-guard.ts';
import { nftablesProofEngine, opaProofEngine } from './proof-engines.ts';

export type Composed = { readonly ports: Ports; readonly close: () => Promise<void> };

/** Names under which this installation's secrets are stored. */
export const secretNames = { statementKey: 'statement-key', signingKey: 'bundle-signing-key', opaToken: 'opa-token' } as const;
const signingKeyId = 'edict';

export async function compose(environment: WorkerEnvironment): Promise<Composed> {
  await migrate(environment.databaseUrl);
  const store = await openStore({ databaseUrl: environment.databaseUrl, auditFile: environment.auditFile, poolSize: 12 });
  await store.secrets.ensure(secretNames.statementKey, () => randomBytes(32).toString('base64url'));
  const guard = opaGuard({ url: environment.opaUrl, token: environment.opaToken });
  const systems = systemCache(store);
  const points = connectorCache(store, connectorPorts(store, environment));
  const ports: Ports = {
    store,
    connector: points.open,
    system: systems.open,
    providers: [embeddedProvider()],
    engines: {
      rego: once(() => opaProofEngine(environment.opaProgram)),
      'rego-access': once(() => opaProofEngine(environment.opaProgram)),
      nftables: once(nftablesProofEngine),
    },
    guard: guard.ask,
    caller: currentCaller,
    now: () => new Date(),
  };
  return {
    ports,
    close: async () => {
      await points.close();
      await systems.close();
      guard.close();
      await store.close();
    },
  };
}

function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

function connectorPorts(store: Store, { opaToken }: WorkerEnvironment): ConnectorPorts {
  return {
    artifacts: (digest) => store.policies.artifact(digest as `sha256:${string}`),
    shelf: store.bundles,
    signingKey: async () => ({ keyId: signingKeyId, privateKeyPem: await store.secrets.ensure(secretNames.signingKey, makeSigningKey) }),
    secret: async (name) => (name === secretNames.opaToken && opaToken !== undefined ? opaToken : store.secrets.get(name)),
  };
}

type Opened = { readonly settings: string; readonly connector: Connector };

/** One connector a point, opened anew when its settings change. */
function connectorCache(store: Store, ports: ConnectorPorts) {
  const opened = new Map<string, Opened>();
  const open = async (name: string): Promise<Connector> => {
    const point = await store.points.get(name);
    if (point === undefined) throw new EdictError('enforcement-point-unknown', `no enforcement point \`${name}\``);
    const settings = digestOf([point.kind, point.target, point.settings]);
    const held = opened.get(name);
    if (held?.settings === settings) return held.connector;
    const connector = openConnector({ name, kind: point.kind as ConnectorKind, target: point.target, settings: point.settings }, ports);
    opened.set(name, { settings, connector });
    await held?.connector.close();
    return connector;
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled([...opened.values()].map(({ connector }) => connector.close()));
  };
  return { open, close };
}
