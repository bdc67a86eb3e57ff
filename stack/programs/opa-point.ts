/**
 * The embedded OPA as two enforcement points: it fetches signed bundles from the API, of connections under the name `opa` and of access under
 * the name `opa-access`, and is known to the store under its address of now. What that takes from the database is kept beside it, so that a warm start asks nobody.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { opaConfig, type OpaConfigInput } from '../../connectors/opa/config.ts';
import { makeSigningKey, publicKeyOf } from '../../connectors/opa/signing-key.ts';
import type { Layout } from '../layout.ts';
import type { StackContext } from '../parts.ts';
import { ensureSecret } from '../secrets.ts';

const pointName = 'opa';
const accessPointName = 'opa-access';
/** As worker/compose.ts names them. */
const signingKeyName = 'bundle-signing-key';
const signingKeyId = 'edict';
const tokenSecret = 'opa-token';

type Known = { readonly url: string; readonly publicKeyPem: string; readonly points?: readonly string[] };

/** What OPA shows the API when it fetches bundles and sends its logs. */
export function opaServiceToken({ secrets }: Pick<Layout, 'secrets'>): string {
  return ensureSecret(secrets, 'opa-service');
}

/** OPA's configuration file. Waits for the database the first time, and when the address changed. */
export async function opaPointConfig(context: StackContext): Promise<string> {
  const { files, addresses } = context;
  const publicKeyPem = readKnown(files, addresses.opa)?.publicKeyPem ?? (await settle(context));
  const persistenceDir = join(files.artifacts, 'opa');
  mkdirSync(persistenceDir, { recursive: true, mode: 0o700 });
  return opaConfigText({ apiUrl: addresses.api, bundleToken: opaServiceToken(files), publicKeyPem, persistenceDir });
}

export function opaConfigText(input: Pick<OpaConfigInput, 'apiUrl' | 'bundleToken' | 'publicKeyPem' | 'persistenceDir'>): string {
  return JSON.stringify(opaConfig({ ...input, point: pointName, accessPoint: accessPointName, keyId: signingKeyId }), undefined, 2);
}

export type OpaPoint = { readonly databaseUrl: string; readonly auditFile: string; readonly opaUrl: string };

/** Makes the bundles' signing key unless there is one, and writes the points with their address into the store; gives the public key. */
export async function registerOpaPoint({ databaseUrl, auditFile, opaUrl }: OpaPoint): Promise<string> {
  const { openStore } = await import('../../store/open.ts');
  const store = await openStore({ databaseUrl, auditFile, poolSize: 2 });
  try {
    const publicKeyPem = publicKeyOf(await store.secrets.ensure(signingKeyName, makeSigningKey));
    const settings = { url: opaUrl, tokenSecret };
    await store.points.put({ name: pointName, kind: 'opa', target: 'rego', settings }, 'system:stack');
    await store.points.put({ name: accessPointName, kind: 'opa', target: 'rego-access', settings }, 'system:stack');
    return publicKeyPem;
  } finally {
    await store.close();
  }
}

const knownFile = ({ settings }: Layout) => join(settings, 'opa-point.json');

function readKnown(files: Layout, url: string): Known | undefined {
  try {
    const known = JSON.parse(readFileSync(knownFile(files), 'utf8')) as Known;
    const isWhole = known.url === url && known.publicKeyPem.length > 0 && known.points?.includes(accessPointName) === true;
    return isWhole ? known : undefined;
  } catch {
    return undefined;
  }
}

async function settle({ files, addresses, migrated }: StackContext): Promise<string> {
  await migrated();
  const publicKeyPem = await registerOpaPoint({
    databaseUrl: addresses.database,
    auditFile: join(files.audit, 'audit.jsonl'),
    opaUrl: addresses.opa,
  });
  const known: Known = { url: addresses.opa, publicKeyPem, points: [pointName, accessPointName] };
  writeFileSync(knownFile(files), JSON.stringify(known), { mode: 0o600 });
  return publicKeyPem;
}
