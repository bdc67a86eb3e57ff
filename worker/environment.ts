/** What the worker is told by its environment; read once, at the door. */
import { join, resolve } from 'node:path';
import { EdictError } from '../domain/errors.ts';

export type WorkerEnvironment = {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Shown to OPA's API by the connector, as the secret `opa-token`. */
  readonly opaToken: string | undefined;
  /** The decision point before effects. Without it no effect happens. */
  readonly opaUrl: string | undefined;
  readonly dataDir: string;
  /** OPA's program, for proofs on the real engine; found on the PATH where it is not given. */
  readonly opaProgram: string | undefined;
  readonly auditFile: string;
  readonly bundleDir: string;
};

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): WorkerEnvironment {
  const dataDir = resolve(env['EDICT_DATA_DIR'] ?? '.edict');
  return {
    databaseUrl: required(env, 'EDICT_DATABASE_URL'),
    temporalAddress: required(env, 'EDICT_TEMPORAL_ADDRESS'),
    temporalNamespace: env['EDICT_TEMPORAL_NAMESPACE'] ?? 'default',
    opaToken: env['EDICT_OPA_TOKEN'],
    opaUrl: env['EDICT_OPA_URL'],
    dataDir,
    opaProgram: env['EDICT_OPA_PROGRAM'],
    auditFile: join(dataDir, 'audit', 'audit.jsonl'),
    bundleDir: join(dataDir, 'cache'),
  };
}

function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new EdictError('input-invalid', `${name} is not set`, { help: '`edict start` sets it; in production it names the server' });
}
