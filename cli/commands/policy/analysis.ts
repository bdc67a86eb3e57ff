/** `edict policy analyse, compare, optimise, whatif`: on files, without a server; nothing is changed but what `--out` names. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { EdictError } from '../../../domain/errors.ts';
import { type AccessComparison, type AccessSide, accessSide, compareSides } from '../../../domain/policy/analysis/access.ts';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { loadFlows } from '../../../domain/policy/analysis/flows.ts';
import { optimise } from '../../../domain/policy/analysis/optimise.ts';
import { permissiveness } from '../../../domain/policy/analysis/permissiveness.ts';
import { blastRadius } from '../../../domain/policy/analysis/reach.ts';
import { relate, type Unspoken } from '../../../domain/policy/analysis/relate.ts';
import { rightSize } from '../../../domain/policy/analysis/right-size.ts';
import { artifactSide, policySide, type Side } from '../../../domain/policy/analysis/side.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import type { AccessKind } from '../../../domain/policy/access/policies.ts';
import { prepare } from '../../../domain/policy/decide.ts';
import { compareCloudPolicies } from '../../../domain/policy/iam/compare-policies.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { isNetworkTarget, targetOf } from '../../../domain/policy/targets/index.ts';
import { whatIfOn } from '../../../domain/policy/what-if.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { readFileText } from '../../input.ts';
import { answer } from '../../output.ts';
import { artifactAt, flowFormats, inventoryOf, type InventoryFlags, policiesOf, recordsAt } from '../../policy-files.ts';
import { analysisWords, comparisonWords, optimiseWords, sizingWords, whatIfWords } from '../../policy-analysis-words.ts';

const failed = 1;

/** Adds them to the group `policy`. */
export const addPolicyAnalysis: AddCommands = (policy) => {
  for (const command of [analyseCommand(), compareCommand(), optimiseCommand(), whatIfCommand()]) policy.addCommand(command);
};

export function withInventory(command: Command): Command {
  return command.option('--assets <file>', 'CSV of assets: what the names mean').option('--zones <file>', 'CSV of zones');
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

type CompareFlags = InventoryFlags & { readonly unspoken: string };

const unspokens: readonly string[] = ['apart', 'deny', 'allow'] satisfies Unspoken[];

function compareCommand(): Command {
  return withInventory(new Command('compare'))
    .description('compare what two policies or artifacts allow: equivalent, one allows more, or each does; with a request for each')
    .argument('<first>', 'a policy file, a folder of them, `<target>:<file or folder>` for an artifact, or `aws-iam:<file>`')
    .argument('<second>')
    .option('--unspoken <as>', `requests that no rule speaks of: ${unspokens.join(', ')}`, 'apart')
    .addHelpText(
      'after',
      example(
        'policy compare before.yaml after.yaml --zones zones.csv',
        'policy compare policies nftables:out/edict.nft --assets assets.csv --zones zones.csv',
        'policy compare policies cedar:out/cedar',
        'policy compare aws-iam:broken.json aws-iam:fixed.json',
      ),
    )
    .action(async function act(this: Command, one: string, other: string, flags: CompareFlags) {
      const names = { first: one, second: other };
      if (isCloud(one) || isCloud(other)) {
        const compared = compareCloudPolicies(await cloudAt(one), await cloudAt(other));
        return answer(globals(this), { names, ...compared }, cloudWords);
      }
      if (!unspokens.includes(flags.unspoken))
        throw new EdictError('input-invalid', `\`${flags.unspoken}\` is nothing that \`--unspoken\` takes`, {
          expected: unspokens.join(', '),
        });
      const inventory = await inventoryOf(flags);
      const given = [await comparedAt(one, inventory), await comparedAt(other, inventory)] as const;
      const access = accessOf(given, inventory);
      const [first, second] = [given[0].network, given[1].network];
      if (first === undefined || second === undefined) return answer(globals(this), { names, access }, comparisonWords);
      const { allows, ...related } = relate(first, second, inventory, flags.unspoken as Unspoken);
      const sizes = { first: plainSizes(allows.first), second: plainSizes(allows.second) };
      answer(globals(this), { names, ...related, allows: sizes, access }, comparisonWords);
    });
}

const artifactForm = /^([a-z0-9-]+):(.+)$/su;

/** What is said of the network, and of access: one of the two, of an artifact. */
type Compared = {
  readonly network?: Side | undefined;
  readonly access?: ((kind: AccessKind) => AccessSide | undefined) | undefined;
};

async function comparedAt(given: string, inventory: Inventory): Promise<Compared> {
  const [, target, path] = artifactForm.exec(given) ?? [];
  if (target === undefined || path === undefined) {
    const policies = await policiesOf([given]);
    return { network: policySide(given, policies, inventory), access: (kind) => accessSide(policies, inventory, kind) };
  }
  const artifact = await artifactAt(target, path);
  const known = targetOf(target);
  if (isNetworkTarget(known)) return { network: artifactSide(given, artifact) };
  const read = known.read(artifact);
  return { access: (kind) => read.find((each) => each.kind === kind) };
}

/** Throws `input-invalid` where one side speaks of the network alone, and the other of access alone. */
function accessOf([first, second]: readonly [Compared, Compared], inventory: Inventory): readonly AccessComparison[] {
  const [one, other] = [first.access, second.access];
  if (one === undefined || other === undefined) {
    if (first.network !== undefined && second.network !== undefined) return [];
    throw new EdictError('input-invalid', 'one of the two speaks of the network, the other of access', { expected: 'the same of both' });
  }
  return (['access', 'ai'] as const).flatMap((kind) => compareSides(one(kind), other(kind), { inventory, kind }) ?? []);
}

const cloud = 'aws-iam:';

const isCloud = (given: string): boolean => given.startsWith(cloud);

async function cloudAt(given: string): Promise<unknown> {
  if (!isCloud(given))
    throw new EdictError('input-invalid', `\`${given}\` is no access policy of a cloud`, { expected: `\`${cloud}<file>\` on both sides` });
  const text = await readFileText(given.slice(cloud.length));
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EdictError('artifact-unreadable', `\`${given}\` is not JSON`, { cause });
  }
}

type CloudReport = ReturnType<typeof compareCloudPolicies> & { readonly names: { readonly first: string; readonly second: string } };

function cloudWords(compared: CloudReport): string {
  const shown = (side: unknown) => (side === undefined ? undefined : { text: JSON.stringify(side) });
  const { names, relation } = compared;
  return comparisonWords({ names, relation, first: shown(compared.first), second: shown(compared.second) });
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

type WhatIfFlags = InventoryFlags & FlowFlags & { readonly before?: string[]; readonly asset?: string };

function whatIfCommand(): Command {
  return withFlows(withInventory(new Command('whatif')))
    .description('replay recorded requests on policies: who would be cut off, who let in, the most critical assets first')
    .argument('<policies...>', 'policy files, or folders of them, as they would be')
    .option('--before <policies...>', 'as they are; none where not given')
    .option('--asset <name>', 'what somebody who holds this asset could reach, before and after')
    .addHelpText(
      'after',
      example(
        'policy whatif new.yaml --before old.yaml --flows conn.log --assets assets.csv --zones zones.csv',
        'policy whatif policies --flows flows.txt --format vpc-flow --asset web-1 --assets assets.csv --json',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: WhatIfFlags) {
      const [after, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const before = flags.before === undefined ? [] : await policiesOf(flags.before);
      const records = flags.flows === undefined ? [] : await recordsAt(flags.flows, flags.format);
      const result = whatIfOn(loadFlows(records), prepare(before, inventory), prepare(after, inventory), inventory);
      const allows = { before: plainSizes(permissiveness(before, inventory)), after: plainSizes(permissiveness(after, inventory)) };
      const radius = flags.asset === undefined ? undefined : blastRadius(flags.asset, [before, after], inventory);
      answer(globals(this), { ...result, allows, radius }, whatIfWords);
    });
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
