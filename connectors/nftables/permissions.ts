/**
 * What the account by which a firewall is reached may do there. Every question is one that changes nothing: `nft -c` has the kernel check a
 * transaction and not commit it (nft(8), `--check`), which takes the same right as the change itself.
 */
import type { PointPermission } from '../../domain/enforcement/question.ts';
import { EdictError } from '../../domain/errors.ts';
import type { NftablesSettings } from '../../domain/enforcement/point-settings.schema.ts';
import type { Deadline } from '../deadline.ts';
import { finish, runCommand } from './command.ts';
import { tableNames } from './listing.ts';

type Firewall = { readonly point: string; readonly exec: readonly string[]; readonly prober: NftablesSettings['prober'] };

const rightNeeded = 'CAP_NET_ADMIN in its network namespace';

/** A table of ours comes and goes within the one transaction, so that what is there does not matter. */
const trial = `table inet ${tableNames.policy}\ndelete table inet ${tableNames.policy}\n`;

export async function firewallPermissions({ point, exec, prober }: Firewall, deadline: Deadline): Promise<readonly PointPermission[]> {
  const nft = (args: readonly string[], input = '') => runCommand(point, { prefix: exec, args: ['nft', ...args], input }, deadline);
  const [read, write] = [await asked(nft(['list', 'ruleset'])), await asked(nft(['-c', '-f', '-'], trial))];
  return [
    permission('read the ruleset', read, '`nft list ruleset` is answered'),
    permission('write the ruleset', write, 'the kernel accepts a change that is only checked, `nft -c`'),
    permission(
      'try changes where nobody sees them',
      await asked(runCommand(point, { prefix: exec, args: ['unshare', '-n', 'true'] }, deadline)),
      'a network namespace of its own can be made',
    ),
    await conntrackPermission(point, exec, deadline),
    await proberPermission(point, prober, deadline),
  ];
}

/** The refusal, where it is one; whatever else goes wrong says nothing of permissions. */
async function asked(work: Promise<unknown>): Promise<EdictError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof EdictError && error.code === 'enforcement-point-refused') return error;
    throw error;
  }
}

function permission(name: string, refusal: EdictError | undefined, detail: string): PointPermission {
  if (refusal === undefined) return { name, held: 'yes', detail };
  return {
    name,
    held: 'no',
    detail: refusal.message,
    help: refusal.expected === undefined ? refusal.help : `it takes ${refusal.expected}`,
  };
}

async function conntrackPermission(point: string, exec: readonly string[], deadline: Deadline): Promise<PointPermission> {
  const name = 'forget connections of isolated hosts';
  const { code, stderr } = await finish(
    point,
    { prefix: exec, args: ['sh', '-c', 'command -v conntrack >/dev/null || exit 9; conntrack -C'] },
    deadline,
  );
  if (code === 0) return { name, held: 'yes', detail: 'the connections that the kernel tracks can be asked for' };
  if (code !== 9)
    return { name, held: 'no', detail: stderr.trim().slice(0, 200) || `\`conntrack\` ended with ${code}`, help: `it takes ${rightNeeded}` };
  return {
    name,
    held: 'no',
    detail: '`conntrack` is not installed there',
    help: 'isolated hosts are cut off all the same; the state of their connections stays until it times out',
  };
}

async function proberPermission(point: string, prober: Firewall['prober'], deadline: Deadline): Promise<PointPermission> {
  const name = 'send packets to test it';
  if (prober === undefined)
    return {
      name,
      held: 'no',
      detail: 'the point has no prober in its settings',
      help: 'name where packets come from and go to: see docs/api.md',
    };
  for (const [end, prefix] of Object.entries(prober)) {
    const { code, stderr } = await finish(point, { prefix, args: [process.execPath, '--version'] }, deadline);
    if (code !== 0)
      return {
        name,
        held: 'no',
        detail: `the prober’s \`${end}\` cannot be started: ${stderr.trim().slice(0, 200)}`,
        help: 'are its namespaces there, and may they be entered?',
      };
  }
  return { name, held: 'yes', detail: 'the prober starts at both ends' };
}
