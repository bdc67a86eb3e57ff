/** `edict policy analyse, optimise`: on files, without a server; nothing is changed but what `--out` names. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { EdictError } from '../../../domain/errors.ts';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { rightSizeGrants } from '../../../domain/policy/analysis/grants/usage.ts';
import type { AccessRecords } from '../../../domain/policy/replay/access-records.ts';
import { type Flows, loadFlows } from '../../../domain/policy/replay/flows.ts';
import { recordFormats } from '../../../domain/policy/replay/recorded.ts';
import { optimise } from '../../../domain/policy/analysis/optimise.ts';
import { rightSize } from '../../../domain/policy/analysis/right-size.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { answer } from '../../output.ts';
import { inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { type RecordedFlags, type RequestFlags, requestsOf } from '../../replay/recorded.ts';
import { analysisWords, optimiseWords, type SizingReport, sizingWords } from '../../policy-analysis-words.ts';

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

type Recording = RecordedFlags & RequestFlags;

/** Adds what names recorded requests. */
function withRequests(command: Command): Command {
  return command
    .option('--requests <files...>', 'recorded requests: files, folders of them, packed by gzip or not; `-` for standard input')
    .option('--from <format>', `what they are, where their beginning does not tell: ${recordFormats.join(', ')}`)
    .addOption(new Option('--flows <file>', 'as --requests').hideHelp())
    .addOption(new Option('--format <format>', 'as --from').hideHelp());
}

/** What was recorded of each kind; `undefined` where nothing of it was. */
async function recordedOf(flags: Recording): Promise<{ readonly flows: Flows | undefined; readonly asked: AccessRecords | undefined }> {
  if (flags.requests === undefined && flags.flows === undefined) return { flows: undefined, asked: undefined };
  const { flows, access } = await requestsOf(flags);
  return { flows: flows.length === 0 && access.count > 0 ? undefined : loadFlows(flows), asked: access.count === 0 ? undefined : access };
}

type AnalyseFlags = InventoryFlags & Recording & { readonly strict?: boolean; readonly most: string; readonly broad: string };

function analyseCommand(): Command {
  return withRequests(withInventory(new Command('analyse')))
    .description('find shadowed, redundant, conflicting, over-broad and never used rules and unused names in a whole set of policies')
    .argument('<policies...>', 'policy files, or folders of them; together they are one set')
    .option('--strict', 'exit code 1 where a rule does not do what it says')
    .option('--most <n>', 'findings of one kind that are listed; of unused names, JSON lists all', '50')
    .option('--broad <share>', 'share of all requests, in log scale from 0 to 1, from which on an allow is over-broad', '0.57')
    .addHelpText(
      'after',
      example(
        'policy analyse policies --assets assets.csv --zones zones.csv',
        'policy analyse policies --requests conn.log decisions.jsonl.gz --assets assets.csv --directory people.json',
        'policy analyse edge.yaml --strict --json',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: AnalyseFlags) {
      const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const recorded = await recordedOf(flags);
      const options = { most: numberOf(flags.most, '--most', 1_000_000), broadShare: numberOf(flags.broad, '--broad', 1), ...recorded };
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

type OptimiseFlags = InventoryFlags & Recording & { readonly out?: string; readonly rightSize?: boolean };

function optimiseCommand(): Command {
  return withRequests(withInventory(new Command('optimise')))
    .description('drop and merge rules so that every request is decided as before, with a proof; or size grants by what was used')
    .argument('<policies...>', 'policy files, or folders of them')
    .option('--right-size', 'propose policies without what the recorded requests never used; this changes what is allowed')
    .option('--out <folder>', 'write the policies there; none of them may exist yet')
    .addHelpText(
      'after',
      `${example(
        'policy optimise policies --assets assets.csv --zones zones.csv --out optimised',
        'policy optimise policies --right-size --requests conn.log --assets assets.csv --zones zones.csv',
      )}\n\nWith --requests, rules that decide most come first in each policy.`,
    )
    .action(async function act(this: Command, given: string[], flags: OptimiseFlags) {
      const [policies, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const recorded = await recordedOf(flags);
      if (flags.rightSize === true) {
        if (recorded.flows === undefined && recorded.asked === undefined)
          throw new EdictError('input-invalid', 'grants are sized by records', { expected: '`--requests <files>`' });
        const sized = sizedBy(policies, inventory, recorded);
        return answer(globals(this), { ...sized, written: await writeAll(sized.policies, flags.out) }, sizingWords);
      }
      const { flows } = recorded;
      const usage = flows === undefined ? [] : rightSize(policies, inventory, flows).usage;
      const hits = flows === undefined ? undefined : new Map(usage.map(({ rule, flows: count }) => [rule, count]));
      const optimised = optimise(policies, inventory, { hits });
      answer(globals(this), { ...optimised, written: await writeAll(optimised.policies, flags.out) }, optimiseWords);
    });
}

type Recorded = Awaited<ReturnType<typeof recordedOf>>;

type Sized = Omit<SizingReport, 'written'> & { readonly policies: readonly Policy[] };

/** By what was recorded of the network, then by what was of access and of models. */
function sizedBy(policies: readonly Policy[], inventory: Inventory, { flows, asked }: Recorded): Sized {
  const network = flows === undefined ? { policies } : networkSized(policies, inventory, flows);
  if (asked === undefined) return network;
  const { proposal, ...access } = rightSizeGrants(network.policies, inventory, asked);
  return { ...network, access, policies: proposal };
}

function networkSized(policies: readonly Policy[], inventory: Inventory, flows: Flows): Sized {
  const { proposal, ...sized } = rightSize(policies, inventory, flows);
  return { ...sized, policies: proposal };
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
