/**
 * The embedded OPA as an enforcement point: it fetches signed bundles from the API under the name `opa`, and is known to the store under its
 * address of now. What that takes from the database is kept beside it, so that a warm start asks nobody.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { opaConfig } from '../connectors/opa/config.ts';
import { makeSigningKey, publicKeyOf } from '../connectors/opa/signing-key.ts';
import type { Layout } from './layout.ts';
import type { StackContext } from './parts.ts';
import { ensureSecret } from './secrets.ts';

const pointName = 'opa';
/** As worker/compose.ts names them. */
const signingKeyName = 'bundle-signing-key';
const signingKeyId = 'edict';
const tokenSecret = 'opa-token';

type Known = { readonly url: string; readonly publicKeyPem: string };

/** What OPA shows the API when it fetches bundles and sends its logs. */
export function opaServiceToken({ secrets }: Pick<Layout, 'secrets'>): string {
  return ensureSecret(secrets, 'opa-service');
}

/** OPA's configuration file. Waits for the database the first time, and when the address changed. */
export async function opaPointConfig(context: StackContext): Promise<string> {
  const { files, addresses } = context;
  const { publicKeyPem } = readKnown(files, addresses.opa) ?? (await settle(context));
  const persistenceDir = join(files.artifacts, 'opa');
  mkdirSync(persistenceDir, { recursive: true, mode: 0o700 });
  const config = opaConfig({
    apiUrl: addresses.api,
    bundleToken: opaServiceToken(files),
    point: pointName,
    publicKeyPem,
    keyId: signingKeyId,
    persistenceDir,
  });
  return JSON.stringify(config, undefined, 2);
}

const knownFile = ({ settings }: Layout) => join(settings, 'opa-point.json');

function readKnown(files: Layout, url: string): Known | undefined {
  try {
    const known = JSON.parse(readFileSync(knownFile(files), 'utf8')) as Known;
    return known.url === url && known.publicKeyPem.length > 0 ? known : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the key unless there is one, and writes the point with its address into the store. */
async function settle({ files, addresses, migrated }: StackContext): Promise<Known> {
  await migrated();
  const { openStore } = await import('../store/open.ts');
  const store = await openStore({ databaseUrl: addresses.database, auditFile: join(files.audit, 'audit.jsonl'), poolSize: 2 });
  try {
    const publicKeyPem = publicKeyOf(await store.secrets.ensure(signingKeyName, makeSigningKey));
    await store.points.put({ name: pointName, kind: 'opa', target: 'rego', settings: { url: addresses.opa, tokenSecret } }, 'system:stack');
    const known: Known = { url: addresses.opa, publicKeyPem };
    writeFileSync(knownFile(files), JSON.stringify(known), { mode: 0o600 });
    return known;
  } finally {
    await store.close();
  }
}
