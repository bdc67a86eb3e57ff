/** `edict policy import`: what is in force already, read into a policy; on files alone, or by the server with `--server`. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ImportReply } from '../../../api/contract/policy/tools.ts';
import { EdictError } from '../../../domain/errors.ts';
import { importPolicy, importSources } from '../../../domain/policy/import/importers.ts';
import { requireSame } from '../../../domain/policy/import/require-same.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import type { AddCommands } from '../../command.ts';
import { example, globals } from '../../command.ts';
import { fileFault } from '../../fault.ts';
import { readFileText } from '../../input.ts';
import { print, progress } from '../../output.ts';
import { toJson } from '../../plain.ts';
import { counted } from '../../policy-analysis-words.ts';
import { inventoryOf } from '../../policy-files.ts';
import { refuseInventory, type ServerFlag } from '../../policy-subject.ts';
import { type GlobalOptions, openSession } from '../../session.ts';

type Program = Parameters<AddCommands>[0];

type Given = ServerFlag & {
  readonly apply?: boolean;
  readonly from: string;
  readonly policy?: string;
  readonly owner?: string;
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
    .option('--owner <owner>', 'who answers for it; `imported`, or with `--server` who asks')
    .option('--assets <file>', 'CSV of assets: their names stand for their addresses')
    .option('--zones <file>', 'CSV of zones')
    .option('--server', 'the server reads it, with its inventory')
    .option('--apply', 'with `--server`: take it as the draft of the policy')
    .option('--out <file>', 'write the policy here; it must not exist yet')
    .addHelpText(
      'after',
      `${example(
        'policy import --from nftables ruleset.nft',
        'policy import --from iptables iptables-save.txt --zones zones.csv --out policies/edge.yaml',
        'policy import --from aws-iam policy.json',
        'policy import --from cedar store.cedar --out policies/store.yaml',
        'policy import --from iptables iptables-save.txt --policy edge --server --apply',
      )}\n\nThe policy is compared with the lines that were understood over the whole request space. Exit code 5: some line was not understood, or the policy is too large to be compared.`,
    )
    .action(async function bringIn(this: Program, file: string, given: Given) {
      const options = globals(this);
      const imported = await readIn(options, file, given);
      if (given.out !== undefined) await write(given.out, imported.text);
      if (options.json === true) print(toJson({ file, ...imported }, 2));
      else tell(imported, { file, out: given.out });
      if (imported.unread.length > 0 || imported.uncompared !== undefined) process.exitCode = partial;
    });
};

type Imported = Omit<ImportReply, 'mode' | 'policy'> & { readonly policy: { readonly rules: readonly unknown[] } };

async function readIn(options: GlobalOptions, file: string, given: Given): Promise<Imported> {
  const [text, policy] = [await readFileText(file), given.policy ?? nameOf(file)];
  const title = `Imported from ${basename(file)}`;
  if (given.server === true) {
    refuseInventory(given);
    const mode = given.apply === true ? 'apply' : 'dry-run';
    const owner = given.owner === undefined ? {} : { owner: given.owner };
    return openSession(options).call('policies.import', { body: { mode, from: given.from, text, policy, title, ...owner } });
  }
  if (given.apply === true) throw new EdictError('input-invalid', '`--apply` needs `--server`', { expected: '`--out <file>` without one' });
  const imported = importPolicy(given.from, text, await inventoryOf(given), { policy, title, owner: given.owner ?? 'imported' });
  requireSame(imported, file);
  return { ...imported, text: printPolicyFile(imported.policy) };
}

/** Not as it should be: a policy is there, and it is not all that was in force. */
const partial = 5;

function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 64);
  return name === '' ? 'imported' : name;
}

function tell(
  { policy, unread, implied, uncompared, text, version }: Imported,
  { file, out }: { readonly file: string; readonly out: string | undefined },
): void {
  for (const { line, text: said, reason } of unread) progress(`${file}:${line}: not understood: ${reason}: ${said.trim()}`);
  for (const { line } of implied) progress(`${file}:${line}: taken for granted: what belongs to an allowed connection passes`);
  if (uncompared !== undefined) progress(`not compared with \`${file}\`: ${uncompared}`);
  progress(`${counted(policy.rules.length, 'rule')}, ${counted(unread.length, 'line')} not understood`);
  if (version !== undefined) progress(`draft version ${version}: \`edict policy show\` shows it, \`edict policy submit\` hands it in`);
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
