/**
 * Temporal's production server on our PostgreSQL: schema by its own tool, one process with all four services on
 * 127.0.0.1, limits raised, one namespace with our search attributes.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Connection } from '@temporalio/client';

import { EdictError } from '../../domain/errors.ts';
import { logTail, spawnChild, type Child } from '../process/child.ts';
import { requireProgram } from '../engines.ts';
import { launchCommand } from '../process/launch.ts';
import { accepts } from '../ports.ts';
import { databases, ensureDatabase, postgresUser, withClient, type Postgres } from './postgres.ts';

export const temporalNamespace = 'edict';
const retentionDays = 30;
const searchAttributes = ['EdictPlaybook', 'EdictPolicy', 'EdictIncident'] as const;

/** Numbers of the wire: grpc.health.v1 SERVING, INDEXED_VALUE_TYPE_KEYWORD, and the status codes NOT_FOUND and ALREADY_EXISTS. */
const grpcServing = 1;
const keywordType = 2;
const notFound = 5;
const alreadyExists = 6;

const services = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'] as const;

/** Every port that the server opens, by the environment variable that sets it. */
export const temporalPortNames = [
  ...services.flatMap((name) => [`${name}_GRPC_PORT`, `${name}_MEMBERSHIP_PORT`]),
  'FRONTEND_HTTP_PORT',
] as const;

export type TemporalPorts = { readonly [variable: string]: number };

export type TemporalOptions = {
  readonly postgres: Pick<Postgres, 'url' | 'port'>;
  readonly password: string;
  readonly ports: TemporalPorts;
  /** Fixed for the life of the data. */
  readonly shards: number;
  /** Folder for the dynamic configuration file. */
  readonly settingsDir: string;
  readonly logFile: string;
  readonly onSpawn?: ((child: Child) => void) | undefined;
};

export type Temporal = { readonly address: string; readonly namespace: string; readonly child: Child };

/**
 * The defaults make an embedded server slow: each shard polls its queues at most 20 times a second, which puts 50 ms in front
 * of every task, the request limits of one node stop it at some hundred steps a second, and a workflow whose worker died in the
 * middle of a task waits for ten seconds. Tasks stand in one queue and are given out as they came: by default there are four, and what
 * has waited is passed by what is new for up to five seconds, which some runs of a busy hour would wait several times over.
 *
 * INVARIANT: all four are read all the same: an installation that is updated may have left tasks in any of them.
 */
export const dynamicSettings: { readonly [key: string]: number | boolean | string } = {
  'history.transferProcessorMaxPollRPS': 5000,
  'history.transferProcessorMaxPollHostRPS': 20_000,
  'history.timerProcessorMaxPollRPS': 5000,
  'history.timerProcessorMaxPollHostRPS': 20_000,
  'history.visibilityProcessorMaxPollRPS': 5000,
  'history.visibilityProcessorMaxPollHostRPS': 20_000,
  'history.defaultWorkflowTaskTimeout': '5s',
  'history.rps': 100_000,
  'history.persistenceMaxQPS': 100_000,
  'matching.rps': 100_000,
  'matching.persistenceMaxQPS': 100_000,
  'matching.backlogNegligibleAge': '200ms',
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.rps': 100_000,
  'frontend.namespaceRPS': 100_000,
  'frontend.namespaceRPS.visibility': 500,
  'frontend.namespaceCount': 10_000,
  'frontend.persistenceMaxQPS': 100_000,
  'system.namespaceCacheRefreshInterval': '1s',
  'system.forceSearchAttributesCacheRefreshOnRead': true,
};

export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  await ensureSchemas(options);
  const child = await spawnServer(options);
  const address = `127.0.0.1:${options.ports['FRONTEND_GRPC_PORT']}`;
  await untilServing(child, address);
  await ensureNamespace(address);
  return { address, namespace: temporalNamespace, child };
}

function dynamicConfigYaml(): string {
  return Object.entries(dynamicSettings)
    .map(([key, value]) => `${key}:\n  - value: ${JSON.stringify(value)}\n`)
    .join('');
}

function spawnServer(options: TemporalOptions): Promise<Child> {
  mkdirSync(options.settingsDir, { recursive: true, mode: 0o700 });
  const dynamicConfig = join(options.settingsDir, 'temporal-dynamic.yaml');
  writeFileSync(dynamicConfig, dynamicConfigYaml(), { mode: 0o600 });
  const { path } = requireProgram('temporal-server');
  const command = launchCommand(path, ['start'], { deathSignal: 'SIGKILL' });
  const env = { ...inherited(), ...serverEnvironment(options), DYNAMIC_CONFIG_FILE_PATH: dynamicConfig };
  return spawnChild({ name: 'temporal', command, env, cwd: options.settingsDir, logFile: options.logFile, onSpawn: options.onSpawn });
}

/** The server reads dozens of variables: those of the user's shell must not reach it. */
function inherited(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] };
}

function serverEnvironment({ postgres, password, ports, shards }: TemporalOptions): NodeJS.ProcessEnv {
  return {
    DB: 'postgres12_pgx',
    DB_PORT: String(postgres.port),
    POSTGRES_SEEDS: '127.0.0.1',
    POSTGRES_USER: postgresUser,
    POSTGRES_PWD: password,
    DBNAME: databases.temporal,
    VISIBILITY_DBNAME: databases.visibility,
    NUM_HISTORY_SHARDS: String(shards),
    BIND_ON_IP: '127.0.0.1',
    SQL_MAX_CONNS: '20',
    SQL_MAX_IDLE_CONNS: '20',
    SQL_VIS_MAX_CONNS: '5',
    SQL_VIS_MAX_IDLE_CONNS: '5',
    SERVICES: services.join(',').toLowerCase(),
    LOG_LEVEL: 'warn',
    TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1',
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  };
}

async function ensureSchemas(options: TemporalOptions): Promise<void> {
  await Promise.all([ensureSchema(options, databases.temporal, 'temporal'), ensureSchema(options, databases.visibility, 'visibility')]);
}

async function ensureSchema(options: TemporalOptions, database: string, schema: string): Promise<void> {
  const tool = requireProgram('temporal-sql-tool');
  if ((await schemaMark(options, database)) === tool.version) return;
  await ensureDatabase(options.postgres, database);
  const versioned = await withClient(options.postgres.url(database), async (client) => {
    const { rows } = await client.query("select to_regclass('public.schema_version') as name");
    return rows[0]?.name !== null;
  });
  if (!versioned) await sqlTool(options, database, ['setup-schema', '-v', '0.0']);
  await sqlTool(options, database, ['update-schema', '--schema-name', `postgresql/v12/${schema}`]);
  await withClient(options.postgres.url('postgres'), (client) =>
    client.query(`comment on database ${database} is '${mark(tool.version)}'`),
  );
}

const mark = (version: string) => `temporal schema ${version}`;

/** Which server version the schema was last brought to, kept as the database's comment: a warm start runs no tool. */
async function schemaMark({ postgres }: TemporalOptions, database: string): Promise<string | undefined> {
  return withClient(postgres.url('postgres'), async (client) => {
    const { rows } = await client.query("select shobj_description(oid, 'pg_database') as mark from pg_database where datname = $1", [
      database,
    ]);
    return (rows[0]?.mark as string | null | undefined)?.replace(mark(''), '');
  });
}

async function sqlTool({ postgres, password }: TemporalOptions, database: string, args: readonly string[]): Promise<void> {
  const { path } = requireProgram('temporal-sql-tool');
  const target = ['--plugin', 'postgres12_pgx', '--ep', '127.0.0.1', '-p', String(postgres.port), '-u', postgresUser, '--db', database];
  try {
    // The password goes by the environment: arguments are visible to every user of the machine.
    await promisify(execFile)(path, [...target, ...args], { env: { ...inherited(), SQL_PASSWORD: password } });
  } catch (cause) {
    const { stderr, stdout } = cause as { stderr?: string; stdout?: string };
    throw new EdictError(
      'dependency-unavailable',
      `temporal's schema could not be written to database \`${database}\`: ${(stderr || stdout || String(cause)).trim().slice(-500)}`,
      { cause },
    );
  }
}

async function untilServing(child: Child, address: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && child.running(); await sleep(25)) {
    // gRPC waits a second after a refused connection, hence the plain try first.
    if ((await accepts(Number(address.split(':')[1]))) && (await temporalServes(address))) return;
  }
  if (child.running()) await child.stop({ signal: 'SIGKILL' });
  throw new EdictError('dependency-unavailable', `temporal did not start:\n${logTail(child.logFile)}`, { where: child.logFile });
}

/** Whether the frontend answers, and with it the services behind it. */
export async function temporalServes(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1000 });
    try {
      const { status } = await connection.withDeadline(Date.now() + 1000, () =>
        connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' }),
      );
      return (status as number) === grpcServing;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function ensureNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.withDeadline(Date.now() + 30_000, async () => {
      if (!(await namespaceExists(connection))) await registerNamespace(connection);
      await ensureSearchAttributes(connection);
    });
  } finally {
    await connection.close();
  }
}

async function namespaceExists(connection: Connection): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace: temporalNamespace });
    return true;
  } catch (error) {
    if (isGrpc(error, notFound)) return false;
    throw error;
  }
}

async function registerNamespace({ workflowService }: Connection): Promise<void> {
  await workflowService
    .registerNamespace({ namespace: temporalNamespace, workflowExecutionRetentionPeriod: { seconds: (retentionDays * 86_400) as never } })
    .catch((error: unknown) => {
      if (!isGrpc(error, alreadyExists)) throw error;
    });
}

async function ensureSearchAttributes({ operatorService }: Connection): Promise<void> {
  // A namespace that was just registered is unknown to the other services for up to a second.
  for (;;) {
    try {
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace: temporalNamespace });
      const missing = searchAttributes.filter((name) => !customAttributes?.[name]);
      if (missing.length === 0) return;
      await operatorService.addSearchAttributes({
        namespace: temporalNamespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, keywordType])),
      });
    } catch (error) {
      if (!isGrpc(error, notFound)) throw error;
    }
    await sleep(50);
  }
}

function isGrpc(error: unknown, code: number): boolean {
  return (error as { code?: unknown }).code === code;
}
