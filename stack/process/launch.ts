/**
 * How a program is started so that it dies with its supervisor, and PostgreSQL never runs as root.
 *
 * On Linux `setpriv` (util-linux) asks the kernel to signal the program when its parent dies, even by SIGKILL. Elsewhere
 * the next start stops what is left over (stack/process/leftovers.ts). PostgreSQL refuses to run as root: root hands it to an unprivileged
 * account; where that account could not pass through the folders above (a checkout in /root), it gets the one capability
 * of reading through them.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { EdictError } from '../../domain/errors.ts';

export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

export type Command = { readonly program: string; readonly args: readonly string[]; readonly uid?: number; readonly gid?: number };

export type LaunchOptions = {
  /** What the program gets when its parent dies. */
  readonly deathSignal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  readonly account?: Account | undefined;
  /** Paths that the account must be able to reach. */
  readonly reach?: readonly string[];
};

export function launchCommand(program: string, args: readonly string[], options: LaunchOptions): Command {
  const { account } = options;
  if (!hasSetpriv()) return { program, args, ...(account && { uid: account.uid, gid: account.gid }) };
  const drop = account === undefined ? [] : dropFlags(account, options.reach ?? []);
  return { program: 'setpriv', args: [...drop, '--pdeathsig', options.deathSignal.slice(3), '--', program, ...args] };
}

/** The account that PostgreSQL runs under: undefined when we are not root, and run it as ourselves. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map(parseAccount);
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const found = accounts.find((account) => account?.name === name && account.uid !== 0);
    if (found) return found;
  }
  throw new EdictError(
    'dependency-unavailable',
    'postgresql does not run as root, and this machine has no account `postgres` or `nobody`',
    {
      help: 'run as an ordinary user, or `useradd --system postgres`',
    },
  );
}

function parseAccount(line: string): Account | undefined {
  const [name, , uid, gid] = line.split(':');
  return name && uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}

function dropFlags(account: Account, reach: readonly string[]): readonly string[] {
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  if (reach.every((path) => canReach(path, account))) return ids;
  const capability = readCapability();
  return [...ids, `--inh-caps=-all,+${capability}`, `--ambient-caps=-all,+${capability}`];
}

/** Whether every folder above `path` lets the account through. */
function canReach(path: string, account: Account): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function readCapability(): string {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const has = (bit: number) => ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 1n;
  if (has(2)) return 'dac_read_search';
  if (has(1)) return 'dac_override';
  throw new EdictError('dependency-unavailable', 'the unprivileged account that runs postgresql cannot reach the data directory', {
    help: 'put the checkout or the data directory where every user may pass (not below /root), or run as an ordinary user',
  });
}

let setpriv: boolean | undefined;

function hasSetpriv(): boolean {
  // Busybox has a setpriv without this option, hence the trial.
  setpriv ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true']).status === 0;
  return setpriv;
}
