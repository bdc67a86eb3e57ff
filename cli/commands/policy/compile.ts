/** `edict policy compile, prove`: on files, without a server. */
import { join } from 'node:path';
import { Command } from 'commander';
import { prove } from '../../../domain/policy/prove.ts';
import { targetOf, targets } from '../../../domain/policy/targets/index.ts';
import type { Compilation } from '../../../domain/policy/targets/target.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer, print, shortDigest, style } from '../../output.ts';
import { plainLines } from '../../plain.ts';
import { artifactAt, inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { proofWords } from '../../policy-analysis-words.ts';
import { withInventory, writeFiles } from './analysis.ts';
import { addPolicyPath } from './path.ts';

const failed = 1;

/** Adds them to the group `policy`. */
export const addPolicyCompile: AddCommands = (policy) => {
  for (const command of [compileCommand(), proveCommand()]) policy.addCommand(command);
  addPolicyPath(policy);
};

const targetNames = Object.keys(targets).join(', ');

type CompileFlags = InventoryFlags & { readonly target: string; readonly out?: string };

function compileCommand(): Command {
  return withInventory(new Command('compile'))
    .description('compile policies to a language, and say what it cannot express')
    .argument('<policies...>', 'policy files, or folders of them')
    .requiredOption('--target <target>', targetNames)
    .option('--out <folder>', 'write the artifact there; none of its files may exist yet; standard output where not given')
    .addHelpText(
      'after',
      example(
        'policy compile policies --target nftables --assets assets.csv --zones zones.csv',
        'policy compile policies --target rego --zones zones.csv --out out/rego',
      ),
    )
    .action(async function act(this: Command, given: string[], { target, out, ...flags }: CompileFlags) {
      const { compile } = targetOf(target);
      const { artifact, losses } = compile(await policiesOf(given), await inventoryOf(flags));
      if (out !== undefined)
        await writeFiles(
          out,
          Object.entries(artifact.files).map(([name, text]) => ({ path: join(out, name), text })),
        );
      if (globals(this).json === true) return answer(globals(this), { artifact, losses, out }, () => '');
      if (out === undefined) for (const text of Object.values(artifact.files)) print(plainLines(text).trimEnd());
      else answer(globals(this), { artifact, losses, out }, compiledWords);
    });
}

function compiledWords({ artifact, losses, out }: Compilation & { readonly out: string }): string {
  return [
    `${artifact.target}  ${shortDigest(artifact.digest)}  ${artifact.sizeBytes} bytes, in ${out}: ${Object.keys(artifact.files).join(', ')}`,
    ...losses.map(({ rule, reason, direction }) => `  ${style.yellow('loss')} ${rule}: ${reason} (${direction})`),
  ].join('\n');
}

type ProveFlags = InventoryFlags & { readonly target: string; readonly artifact?: string; readonly exact?: boolean };

function proveCommand(): Command {
  return withInventory(new Command('prove'))
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
      ),
    )
    .action(async function act(this: Command, given: string[], { target, artifact: path, exact, ...flags }: ProveFlags) {
      const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const compiled = targetOf(target).compile(policies, inventory);
      const artifact = path === undefined ? compiled.artifact : await artifactAt(target, path);
      const proof = prove(policies, inventory, artifact, exact === true ? [] : compiled.losses);
      if (!proof.equal) process.exitCode = failed;
      answer(globals(this), proof, proofWords);
    });
}
