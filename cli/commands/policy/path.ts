/** `edict policy path`: many points on one path, checked as a whole; on files, without a server. */
import { Command } from 'commander';
import { EdictError } from '../../../domain/errors.ts';
import { compose, type Composition, type PathPoint } from '../../../domain/policy/compose.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer, style } from '../../output.ts';
import { artifactAt, inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { withInventory } from './analysis.ts';

const failed = 1;

type PathFlags = InventoryFlags & { readonly point: string[]; readonly unspoken: string };

/** Adds it to the group `policy`. */
export const addPolicyPath: AddCommands = (policy) => {
  policy.addCommand(pathCommand());
};

function pathCommand(): Command {
  return withInventory(new Command('path'))
    .description('check the points on a path as a whole: it is open exactly where the policies allow; exit code 1 where not')
    .argument('<policies...>', 'policy files, or folders of them: what is meant')
    .requiredOption('--point <name=target:path...>', 'the points in path order, each with its artifact: a file or a folder')
    .option('--unspoken <as>', 'what a point does with requests that it does not speak of: passes, blocked', 'passes')
    .addHelpText(
      'after',
      example(
        'policy path policies --point segment=nftables:out/edict.nft --point host=iptables:host --assets assets.csv --zones zones.csv',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: PathFlags) {
      const { unspoken } = flags;
      if (unspoken !== 'passes' && unspoken !== 'blocked')
        throw new EdictError('input-invalid', `\`${unspoken}\` is nothing that \`--unspoken\` takes`, { expected: 'passes, blocked' });
      const points: PathPoint[] = [];
      for (const point of flags.point) points.push({ ...(await pointOf(point)), unspoken });
      const composition = compose(await policiesOf(given), points, await inventoryOf(flags));
      if (!composition.asMeant) process.exitCode = failed;
      answer(globals(this), composition, pathWords);
    });
}

async function pointOf(text: string): Promise<Pick<PathPoint, 'name' | 'runs'>> {
  const [, name, target, path] = /^([^=:]+)=([a-z0-9-]+):(.+)$/su.exec(text) ?? [];
  if (name === undefined || target === undefined || path === undefined)
    throw new EdictError('input-invalid', `\`${text}\` is not a point`, { expected: '<name>=<target>:<file or folder>' });
  return { name, runs: await artifactAt(target, path) };
}

function pathWords({ asMeant, faults }: Composition): string {
  if (asMeant) return style.green('as meant: the path is open exactly where the policies allow');
  return faults.map(({ kind, point, text }) => `${style.red(kind)} at ${point}: ${text}`).join('\n');
}
