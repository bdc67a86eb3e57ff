/** The API as a process: settings from the environment, listens at once, opens the store when it is there, ends gracefully. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import { accessOf } from './auth/access-environment.ts';
import { opaAuthorizer } from './auth/authz.ts';
import { asEdictError } from './failure.ts';
import { firstStart } from './first-start.ts';
import { lateStore } from './late-store.ts';
import type { LateStore } from './late-store.ts';
import { temporalOrchestrator } from './orchestrator.ts';
import { payloadCodec } from '../store/payload-codec.ts';
import { startOutbox } from './outbox.ts';
import { buildServer } from './server.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

const retryMs = 1000;
const logger = pino(
  {
    level: process.env['EDICT_LOG_LEVEL'] ?? 'warn',
    redact: ['req.headers.authorization', 'req.headers.cookie', 'headers.authorization', 'headers.cookie'],
  },
  process.stderr,
);

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const access = accessOf(settings);
  const late = lateStore();
  const connection = Connection.lazy({ address: settings.EDICT_TEMPORAL_ADDRESS });
  const dataConverter = { payloadCodecs: [payloadCodec(late.store.values)] };
  const orchestrator = temporalOrchestrator(new Client({ connection, namespace: settings.EDICT_TEMPORAL_NAMESPACE, dataConverter }));
  const authz = opaAuthorizer({ url: settings.EDICT_OPA_URL, token: settings.EDICT_OPA_TOKEN });
  const clock = () => new Date();
  let ready = false;
  const app = buildServer({
    store: late.store,
    temporal: orchestrator,
    authz,
    clock,
    version: version(),
    ready: () => ready,
    logger,
    engineToken: engineTokenOf(settings),
    access,
    consoleFolder: fileURLToPath(new URL('../console/dist', import.meta.url)),
    trustedProxies: settings.EDICT_TRUSTED_PROXIES,
    temporalUi: temporalUiOf(settings),
  });
  const stopping = new AbortController();
  const stopped = stopOnSignal(stopping);
  await app.listen({ host: settings.EDICT_API_HOST, port: settings.EDICT_API_PORT });
  process.send?.({ ready: true });
  const opened = await openWhenThere(late, settings, stopping.signal);
  ready = opened;
  const outbox = opened ? startOutbox({ store: late.store, orchestrator, clock, logger }) : undefined;
  if (opened) process.stdout.write('{"ready":true}\n');
  await stopped;
  await app.close();
  await outbox?.stop();
  if (opened) await late.store.close();
  await connection.close();
  authz.close();
}

function temporalUiOf({ EDICT_TEMPORAL_UI_URL: url, EDICT_TEMPORAL_NAMESPACE: namespace }: Settings): string | undefined {
  return url === undefined ? undefined : `${url.replace(/\/+$/u, '')}/namespaces/${encodeURIComponent(namespace)}`;
}

/** Tries until the database is there. Data that this release cannot work with ends the process. */
async function openWhenThere(late: LateStore, settings: Settings, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await migrate(settings.EDICT_DATABASE_URL);
      const store = await openStore({ databaseUrl: settings.EDICT_DATABASE_URL, auditFile: auditFileOf(settings) });
      late.set(store);
      await firstStart(store, settings, (line) => process.stdout.write(`${line}\n`));
      return true;
    } catch (error) {
      const known = asEdictError(error);
      if (known.code !== 'dependency-unavailable' && known.code !== 'timeout') throw error;
      logger.warn({ code: known.code }, 'the database is not there yet');
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

/** One token serves both directions unless there are two. */
function engineTokenOf({ EDICT_OPA_SERVICE_TOKEN, EDICT_OPA_TOKEN }: Settings): string {
  return EDICT_OPA_SERVICE_TOKEN ?? EDICT_OPA_TOKEN;
}

function auditFileOf(settings: Settings): string {
  return join(settings.EDICT_DATA_DIR, 'audit', 'audit.jsonl');
}

function stopOnSignal(stopping: AbortController): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        stopping.abort();
        resolve();
      });
    }
  });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const { code, message, help } = asEdictError(error);
    process.stderr.write(`edict api: ${code}: ${message}${help === undefined ? '' : ` (${help})`}\n`);
    process.exit(1);
  },
);
