/** What the stack is made of: each program's name, what it needs, how it is started, and how it shows that it is well. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { apiServes, startApp, workerFlags, type AppOptions } from './programs/apps.ts';
import { rotateLog, type Child } from './process/child.ts';
import { requireProgram, type EngineName } from './engines.ts';
import type { Layout } from './layout.ts';
import { opaPointConfig, opaServiceToken } from './programs/opa-point.ts';
import { accessPolicies } from './programs/opa-settings.ts';
import { opaServes, startOpa } from './programs/opa.ts';
import type { PartSpec } from './part.ts';
import type { PortPlan } from './port-plan.ts';
import { databases, ensureDatabase, postgresUrl, startPostgres, withClient } from './programs/postgres.ts';
import { ensureSecret } from './secrets.ts';
import { startTemporal, temporalNamespace, temporalPortNames, temporalServes } from './programs/temporal.ts';
import { startTemporalUi, temporalUiServes } from './programs/temporal-ui.ts';

/** In the order of the start; the stop goes backwards. */
export const partOrder = ['postgres', 'opa', 'temporal', 'temporal-ui', 'worker', 'worker-2', 'api'] as const;

export type PartName = (typeof partOrder)[number];

export type Addresses = {
  /** Of the database `edict`. */
  readonly database: string;
  readonly temporal: string;
  readonly temporalNamespace: string;
  readonly temporalUi: string;
  readonly opa: string;
  readonly opaToken: string;
  readonly api: string;
};

export type StackContext = {
  readonly wanted: readonly PartName[];
  readonly files: Layout;
  readonly ports: PortPlan;
  readonly password: string;
  readonly addresses: Addresses;
  /** Further environment of worker and API. */
  readonly env: { readonly [name: string]: string };
  /** Resolves when our own schema is in place. */
  readonly migrated: () => Promise<void>;
};

/** What a part cannot do without: it must be part of the stack. */
export const partNeeds: { readonly [name in PartName]: readonly PartName[] } = {
  postgres: [],
  opa: [],
  temporal: ['postgres'],
  'temporal-ui': ['temporal'],
  worker: ['postgres', 'temporal', 'opa'],
  'worker-2': ['postgres', 'temporal', 'opa'],
  api: ['postgres', 'temporal', 'opa'],
};

/** What must serve before a start makes sense. Worker and API wait for Temporal and OPA by themselves, while they load. */
export const startsAfter: { readonly [name in PartName]: readonly PartName[] } = {
  ...partNeeds,
  worker: ['postgres'],
  'worker-2': ['postgres'],
  api: ['postgres'],
};

export const partEngines: { readonly [name in PartName]: readonly EngineName[] } = {
  postgres: [],
  opa: ['opa'],
  temporal: ['temporal'],
  'temporal-ui': ['temporal-ui'],
  worker: [],
  'worker-2': [],
  api: [],
};

const portsOf: { readonly [name in PartName]: readonly string[] } = {
  postgres: ['postgres'],
  opa: ['opa'],
  temporal: temporalPortNames,
  'temporal-ui': ['temporal-ui'],
  worker: [],
  'worker-2': [],
  api: ['api'],
};

export function portNames(parts: readonly PartName[]): readonly string[] {
  return parts.flatMap((name) => portsOf[name]);
}

export function addressesOf(files: Layout, ports: PortPlan, password: string): Addresses {
  const local = (name: string) => `127.0.0.1:${ports[name] ?? 0}`;
  return {
    database: postgresUrl({ port: ports['postgres'] ?? 0, password, database: databases.edict }),
    temporal: local('FRONTEND_GRPC_PORT'),
    temporalNamespace,
    temporalUi: `http://${local('temporal-ui')}`,
    opa: `http://${local('opa')}`,
    opaToken: ensureSecret(files.secrets, 'opa'),
    api: `http://${local('api')}`,
  };
}

type Start = Pick<PartSpec, 'start' | 'healthy'>;

const starts: { readonly [name in PartName]: (context: StackContext) => Start } = {
  postgres: postgresStart,
  opa: opaStart,
  temporal: temporalStart,
  'temporal-ui': uiStart,
  worker: (context) => workerStart(context, 'worker'),
  'worker-2': (context) => workerStart(context, 'worker-2'),
  api: apiStart,
};

const graceMs: { readonly [name in PartName]: number } = {
  postgres: 30_000,
  opa: 3000,
  temporal: 10_000,
  'temporal-ui': 3000,
  worker: 15_000,
  'worker-2': 15_000,
  api: 10_000,
};

export function partSpec(name: PartName, context: StackContext): Omit<PartSpec, 'needs'> {
  const stopSignal = name === 'postgres' ? 'SIGINT' : 'SIGTERM';
  return { name, stopSignal, graceMs: graceMs[name], ...starts[name](context) };
}

const log = ({ files }: StackContext, name: string) => {
  const file = join(files.logs, `${name}.log`);
  rotateLog(file);
  return file;
};

const portOf = ({ ports }: StackContext, name: string) => ports[name] ?? 0;

function postgresStart(context: StackContext): Start {
  const { files, password, addresses } = context;
  return {
    start: async (onSpawn) => {
      const postgres = await startPostgres({
        dataDir: files.postgres,
        password,
        port: portOf(context, 'postgres'),
        logFile: log(context, 'postgres'),
        onSpawn,
      });
      await ensureDatabase(postgres, databases.edict);
    },
    healthy: () => withClient(addresses.database, async (client) => (await client.query('select 1')).rowCount === 1),
  };
}

function temporalStart(context: StackContext): Start {
  const { files, ports, password, addresses } = context;
  const postgres = {
    port: portOf(context, 'postgres'),
    url: (database: string) => postgresUrl({ port: portOf(context, 'postgres'), password, database }),
  };
  return {
    start: (onSpawn) =>
      startTemporal({
        postgres,
        password,
        ports: pick(ports, temporalPortNames),
        shards: shards(files),
        settingsDir: files.settings,
        logFile: log(context, 'temporal'),
        onSpawn,
      }),
    healthy: () => temporalServes(addresses.temporal),
  };
}

function pick(ports: PortPlan, names: readonly string[]): PortPlan {
  return Object.fromEntries(names.map((name) => [name, ports[name] ?? 0]));
}

/** Written down at the first start: another number would not find what is in the database. */
function shards(files: Layout): number {
  if (!existsSync(files.shards)) writeFileSync(files.shards, '4\n', { mode: 0o600 });
  return Number(readFileSync(files.shards, 'utf8').trim());
}

function opaStart(context: StackContext): Start {
  const { files, addresses } = context;
  return {
    start: async (onSpawn) =>
      startOpa({
        port: portOf(context, 'opa'),
        token: addresses.opaToken,
        settingsDir: files.settings,
        logFile: log(context, 'opa'),
        policies: accessPolicies(),
        // Bundles come from the API and are signed with a key of the database: without both, OPA answers for access only.
        config: context.wanted.includes('api') ? await opaPointConfig(context) : undefined,
        onSpawn,
      }),
    healthy: () => opaServes(addresses.opa),
  };
}

function uiStart(context: StackContext): Start {
  const { addresses, files } = context;
  return {
    start: (onSpawn) =>
      startTemporalUi({
        port: portOf(context, 'temporal-ui'),
        temporal: addresses.temporal,
        settingsDir: files.settings,
        logFile: log(context, 'temporal-ui'),
        onSpawn,
      }),
    healthy: () => temporalUiServes(addresses.temporalUi),
  };
}

function appEnvironment(context: StackContext): { readonly [name: string]: string } {
  const { addresses, files, env } = context;
  return {
    EDICT_DATABASE_URL: addresses.database,
    EDICT_TEMPORAL_ADDRESS: addresses.temporal,
    EDICT_TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    ...(context.wanted.includes('temporal-ui') ? { EDICT_TEMPORAL_UI_URL: addresses.temporalUi } : {}),
    EDICT_OPA_URL: addresses.opa,
    EDICT_OPA_TOKEN: addresses.opaToken,
    EDICT_OPA_SERVICE_TOKEN: opaServiceToken(context.files),
    EDICT_OPA_PROGRAM: requireProgram('opa').path,
    EDICT_EMBEDDED: '1',
    EDICT_API_HOST: '127.0.0.1',
    EDICT_API_PORT: String(portOf(context, 'api')),
    EDICT_API_URL: addresses.api,
    EDICT_DATA_DIR: files.root,
    ...env,
  };
}

type App = Pick<AppOptions, 'name' | 'main' | 'flags' | 'serves'>;

function appStart(context: StackContext, app: App) {
  return (onSpawn: (child: Child) => void) => startApp({ ...app, env: appEnvironment(context), logFile: log(context, app.name), onSpawn });
}

function workerStart(context: StackContext, name: PartName): Start {
  // It has no door of its own: Temporal notices a worker that hangs, by the time-outs of its tasks.
  return { start: appStart(context, { name, main: 'worker/main.ts', flags: workerFlags }), healthy: async () => true };
}

function apiStart(context: StackContext): Start {
  const serves = () => apiServes(context.addresses.api);
  return { start: appStart(context, { name: 'api', main: 'api/main.ts', serves }), healthy: serves };
}
