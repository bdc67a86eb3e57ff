/**
 * PostgreSQL on a data directory: initialised once (whole or not at all), then started on 127.0.0.1 with a password, no
 * socket file. The process is ours: its id is known, it dies with us where the system can do that, and a crash recovers.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { Client, escapeIdentifier } from 'pg';

import { EdictError } from '../../domain/errors.ts';
import { logTail, spawnChild, type Child } from '../process/child.ts';
import { launchCommand, unprivilegedAccount } from '../process/launch.ts';
import { choosePort } from '../ports.ts';
import { postgresPrograms, type PostgresPrograms } from './postgres-programs.ts';

export type PostgresOptions = {
  /** The cluster's own directory, nothing else in it. */
  readonly dataDir: string;
  readonly password: string;
  readonly logFile: string;
  readonly port?: number | undefined;
  /** Further settings, such as `fsync=off` for tests. */
  readonly settings?: readonly string[];
  readonly onSpawn?: ((child: Child) => void) | undefined;
};

export type Postgres = {
  readonly port: number;
  readonly pid: number;
  readonly child: Child;
  readonly url: (database: string) => string;
  readonly stop: () => Promise<void>;
};

export const databases = { edict: 'edict', temporal: 'temporal', visibility: 'temporal_visibility' } as const;

export const postgresUser = 'edict';

export function postgresUrl({
  port,
  password,
  database,
}: {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}): string {
  return `postgres://${postgresUser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Makes the cluster unless it is there. Killed half way, it starts over the next time. */
export function initPostgres(options: Pick<PostgresOptions, 'dataDir' | 'password'>): { readonly created: boolean } {
  const programs = postgresPrograms();
  if (existsSync(join(options.dataDir, 'PG_VERSION'))) {
    checkVersion(options.dataDir, programs);
    return { created: false };
  }
  const draft = `${options.dataDir}.new`;
  const passwordFile = `${options.dataDir}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  chmodSync(passwordFile, 0o600);
  try {
    runInitdb(programs, draft, passwordFile);
    renameSync(draft, options.dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  return { created: true };
}

function runInitdb(programs: PostgresPrograms, draft: string, passwordFile: string): void {
  const account = unprivilegedAccount();
  if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
  const flags = [
    '-D',
    draft,
    '-U',
    postgresUser,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
  ];
  const command = launchCommand(programs.initdb, flags, { deathSignal: 'SIGKILL', account, reach: [programs.initdb, draft] });
  const { status, stderr, error } = spawnSync(command.program, [...command.args], {
    encoding: 'utf8',
    cwd: '/',
    uid: command.uid,
    gid: command.gid,
    env: cleanEnvironment(),
  });
  if (status !== 0)
    throw new EdictError(
      'dependency-unavailable',
      `postgresql could not make its data directory: ${(stderr ?? '').trim().split('\n').at(-1)}`,
      { where: draft, cause: error },
    );
}

/** PGDATA, PGPORT and the like of the user's shell must not reach our server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries({ ...process.env, LC_ALL: 'C', TZ: 'UTC' }).filter(([name]) => !name.startsWith('PG')));
}

function checkVersion(dataDir: string, programs: PostgresPrograms): void {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const expected = programs.version.split('.')[0];
  if (found === expected) return;
  throw new EdictError('data-incompatible', `the data was written by postgresql ${found}, and the installed one is ${expected}`, {
    where: dataDir,
    help: `install the release of edict that came with postgresql ${found}, make a dump there, and load it here`,
  });
}

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  initPostgres(options);
  ensureOwner(options.dataDir);
  const port = options.port ?? (await choosePort(new Set()));
  const child = await spawnServer(options, port);
  await untilReady(child, options.dataDir);
  return {
    port,
    pid: child.pid,
    child,
    url: (database) => postgresUrl({ port, password: options.password, database }),
    // SIGINT is PostgreSQL's fast shutdown: open sessions are ended, everything is written.
    stop: async () => void (await child.stop({ signal: 'SIGINT', graceMs: 30_000 })),
  };
}

/** A directory that another account made, or a restored one, is handed to the account that runs the server. */
function ensureOwner(dataDir: string): void {
  const account = unprivilegedAccount();
  if (account === undefined || statSync(dataDir).uid === account.uid) return;
  for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) lchownSync(join(dataDir, name), account.uid, account.gid);
  // The directory itself last: it is the mark that all is done.
  lchownSync(dataDir, account.uid, account.gid);
}

function spawnServer(options: PostgresOptions, port: number): Promise<Child> {
  const { postgres } = postgresPrograms();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'wal_level=replica',
    'log_timezone=UTC',
    'timezone=UTC',
    'password_encryption=scram-sha-256',
    'cluster_name=edict',
    ...(options.settings ?? []),
  ];
  const args = ['-D', options.dataDir, ...settings.flatMap((setting) => ['-c', setting])];
  const command = launchCommand(postgres, args, {
    deathSignal: 'SIGINT',
    account: unprivilegedAccount(),
    reach: [postgres, options.dataDir],
  });
  return spawnChild({
    name: 'postgres',
    command,
    env: cleanEnvironment(),
    cwd: '/',
    logFile: options.logFile,
    stopSignal: 'SIGINT',
    onSpawn: options.onSpawn,
  });
}

/** The server writes its state in the eighth line of postmaster.pid, as pg_ctl reads it. */
async function untilReady(child: Child, dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(10)) {
    if (!child.running()) break;
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
  }
  if (child.running()) await child.stop({ signal: 'SIGKILL' });
  throw new EdictError('dependency-unavailable', `postgresql did not start:\n${logTail(child.logFile)}`, { where: child.logFile });
}

/** Makes the database unless it is there. */
export async function ensureDatabase(postgres: Pick<Postgres, 'url'>, database: string): Promise<void> {
  await withClient(postgres.url('postgres'), async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A connection that is lost between two queries says so here, and by nothing else: the next query fails with the reason.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
