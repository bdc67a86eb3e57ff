/**
 * Production form, run once before OPA: brings the schema up to date, makes OPA known as an enforcement point, and writes its files into the
 * folder that is given. Everything else comes from the environment, as for worker and API.
 */
import { join } from 'node:path';

import { EdictError } from '../domain/errors.ts';
import { migrate } from '../store/migrate.ts';
import { opaConfigText, registerOpaPoint } from './programs/opa-point.ts';
import { accessPolicies, writeOpaSettings } from './programs/opa-settings.ts';

/** Where OPA's container keeps its last good bundle. */
const persistenceDir = '/var/lib/opa';
/** As api/auth/system-authz.rego asks for it. */
const tokenLength = 32;

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new EdictError('input-invalid', 'no folder was given', { expected: 'production-opa.ts <folder>' });
  const databaseUrl = required('EDICT_DATABASE_URL');
  const tokens = { token: secret('EDICT_OPA_TOKEN'), bundleToken: secret('EDICT_OPA_SERVICE_TOKEN') };
  await migrate(databaseUrl);
  const auditFile = join(required('EDICT_DATA_DIR'), 'audit', 'audit.jsonl');
  const publicKeyPem = await registerOpaPoint({ databaseUrl, auditFile, opaUrl: required('EDICT_OPA_URL') });
  const config = opaConfigText({ apiUrl: required('EDICT_API_URL'), bundleToken: tokens.bundleToken, publicKeyPem, persistenceDir });
  writeOpaSettings({ folder, token: tokens.token, policies: accessPolicies(), config });
}

function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new EdictError('input-invalid', `${name} is not set`, { help: 'see .env.example and docker-compose.yml' });
}

function secret(name: string): string {
  const value = required(name);
  if (value.length >= tokenLength) return value;
  throw new EdictError('input-invalid', `${name} is too short`, {
    expected: `at least ${tokenLength} characters, such as those of \`openssl rand -hex 32\``,
  });
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error: unknown) => {
    const { code = 'defect', message, help } = error as { code?: string; message: string; help?: string };
    process.stderr.write(`edict: ${code}: ${message}${help === undefined ? '' : ` (${help})`}\n`);
    process.exit(1);
  },
);
