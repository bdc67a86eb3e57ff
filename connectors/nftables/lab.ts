/**
 * A network laboratory on one Linux machine: a firewall namespace between a client side and a server side, over IPv4 and
 * IPv6. Both sides answer for every unicast address, so any request can be tried as a real packet without being set up first.
 * A lab outlives the process that made it, is found again by its name, and leaves nothing behind when it is destroyed.
 */
import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { EdictError } from '../../domain/errors.ts';
import { labScript } from './lab-script.ts';

/** `netns`: named namespaces of `ip netns` (root). `keeper`: a process in a user namespace of its own holds them (anyone). */
export type LabMode = 'netns' | 'keeper';

export type Lab = {
  readonly name: string;
  readonly supported: true;
  readonly mode: LabMode;
  /** Command prefixes: what follows runs in the firewall, on the client side, on the server side. */
  readonly firewallExec: readonly string[];
  readonly clientExec: readonly string[];
  readonly serverExec: readonly string[];
  readonly destroy: () => Promise<void>;
};

export type NoLab = { readonly name: string; readonly supported: false; readonly reason: string };

export type LabOptions = {
  /** `[a-z0-9-]{1,32}` */
  readonly name: string;
  /** Tried in this order. */
  readonly modes?: readonly LabMode[] | undefined;
};

const timeoutMs = 10_000;

/** Makes the lab, or finds the one of that name. Where the machine does not allow it, says why. */
export async function createLab(options: LabOptions): Promise<Lab | NoLab> {
  const { name } = options;
  checkName(name);
  if (process.platform !== 'linux') return unsupported(name, 'network namespaces need Linux');
  const found = await findLab(name);
  if (found !== undefined) return found;
  const reasons: string[] = [];
  for (const mode of options.modes ?? ['netns', 'keeper']) {
    const made = await makers[mode](name);
    if (typeof made !== 'string') return made;
    reasons.push(`${mode}: ${made}`);
  }
  return unsupported(name, reasons.join('; '));
}

export async function findLab(name: string): Promise<Lab | undefined> {
  checkName(name);
  if (process.platform !== 'linux') return undefined;
  if (await hasNamespaces(name)) return namespaceLab(name);
  const pid = await keeperOf(name);
  return pid === undefined ? undefined : keeperLab(name, pid);
}

/** Destroying a lab that is not there is no error. */
export async function destroyLab(name: string): Promise<void> {
  const lab = await findLab(name);
  if (lab !== undefined) return lab.destroy();
  // What is half made is not found, but takes up its name.
  if ((await listLabs()).includes(name)) await removeNamespaces(name);
}

/** Names of the labs that are there, whole or half-made. */
export async function listLabs(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const namespaces = process.getuid?.() === 0 ? await readdir('/run/netns').catch((): string[] => []) : [];
  const named = namespaces.flatMap((namespace) => /^edict-(.+)-(?:ok|fw|cl|sv)$/u.exec(namespace)?.[1] ?? []);
  const kept = (await keepers()).map(({ name }) => name);
  return [...new Set([...named, ...kept])];
}

const makers: Record<LabMode, (name: string) => Promise<Lab | string>> = {
  netns: async (name) => {
    if (process.getuid?.() !== 0) return 'needs root';
    // What a process that was killed while making it has left.
    await removeNamespaces(name);
    const made = await run(['sh', '-c', labScript, name, name]);
    if (made.ok) return namespaceLab(name);
    await removeNamespaces(name);
    return made.reason;
  },
  keeper: async (name) => {
    const started = await startKeeper(name);
    return typeof started === 'string' ? started : keeperLab(name, started);
  },
};

function namespaceLab(name: string): Lab {
  return labOf(name, 'netns', [], () => removeNamespaces(name));
}

function keeperLab(name: string, pid: number): Lab {
  const enter = ['nsenter', '-t', String(pid), '-U', '-n', '-m', '--preserve-credentials'];
  return labOf(name, 'keeper', enter, async () => {
    if ((await keeperOf(name)) === pid) killGroup(pid);
    await gone(pid);
  });
}

function labOf(name: string, mode: LabMode, enter: readonly string[], destroy: () => Promise<void>): Lab {
  const inside = (side: string) => [...enter, 'ip', 'netns', 'exec', `edict-${name}-${side}`];
  return { name, supported: true, mode, firewallExec: inside('fw'), clientExec: inside('cl'), serverExec: inside('sv'), destroy };
}

async function hasNamespaces(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const listed = await readdir('/run/netns').catch((): string[] => []);
  // The server side is made last but one and removed last: a half-made lab is not taken for a whole one.
  return ['fw', 'cl', 'sv', 'ok'].every((side) => listed.includes(`edict-${name}-${side}`));
}

async function removeNamespaces(name: string): Promise<void> {
  for (const side of ['ok', 'fw', 'cl', 'sv']) {
    const namespace = `edict-${name}-${side}`;
    const pids = await run(['ip', 'netns', 'pids', namespace]);
    for (const pid of pids.ok ? pids.stdout.split(/\s+/u).filter(Boolean) : []) kill(Number(pid));
    await run(['ip', 'netns', 'del', namespace]);
  }
}

/** The keeper's own name stands in its command line: no state file that could go stale. */
const keeperPrefix = 'edict-lab:';
const keeperTitle = (name: string) => keeperPrefix + name;
const nameInTitle = (title: string) => (title.startsWith(keeperPrefix) ? title.slice(keeperPrefix.length) : undefined);

/** Takes its name only when the laboratory is whole: a half-made one is not found. */
const keeperScript = `mount -t tmpfs tmpfs /run || exit 1
sh -c "$2" lab "$1" || exit 1
exec sh -c 'echo ready; exec </dev/null >/dev/null 2>&1; trap "" HUP; while :; do sleep 86400; done' "$0"`;

function startKeeper(name: string): Promise<number | string> {
  const child = spawn('unshare', ['-rnm', 'sh', '-c', keeperScript, keeperTitle(name), name, labScript], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve) => {
    let errors = '';
    const end = (result: number | string) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve(result);
    };
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killGroup(child.pid);
      end(`not ready within ${timeoutMs} ms`);
    }, timeoutMs);
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.on('error', (error) => end(error.message));
    child.on('exit', (code) => end(firstLine(errors) || `unshare ended with ${String(code)}`));
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready') && child.pid !== undefined) end(child.pid);
    });
  });
}

async function keeperOf(name: string): Promise<number | undefined> {
  return (await keepers()).find((keeper) => keeper.name === name)?.pid;
}

/** The keepers of this user. */
async function keepers(): Promise<readonly { readonly name: string; readonly pid: number }[]> {
  const uid = process.getuid?.();
  const found: { name: string; pid: number }[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/u.test(entry)) continue;
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const name = argv[0] === 'sh' && argv.length <= 5 ? nameInTitle(argv[3] ?? '') : undefined;
    if (name === undefined) continue;
    const owner = await stat(`/proc/${entry}`).catch(() => undefined);
    if (owner?.uid === uid) found.push({ name, pid: Number(entry) });
  }
  return found;
}

async function gone(pid: number): Promise<void> {
  for (let waited = 0; waited < 2000; waited += 20) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (state === undefined || state.includes(') Z ')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function killGroup(pid: number): void {
  kill(-pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

type Ran = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly reason: string };

function run(command: readonly [string, ...string[]]): Promise<Ran> {
  const [file, ...args] = command;
  return new Promise((resolve) => {
    execFile(file, args, { timeout: timeoutMs, killSignal: 'SIGKILL', env: environment() }, (error, stdout, stderr) => {
      resolve(error === null ? { ok: true, stdout } : { ok: false, reason: firstLine(stderr) || error.message.slice(0, 200) });
    });
  });
}

/** Network programs lie where only root's search path leads. */
function environment() {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

function unsupported(name: string, reason: string): NoLab {
  return { name, supported: false, reason };
}

function checkName(name: string): void {
  if (/^[a-z0-9-]{1,32}$/u.test(name)) return;
  throw new EdictError('input-invalid', `\`${name}\` is no name for a lab`, { expected: '1 to 32 of a-z, 0-9 and `-`' });
}
