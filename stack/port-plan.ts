/** Which port each program gets: the one of the last start where it is free, another one where it is not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';

import { EdictError } from '../domain/errors.ts';
import type { Layout } from './layout.ts';
import { choosePort, isFree } from './ports.ts';

export type PortPlan = { readonly [name: string]: number };

export const defaultApiPort = 8600;

export type PortPlanOptions = {
  readonly names: readonly string[];
  /** Asked for by the user: this one or none. */
  readonly apiPort?: number | undefined;
  /** Keeps the API's port for us; false where somebody else does. */
  readonly hold?: ((port: number) => Promise<boolean>) | undefined;
};

export async function planPorts(
  files: Pick<Layout, 'ports'>,
  { names, apiPort, hold = async () => true }: PortPlanOptions,
): Promise<PortPlan> {
  const remembered = readPlan(files.ports);
  const taken = new Set<number>();
  const plan: { [name: string]: number } = {};
  if (apiPort !== undefined) {
    await requireFree(apiPort, hold);
    taken.add(apiPort);
  }
  for (const name of names) {
    if (name === 'api') plan[name] = apiPort ?? (await chooseApiPort(taken, hold, remembered['api']));
    else plan[name] = await choosePort(taken, remembered[name]);
  }
  // A port that was asked for once is not the one to remember.
  const keep = { ...remembered, ...plan, ...(apiPort !== undefined && { api: remembered['api'] ?? defaultApiPort }) };
  writeFileSync(files.ports, `${JSON.stringify(keep, undefined, 2)}\n`, { mode: 0o600 });
  return plan;
}

type Hold = (port: number) => Promise<boolean>;

async function chooseApiPort(taken: Set<number>, hold: Hold, remembered: number | undefined): Promise<number> {
  for (const port of [remembered, ...Array.from({ length: 20 }, (_, index) => defaultApiPort + index)]) {
    if (port === undefined || taken.has(port) || !(await isFree(port)) || !(await hold(port))) continue;
    taken.add(port);
    return port;
  }
  return choosePort(taken);
}

async function requireFree(port: number, hold: Hold): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new EdictError('input-invalid', `\`${port}\` is no port`, { expected: 'a number from 1 to 65535' });
  if ((await isFree(port)) && (await hold(port))) return;
  const holder = await portHolder(port);
  throw new EdictError('port-in-use', `port \`${port}\` is in use${holder === undefined ? '' : ` by ${holder}`}`, {
    where: `127.0.0.1:${port}`,
    help: 'stop that program, or name another port; without a named port a free one is taken',
  });
}

function readPlan(file: string): PortPlan {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = Object.entries(value as object).filter(([, port]) => Number.isInteger(port) && port > 0 && port < 65_536);
    return Object.fromEntries<number>(entries);
  } catch {
    return {};
  }
}

/** Name and id of the process that listens on the port, where Linux lets us see it. */
export async function portHolder(port: number): Promise<string | undefined> {
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const handle of handles) {
      const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => '');
      if (sockets.has(target)) return `\`${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()}\` (process ${pid})`;
    }
  }
  return undefined;
}

async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  // Columns: number, local address, remote address, state (0A = LISTEN), …, inode as the tenth.
  return new Set(rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === '0A').map((row) => `socket:[${row[9]}]`));
}
