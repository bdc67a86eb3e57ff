/** `edict policy compile, prove`: on files, without a server. */
import { join } from 'node:path';
import { Command } from 'commander';
import { prove } from '../../../domain/policy/prove.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { Policy, RuleKind } from '../../../domain/policy/model.ts';
import { type AnyTarget, targetOf, targets } from '../../../domain/policy/targets/index.ts';
import type { Compilation, Loss } from '../../../domain/policy/targets/target.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer, print, progress, shortDigest, style } from '../../output.ts';
import { plainLines } from '../../plain.ts';
import { artifactAt, inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { listWords, proofWords } from '../../policy-analysis-words.ts';
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
      const policies = await policiesOf(given);
      const leftOut = notFor(targetOf(target), policies);
      const { artifact, losses } = targetOf(target).compile(policies, await inventoryOf(flags));
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

function compiledWords({ artifact, losses, out }: Compilation & { readonly out: string }): string {
  return [
    `${artifact.target}  ${shortDigest(artifact.digest)}  ${artifact.sizeBytes} bytes, in ${out}: ${Object.keys(artifact.files).join(', ')}`,
    ...losses.map((loss) => `  ${style.yellow('loss')} ${lossWords(loss)}`),
  ].join('\n');
}

function lossWords({ rule, reason, direction }: Loss): string {
  return `${rule}: ${reason} (${direction})`;
}

/** Rules of the kinds that the target does not hold; they are told of. Throws `input-invalid` where there is no other rule. */
function notFor(
  { name, kinds }: Pick<AnyTarget, 'name'> & { readonly kinds: readonly RuleKind[] },
  policies: readonly Policy[],
): readonly string[] {
  const rules = policies.flatMap(({ policy, rules: own }) => own.map(({ id, kind }) => ({ id: `${policy}/${id}`, kind })));
  const others = rules.filter(({ kind }) => !kinds.includes(kind));
  if (others.length === 0) return [];
  const found = [...new Set(others.map(({ kind }) => kind))];
  if (others.length === rules.length)
    throw new EdictError(
      'input-invalid',
      `\`${name}\` holds ${kinds.join(' and ')} rules, and there are only ${found.join(' and ')} rules`,
      {
        expected: Object.values<AnyTarget>(targets)
          .filter((each) => found.some((kind) => (each.kinds as readonly RuleKind[]).includes(kind)))
          .map((each) => each.name)
          .join(', '),
      },
    );
  progress(`left out, as ${name} holds ${kinds.join(' and ')} rules alone: ${listWords(others.map(({ id }) => id))}`);
  return others.map(({ id }) => id);
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
      notFor(targetOf(target), policies);
      const compiled = targetOf(target).compile(policies, inventory);
      const artifact = path === undefined ? compiled.artifact : await artifactAt(target, path);
      const proof = prove(policies, inventory, artifact, exact === true ? [] : compiled.losses);
      if (!proof.equal) process.exitCode = failed;
      answer(globals(this), proof, proofWords);
    });
}
