/** What Edict needs on this machine, what it finds, and what to do about the rest. Changes nothing. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

import { dataFormat } from './data.ts';
import { enginePins, findProgram, type ProgramName } from './engines.ts';
import { unprivilegedAccount } from './process/launch.ts';
import { layout, type Layout } from './layout.ts';
import { currentHolder } from './process/lock.ts';
import { defaultApiPort, portHolder } from './port-plan.ts';
import { isFree } from './ports.ts';
import { postgresPrograms } from './programs/postgres-programs.ts';

/** `missing`: Edict does not run without it. `limited`: something is left out, and `help` says what brings it. */
export type CheckState = 'fine' | 'limited' | 'missing';

export type Check = {
  readonly name: string;
  readonly state: CheckState;
  readonly found: string;
  /** Where it was found: a path, `configured`, `cache`, `package`. */
  readonly from?: string | undefined;
  readonly help?: string | undefined;
};

export type Diagnosis = { readonly ok: boolean; readonly checks: readonly Check[] };

export async function doctor(dataDir: string): Promise<Diagnosis> {
  const files = layout(resolve(dataDir));
  const checks = await Promise.all([
    node(),
    postgres(),
    engine('opa', 'opa', ['version']),
    engine('temporal server', 'temporal-server', ['--version']),
    engine('temporal sql tool', 'temporal-sql-tool', ['--version']),
    webUi(),
    go(),
    account(),
    data(files),
    port(files),
    disk(files),
    tool({
      name: 'nft',
      args: ['--version'],
      need: 'nftables rulesets are not checked, and not enforced on this machine',
      install: 'nftables',
    }),
    tool({ name: 'ip', args: ['-V'], need: 'there is no network laboratory', install: 'iproute2' }),
    namespaces(),
  ]);
  return { ok: checks.every(({ state }) => state !== 'missing'), checks };
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, [...args], { timeout: 10_000 });
  return `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
}

async function node(): Promise<Check> {
  const fine = Number(process.versions.node.split('.')[0]) >= 24;
  return {
    name: 'node',
    state: fine ? 'fine' : 'missing',
    found: process.versions.node,
    from: process.execPath,
    help: fine ? undefined : 'start by `npm` scripts or `node cli/edict.mjs`, which use the pinned Node 24',
  };
}

async function postgres(): Promise<Check> {
  try {
    const { version, postgres: from } = postgresPrograms();
    return { name: 'postgresql', state: 'fine', found: version, from };
  } catch (error) {
    return missing('postgresql', error);
  }
}

function missing(name: string, error: unknown): Check {
  const { message, help } = error as { message: string; help?: string };
  return { name, state: 'missing', found: message, help: help ?? '`npm run setup`' };
}

async function engine(name: string, program: ProgramName, args: readonly string[]): Promise<Check> {
  try {
    const found = findProgram(program);
    if (found === undefined) return { name, state: 'missing', found: 'not installed', help: '`npm run setup` downloads or builds it' };
    const said = await output(found.path, args);
    return { name, state: 'fine', found: said === '' ? found.version : said, from: `${found.from}: ${found.path}` };
  } catch (error) {
    return missing(name, error);
  }
}

async function webUi(): Promise<Check> {
  const found = findProgram('temporal-ui-server');
  if (found)
    return { name: 'temporal web ui', state: 'fine', found: enginePins['temporal-ui'].version, from: `${found.from}: ${found.path}` };
  return { name: 'temporal web ui', state: 'limited', found: 'not installed', help: 'only needed for `--temporal-ui`, which gets it' };
}

async function go(): Promise<Check> {
  try {
    return { name: 'go', state: 'fine', found: (await output('go', ['version'])).replace('go version ', '') };
  } catch {
    const help = 'only needed to build engines where their release archives cannot be downloaded (https://go.dev/dl)';
    return { name: 'go', state: 'limited', found: 'not installed', help };
  }
}

async function account(): Promise<Check> {
  try {
    const found = unprivilegedAccount();
    return {
      name: 'account',
      state: 'fine',
      found: found === undefined ? 'an ordinary user' : `root; postgresql runs as \`${found.name}\``,
    };
  } catch (error) {
    return missing('account', error);
  }
}

async function data(files: Layout): Promise<Check> {
  const name = 'data';
  if (!existsSync(files.format)) return { name, state: 'fine', found: 'none yet', from: files.root };
  const format = readFileSync(files.format, 'utf8').trim();
  if (format !== String(dataFormat))
    return {
      name,
      state: 'missing',
      found: `format ${format}`,
      from: files.root,
      help: `this release reads format ${dataFormat}: run the release that wrote the data`,
    };
  const holder = currentHolder(files);
  return {
    name,
    state: 'fine',
    found: holder
      ? `in use by process ${holder.pid}${holder.url === undefined ? '' : ` at ${holder.url}`}`
      : `format ${format}, not running`,
    from: files.root,
  };
}

async function port(files: Layout): Promise<Check> {
  const name = `port ${defaultApiPort}`;
  if (currentHolder(files)) return { name, state: 'fine', found: 'edict runs' };
  if (await isFree(defaultApiPort)) return { name, state: 'fine', found: 'free' };
  return {
    name,
    state: 'limited',
    found: `in use by ${(await portHolder(defaultApiPort)) ?? 'another program'}`,
    help: 'a start takes the next free port',
  };
}

/** Engines, packages and a day's data. */
const neededBytes = 1_000_000_000;

async function disk(files: Layout): Promise<Check> {
  let folder = files.root;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const enough = free >= neededBytes;
  return {
    name: 'disk',
    state: enough ? 'fine' : 'limited',
    found: `${(free / 1e9).toFixed(1)} GB free`,
    from: folder,
    help: enough ? undefined : 'at least 1 GB should be free',
  };
}

type Tool = { readonly name: string; readonly args: readonly string[]; readonly need: string; readonly install: string };

async function tool({ name, args, need, install }: Tool): Promise<Check> {
  try {
    return { name, state: 'fine', found: await output(name, args) };
  } catch {
    return { name, state: 'limited', found: 'not installed', help: `without it ${need}: \`apt-get install ${install}\`` };
  }
}

async function namespaces(): Promise<Check> {
  const name = 'network namespaces';
  const help =
    'without them the firewall of the demo is left out; Debian and Ubuntu: `sysctl kernel.unprivileged_userns_clone=1`, `kernel.apparmor_restrict_unprivileged_userns=0`, or run as root';
  if (process.platform !== 'linux')
    return { name, state: 'limited', found: `not on ${process.platform}`, help: 'enforcement on a firewall needs Linux' };
  const [flags, found] = process.getuid?.() === 0 ? ['-nm', 'allowed (root)'] : ['-rnm', 'allowed in a user namespace'];
  try {
    await output('unshare', [flags ?? '', 'true']);
    return { name, state: 'fine', found: found ?? '' };
  } catch {
    return { name, state: 'limited', found: 'not allowed', help };
  }
}
