/** `edict policy analyse, optimise`: on files, without a server; nothing is changed but what `--out` names. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { EdictError } from '../../../domain/errors.ts';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { loadFlows } from '../../../domain/policy/replay/flows.ts';
import { optimise } from '../../../domain/policy/analysis/optimise.ts';
import { rightSize } from '../../../domain/policy/analysis/right-size.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { answer } from '../../output.ts';
import { flowFormats, inventoryOf, type InventoryFlags, policiesOf, recordsAt } from '../../policy-files.ts';
import { analysisWords, optimiseWords, sizingWords } from '../../policy-analysis-words.ts';

const failed = 1;

/** Adds them to the group `policy`. */
export const addPolicyAnalysis: AddCommands = (policy) => {
  for (const command of [analyseCommand(), optimiseCommand()]) policy.addCommand(command);
};

export function withInventory(command: Command): Command {
  return command
    .option('--assets <file>', 'CSV of assets: what the names mean')
    .option('--zones <file>', 'CSV of zones')
    .option('--directory <file>', 'JSON of people, groups and what else access rules are about: their groups and attributes');
}

type FlowFlags = { readonly flows?: string; readonly format: string };

function withFlows(command: Command): Command {
  return command
    .option('--flows <file>', 'recorded requests')
    .option('--format <format>', `what they are: ${flowFormats.join(', ')}`, 'zeek');
}

type AnalyseFlags = InventoryFlags & FlowFlags & { readonly strict?: boolean; readonly most: string; readonly broad: string };

function analyseCommand(): Command {
  return withFlows(withInventory(new Command('analyse')))
    .description('find shadowed, redundant, conflicting, over-broad and never used rules and unused names in a whole set of policies')
    .argument('<policies...>', 'policy files, or folders of them; together they are one set')
    .option('--strict', 'exit code 1 where a rule does not do what it says')
    .option('--most <n>', 'findings of one kind that are listed; of unused names, JSON lists all', '50')
    .option('--broad <share>', 'share of all requests, in log scale from 0 to 1, from which on an allow is over-broad', '0.57')
    .addHelpText(
      'after',
      example(
        'policy analyse policies --assets assets.csv --zones zones.csv',
        'policy analyse policies --flows conn.log --assets assets.csv',
        'policy analyse edge.yaml --strict --json',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: AnalyseFlags) {
      const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const flows = flags.flows === undefined ? undefined : loadFlows(await recordsAt(flags.flows, flags.format));
      const options = { most: numberOf(flags.most, '--most', 1_000_000), broadShare: numberOf(flags.broad, '--broad', 1), flows };
      const analysis = analyse(policies, inventory, options);
      if (flags.strict === true && analysis.findings.some(({ severity }) => severity === 'fault')) process.exitCode = failed;
      answer(globals(this), { ...analysis, allows: plainSizes(analysis.allows) }, analysisWords);
    });
}

function numberOf(text: string, option: string, most: number): number {
  const value = /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new EdictError('input-invalid', `\`${text}\` is no number that \`${option}\` takes`, { expected: `0 to ${most}` });
}

type OptimiseFlags = InventoryFlags & FlowFlags & { readonly out?: string; readonly rightSize?: boolean };

function optimiseCommand(): Command {
  return withFlows(withInventory(new Command('optimise')))
    .description('drop and merge rules so that every request is decided as before, with a proof; or size grants by what was used')
    .argument('<policies...>', 'policy files, or folders of them')
    .option('--right-size', 'propose policies without what the recorded flows never used; this changes what is allowed')
    .option('--out <folder>', 'write the policies there; none of them may exist yet')
    .addHelpText(
      'after',
      `${example(
        'policy optimise policies --assets assets.csv --zones zones.csv --out optimised',
        'policy optimise policies --right-size --flows conn.log --assets assets.csv --zones zones.csv',
      )}\n\nWith --flows, rules that decide most come first in each policy.`,
    )
    .action(async function act(this: Command, given: string[], flags: OptimiseFlags) {
      const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const flows = flags.flows === undefined ? undefined : loadFlows(await recordsAt(flags.flows, flags.format));
      if (flags.rightSize === true) {
        if (flows === undefined) throw new EdictError('input-invalid', 'grants are sized by records', { expected: '`--flows <file>`' });
        const { proposal, ...sized } = rightSize(policies, inventory, flows);
        const written = await writeAll(proposal, flags.out);
        return answer(globals(this), { ...sized, policies: proposal, written }, sizingWords);
      }
      const usage = flows === undefined ? [] : rightSize(policies, inventory, flows).usage;
      const hits = flows === undefined ? undefined : new Map(usage.map(({ rule, flows: count }) => [rule, count]));
      const optimised = optimise(policies, inventory, { hits });
      answer(globals(this), { ...optimised, written: await writeAll(optimised.policies, flags.out) }, optimiseWords);
    });
}

async function writeAll(policies: readonly Policy[], folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const files = policies.map((policy) => ({ path: join(folder, `${policy.policy}.yaml`), text: printPolicyFile(policy) }));
  await writeFiles(folder, files);
  return files.map(({ path }) => path);
}

export type TextFile = { readonly path: string; readonly text: string };

/** Never over a file that is there. */
export async function writeFiles(folder: string, files: readonly TextFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, text } of files) await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw fileFault(cause, folder) ?? cause;
  }
}
