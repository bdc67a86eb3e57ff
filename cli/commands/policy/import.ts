/** `edict policy import`: what is in force already, read into a policy. Works on files alone. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { parseInventory } from '../../../domain/context/parse-inventory.ts';
import { EdictError } from '../../../domain/errors.ts';
import { type ImportedPolicy, importPolicy, importSources } from '../../../domain/policy/import/importers.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import type { AddCommands } from '../../command.ts';
import { example, globals } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { readFileText } from '../../input.ts';
import { print, progress } from '../../output.ts';
import { toJson } from '../../plain.ts';
import { counted } from '../../policy-analysis-words.ts';

type Program = Parameters<AddCommands>[0];

type Given = {
  readonly from: string;
  readonly policy?: string;
  readonly owner: string;
  readonly assets?: string;
  readonly zones?: string;
  readonly out?: string;
};

export const addPolicyImport: AddCommands = (policy) => {
  policy
    .command('import')
    .description('read what is in force already into a policy; what is not understood is told by line')
    .argument('<file>', 'the configuration; `-` for standard input')
    .requiredOption('--from <source>', `what it is: ${importSources.join(', ')}`)
    .option('--policy <name>', 'name of the policy; made from the name of the file where absent')
    .option('--owner <owner>', 'who answers for it', 'imported')
    .option('--assets <file>', 'CSV of assets: their names stand for their addresses')
    .option('--zones <file>', 'CSV of zones')
    .option('--out <file>', 'write the policy here; it must not exist yet')
    .addHelpText(
      'after',
      `${example(
        'policy import --from nftables ruleset.nft',
        'policy import --from iptables iptables-save.txt --zones zones.csv --out policies/edge.yaml',
        'policy import --from aws-iam policy.json',
        'policy import --from cedar store.cedar --out policies/store.yaml',
      )}\n\nThe policy is compared with the lines that were understood over the whole request space. Exit code 5: some line was not understood, or the policy is too large to be compared.`,
    )
    .action(async function bringIn(this: Program, file: string, given: Given) {
      const options = globals(this);
      const inventory = await inventoryOf(given);
      const name = given.policy ?? nameOf(file);
      const names = { policy: name, title: `Imported from ${basename(file)}`, owner: given.owner };
      const imported = importPolicy(given.from, await readFileText(file), inventory, names);
      refuseDifferent(imported, file);
      const text = printPolicyFile(imported.policy);
      if (given.out !== undefined) await write(given.out, text);
      if (options.json === true) print(toJson({ file, ...imported, text }, 2));
      else tell(imported, { file, text, out: given.out });
      if (imported.unread.length > 0 || imported.uncompared !== undefined) process.exitCode = partial;
    });
};

/** Not as it should be: a policy is there, and it is not all that was in force. */
const partial = 5;

async function inventoryOf({ assets, zones }: Given): Promise<Inventory> {
  const empty = 'name,address,zone,services,groups,owner,criticality\n';
  const { inventory, rejected } = parseInventory({
    assets: assets === undefined ? empty : await readFileText(assets),
    ...(zones === undefined ? {} : { zones: await readFileText(zones) }),
  });
  for (const { where, reason } of rejected) progress(`inventory, ${where}: ${reason}`);
  return inventory;
}

function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 64);
  return name === '' ? 'imported' : name;
}

/** INVARIANT: nobody is handed a policy that is known to decide otherwise than what it was made of. */
function refuseDifferent({ difference }: ImportedPolicy, file: string): void {
  if (difference === undefined) return;
  const { request, expected, actual } = difference;
  throw new EdictError('defect', `the policy made of \`${file}\` says ${actual} where the file says ${expected}`, {
    where: JSON.stringify(request),
  });
}

function tell(
  { policy, unread, implied, uncompared }: ImportedPolicy,
  { file, text, out }: { readonly file: string; readonly text: string; readonly out: string | undefined },
): void {
  for (const { line, text: said, reason } of unread) progress(`${file}:${line}: not understood: ${reason}: ${said.trim()}`);
  for (const { line } of implied) progress(`${file}:${line}: taken for granted: what belongs to an allowed connection passes`);
  if (uncompared !== undefined) progress(`not compared with \`${file}\`: ${uncompared}`);
  progress(`${counted(policy.rules.length, 'rule')}, ${counted(unread.length, 'line')} not understood`);
  if (out === undefined) print(text.trimEnd());
  else progress(`written to ${out}`);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw fileFault(cause, path) ?? cause;
  }
}
