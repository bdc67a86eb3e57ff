/**
 * One PostgreSQL, one Temporal server on it and one OPA for a whole run of real tests. Addresses go to the tests by the
 * environment (test/stack/fixture.ts). Engines that are not installed are left out: their tests say so. The programs die with this process.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findProgram } from '../../stack/engines.ts';
import { ensureSecret } from '../../stack/secrets.ts';
import { startOpa } from '../../stack/programs/opa.ts';
import { choosePort } from '../../stack/ports.ts';
import { startPostgres, type Postgres } from '../../stack/programs/postgres.ts';
import { startTemporal, temporalPortNames } from '../../stack/programs/temporal.ts';
import type { Running } from './running.ts';

const policies = ['api/auth/system-authz.rego', 'activities/effect/guard.rego'].map((path) =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url)),
);

/** EDICT_TEST_ENGINES=postgres leaves the other engines out, for quick rounds on the store. */
const wanted = (engine: string) => (process.env['EDICT_TEST_ENGINES'] ?? 'postgres,temporal,opa').split(',').includes(engine);

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default async function setUp(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'edict-test-'));
  const running: Running = { directory, stop: [] };
  (globalThis as { edictTestStack?: Running }).edictTestStack = running;
  const taken = new Set<number>();
  const password = ensureSecret(join(directory, 'secrets'), 'postgres');
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=64MB'];
  const postgres = await startPostgres({
    dataDir: join(directory, 'postgres'),
    password,
    logFile: join(directory, 'postgres.log'),
    port: await choosePort(taken),
    settings,
  });
  running.stop.push(postgres.stop);
  process.env['EDICT_TEST_POSTGRES'] = postgres.url('postgres');
  await Promise.all([temporal(running, postgres, taken, password), opa(running, taken)]);
}

async function temporal(running: Running, postgres: Postgres, taken: Set<number>, password: string): Promise<void> {
  if (!wanted('temporal') || !findProgram('temporal-server') || !findProgram('temporal-sql-tool')) return;
  const ports: { [name: string]: number } = {};
  for (const name of temporalPortNames) ports[name] = await choosePort(taken);
  const { address, namespace, child } = await startTemporal({
    postgres,
    password,
    ports,
    shards: 4,
    settingsDir: running.directory,
    logFile: join(running.directory, 'temporal.log'),
  });
  running.stop.unshift(() => child.stop({ graceMs: 3000 }));
  process.env['EDICT_TEST_TEMPORAL'] = JSON.stringify({ address, namespace });
}

async function opa(running: Running, taken: Set<number>): Promise<void> {
  if (!wanted('opa') || !findProgram('opa')) return;
  const token = ensureSecret(join(running.directory, 'secrets'), 'opa');
  const { url, child } = await startOpa({
    port: await choosePort(taken),
    token,
    settingsDir: running.directory,
    logFile: join(running.directory, 'opa.log'),
    policies,
  });
  running.stop.unshift(() => child.stop());
  process.env['EDICT_TEST_OPA'] = JSON.stringify({ url, token });
}
