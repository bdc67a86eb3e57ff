/**
 * One consistent copy of everything, taken while it runs: PostgreSQL's files by its own online backup (all databases at one moment), the audit
 * file and artifacts, the secrets. The file is as secret as the data: mode 0600.
 *
 * https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';

import type { Client } from 'pg';
import { create } from 'tar';

import { EdictError } from '../../domain/errors.ts';
import { backupFormat, describeFile, productVersion, walk, type Manifest } from './format.ts';
import { layout, type Layout } from '../layout.ts';
import { currentHolder } from '../process/lock.ts';
import { postgresUrl, withClient } from '../programs/postgres.ts';
import { ensureSecret } from '../secrets.ts';
import { startStack } from '../supervisor.ts';

export type BackupResult = {
  readonly file: string;
  readonly sizeBytes: number;
  readonly files: number;
  readonly createdAt: string;
  readonly elapsedMs: number;
};

/** Made anew at each start, or meaningless elsewhere. */
const leftOut: ReadonlySet<string> = new Set([
  'postgres',
  'postgres.new',
  'postgres.password',
  'logs',
  'settings',
  'cache',
  'lock',
  'run.json',
  'run.json.new',
]);

/** Of PostgreSQL's directory: its content is made anew by a start, so it is left empty. */
const emptied: ReadonlySet<string> = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/** Refuses to overwrite a file. Without a running stack, PostgreSQL is started for the time of the backup. */
export async function backup(dataDir: string, file: string): Promise<BackupResult> {
  const began = Date.now();
  const files = layout(resolve(dataDir));
  const target = resolve(file);
  check(files, target);
  const running = currentHolder(files) ? undefined : await startStack({ dataDir: files.root, processes: ['postgres'] });
  const staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    const manifest = await copyEverything(files, join(staging, 'data'));
    writeFileSync(join(staging, 'manifest.json'), JSON.stringify(manifest), { mode: 0o600 });
    const draft = join(staging, 'archive');
    writeFileSync(draft, '', { mode: 0o600 });
    await create({ file: draft, cwd: staging, gzip: { level: 3 }, portable: true }, ['manifest.json', 'data']);
    chmodSync(draft, 0o600);
    renameSync(draft, target);
    return {
      file: target,
      sizeBytes: statSync(target).size,
      files: manifest.files.length,
      createdAt: manifest.createdAt,
      elapsedMs: Date.now() - began,
    };
  } finally {
    rmSync(staging, { recursive: true, force: true });
    await running?.stop();
  }
}

function check(files: Layout, target: string): void {
  if (!existsSync(files.format)) throw new EdictError('not-found', `\`${files.root}\` holds no data of edict`, { where: files.root });
  if (existsSync(target)) throw new EdictError('conflict', `\`${target}\` exists`, { where: target, help: 'name a new file' });
  if (!existsSync(dirname(target))) throw new EdictError('not-found', `there is no folder \`${dirname(target)}\``, { where: target });
}

async function copyEverything(files: Layout, to: string): Promise<Manifest> {
  const createdAt = new Date().toISOString();
  const { startLsn, stopLsn } = await withClient(runningUrl(files), async (client) => {
    const slot = await holdWal(client);
    const startLsn = await scalar(client, "select pg_backup_start('edict', fast => true)::text as value");
    // Before the end of the backup, so that the audit file never knows more than the table: what it lacks is caught up at the next start.
    copyFiles(files, to);
    copyCluster(files.postgres, join(to, 'postgres'));
    const { rows } = await client.query<{ lsn: string; labelfile: string; spcmapfile: string }>(
      'select lsn::text, labelfile, spcmapfile from pg_backup_stop(wait_for_archive => false)',
    );
    const [stopped] = rows;
    if (stopped === undefined) throw new EdictError('dependency-unavailable', 'postgresql did not end the backup');
    writeFileSync(join(to, 'postgres', 'backup_label'), stopped.labelfile, { mode: 0o600 });
    await copyWal({ client, from: files.postgres, to: join(to, 'postgres'), startLsn, stopLsn: stopped.lsn });
    await client.query('select pg_drop_replication_slot($1)', [slot]);
    return { startLsn, stopLsn: stopped.lsn };
  });
  const { folders, files: paths } = walk(to);
  const described = [];
  for (const path of paths) described.push(await describeFile(to, path));
  const postgres = readFileSync(join(to, 'postgres', 'PG_VERSION'), 'utf8').trim();
  return {
    product: 'edict',
    format: backupFormat,
    version: productVersion(),
    postgres,
    createdAt,
    startLsn,
    stopLsn,
    folders,
    files: described,
  };
}

/** The port is in PostgreSQL's own record, in the fourth line. */
function runningUrl(files: Layout): string {
  const pidFile = join(files.postgres, 'postmaster.pid');
  if (!existsSync(pidFile))
    throw new EdictError('dependency-unavailable', 'postgresql is not up at this moment', { where: files.root, help: 'try again' });
  const port = Number(readFileSync(pidFile, 'utf8').split('\n')[3]);
  return postgresUrl({ port, password: ensureSecret(files.secrets, 'postgres'), database: 'postgres' });
}

/** A slot of this session keeps the log from being recycled; it goes with the session, however that ends. */
async function holdWal(client: Client): Promise<string> {
  const slot = `edict_backup_${randomBytes(6).toString('hex')}`;
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot]);
  return slot;
}

async function scalar(client: Client, query: string, values: readonly string[] = []): Promise<string> {
  const { rows } = await client.query<{ value: string }>(query, [...values]);
  return rows[0]?.value ?? '';
}

function copyFiles(files: Layout, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(files.root, { withFileTypes: true })) {
    if (leftOut.has(entry.name) || entry.name.startsWith('lock.')) continue;
    if (entry.isDirectory()) copyFolder(join(files.root, entry.name), join(to, entry.name));
    if (entry.isFile()) copyIfThere(join(files.root, entry.name), join(to, entry.name));
  }
}

function copyFolder(from: string, to: string, skip: (path: string) => boolean = () => false): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const { folders, files } = walk(from);
  for (const folder of folders) if (!skip(folder)) mkdirSync(join(to, folder), { recursive: true, mode: 0o700 });
  for (const file of files) if (!skip(file)) copyIfThere(join(from, file), join(to, file));
}

/** Files come and go while it runs: a table that is dropped meanwhile is no loss, the log knows of it. */
function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function copyCluster(from: string, to: string): void {
  const control = 'global/pg_control';
  copyFolder(from, to, (path) => {
    const [top = '', ...inner] = path.split('/');
    if (emptied.has(top)) return inner.length > 0;
    const name = inner.at(-1) ?? top;
    return path === control || name.startsWith('pgsql_tmp') || name === 'pg_internal.init' || /^postmaster\.(pid|opts)$/.test(path);
  });
  // Last, as pg_basebackup does: it must not be newer than the files that it speaks of are old.
  copyFileSync(join(from, control), join(to, control));
}

type WalCopy = { readonly client: Client; readonly from: string; readonly to: string; readonly startLsn: string; readonly stopLsn: string };

/** The log from the start to the end of the backup: what makes the copied files consistent. */
async function copyWal({ client, from, to, startLsn, stopLsn }: WalCopy): Promise<void> {
  const first = await scalar(client, 'select pg_walfile_name($1::pg_lsn) as value', [startLsn]);
  const last = await scalar(client, 'select pg_walfile_name($1::pg_lsn) as value', [stopLsn]);
  const segments = readdirSync(join(from, 'pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  if (!segments.includes(first) || !segments.includes(last))
    throw new EdictError('dependency-unavailable', 'a piece of the log was gone before it could be copied', { help: 'try again' });
  mkdirSync(join(to, 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 });
  for (const name of segments) copyFileSync(join(from, 'pg_wal', name), join(to, 'pg_wal', name));
}
