/** `edict policy compile, prove`: on files, without a server, or by the server with `--server`. */
import { join } from 'node:path';
import { Command } from 'commander';
import type { CompileReply, ProveReply } from '../../../api/contract/policy/tools.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { compileFor } from '../../../domain/policy/targets/compile-for.ts';
import { targets } from '../../../domain/policy/targets/index.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer, print, progress, shortDigest, style } from '../../output.ts';
import { plainLines } from '../../plain.ts';
import { artifactAt, inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { listWords, proofWords } from '../../policy-analysis-words.ts';
import { refuseInventory, type ServerFlag, subjectOf, withServer } from '../../policy-subject.ts';
import { openSession } from '../../session.ts';
import { withInventory, writeFiles } from './analysis.ts';
import { addPolicyPath } from './path.ts';

const failed = 1;

/** Adds them to the group `policy`. */
export const addPolicyCompile: AddCommands = (policy) => {
  for (const command of [compileCommand(), proveCommand()]) policy.addCommand(command);
  addPolicyPath(policy);
};

const targetNames = Object.keys(targets).join(', ');

type CompileFlags = InventoryFlags & ServerFlag & { readonly target: string; readonly out?: string };

function compileCommand(): Command {
  return withServer(withInventory(new Command('compile')))
    .description('compile policies to a language, and say what it cannot express')
    .argument('<policies...>', 'policy files, or folders of them')
    .requiredOption('--target <target>', targetNames)
    .option('--out <folder>', 'write the artifact there; none of its files may exist yet; standard output where not given')
    .addHelpText(
      'after',
      example(
        'policy compile policies --target nftables --assets assets.csv --zones zones.csv',
        'policy compile policies --target rego --zones zones.csv --out out/rego',
        'policy compile cardholder-database@2 --server --target cisco-ios',
      ),
    )
    .action(async function act(this: Command, given: string[], { target, out, ...flags }: CompileFlags) {
      const { artifact, losses, leftOut } = await compiled(this, given, { target, ...flags });
      if (leftOut.length > 0) progress(`left out, as ${artifact.target} holds other kinds of rules: ${listWords(leftOut)}`);
      if (out !== undefined)
        await writeFiles(
          out,
          Object.entries(artifact.files).map(([name, text]) => ({ path: join(out, name), text })),
        );
      if (globals(this).json === true) return answer(globals(this), { artifact, losses, leftOut, out }, () => '');
      if (out !== undefined) return answer(globals(this), { artifact, losses, out }, compiledWords);
      for (const text of Object.values(artifact.files)) print(plainLines(text).trimEnd());
      for (const loss of losses) progress(lossWords(loss));
    });
}

async function compiled(command: Command, given: readonly string[], { target, server, ...flags }: CompileFlags): Promise<CompileReply> {
  if (server !== true) return compileFor(target, await policiesOf(given), await inventoryOf(flags));
  refuseInventory(flags);
  const client = openSession(globals(command));
  return client.call('policies.compile', { body: { ...(await subjectOf(client, given)), target } });
}

function compiledWords({ artifact, losses, out }: Pick<CompileReply, 'artifact' | 'losses'> & { readonly out: string }): string {
  return [
    `${artifact.target}  ${shortDigest(artifact.digest)}  ${artifact.sizeBytes} bytes, in ${out}: ${Object.keys(artifact.files).join(', ')}`,
    ...losses.map((loss) => `  ${style.yellow('loss')} ${lossWords(loss)}`),
  ].join('\n');
}

function lossWords({ rule, reason, direction }: CompileReply['losses'][number]): string {
  return `${rule}: ${reason} (${direction})`;
}

type ProveFlags = InventoryFlags & ServerFlag & { readonly target: string; readonly artifact?: string; readonly exact?: boolean };

function proveCommand(): Command {
  return withServer(withInventory(new Command('prove')))
    .description('prove that an artifact decides as the policies say on every request; exit code 1 with a counter-example where not')
    .argument('<policies...>', 'policy files, or folders of them')
    .requiredOption('--target <target>', targetNames)
    .option('--artifact <path>', 'the artifact: a file or a folder, under the names that compile gives; compiled anew where not given')
    .option('--exact', 'what the target cannot express counts as well')
    .addHelpText(
      'after',
      example(
        'policy prove policies --target nftables --artifact out/edict.nft --assets assets.csv --zones zones.csv',
        'policy prove policies --target rego --zones zones.csv',
        'policy prove cardholder-database --server --target nftables --artifact /etc/nftables.d',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: ProveFlags) {
      const proof = await proved(this, given, flags);
      if (!proof.equal) process.exitCode = failed;
      answer(globals(this), proof, proofWords);
    });
}

async function proved(command: Command, given: readonly string[], flags: ProveFlags): Promise<ProveReply> {
  const { target, artifact: path, exact = false, server } = flags;
  const artifact = path === undefined ? undefined : await artifactAt(target, path);
  if (server === true) {
    refuseInventory(flags);
    const client = openSession(globals(command));
    const files = artifact === undefined ? {} : { files: artifact.files };
    return client.call('policies.prove', { body: { ...(await subjectOf(client, given)), target, exact, ...files } });
  }
  const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
  const made = compileFor(target, policies, inventory);
  if (made.leftOut.length > 0) progress(`left out, as ${target} holds other kinds of rules: ${listWords(made.leftOut)}`);
  return prove(policies, inventory, artifact ?? made.artifact, exact ? [] : made.losses);
}
