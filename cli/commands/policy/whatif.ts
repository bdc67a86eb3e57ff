/** `edict policy whatif`: recorded requests on policies as they are and as they would be; on files, without a server. */
import { Command, Option } from 'commander';
import { EdictError } from '../../../domain/errors.ts';
import { loadFlows } from '../../../domain/policy/replay/flows.ts';
import { grantSizes } from '../../../domain/policy/analysis/grants/permissiveness.ts';
import { permissiveness } from '../../../domain/policy/analysis/permissiveness.ts';
import { blastRadius } from '../../../domain/policy/analysis/reach.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import { prepareAccessPolicies } from '../../../domain/policy/access/policies.ts';
import { prepare } from '../../../domain/policy/decide.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { readCloudSet } from '../../../domain/policy/iam/compare-policies.ts';
import { accessWhatIf } from '../../../domain/policy/replay/access-replay.ts';
import { iamWhatIf } from '../../../domain/policy/replay/iam-replay.ts';
import { recordFormats } from '../../../domain/policy/replay/recorded.ts';
import { whatIfOn } from '../../../domain/policy/replay/what-if.ts';
import { attachedAt, attachedForms, isAttached } from '../../replay/cloud-files.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer } from '../../output.ts';
import { inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { type RecordedFlags, type RequestFlags, requestsOf } from '../../replay/recorded.ts';
import { accessWhatIfWords, iamWhatIfWords, whatIfWords } from '../../replay/whatif-words.ts';
import { withInventory } from './analysis.ts';

/** Adds it to the group `policy`. */
export const addPolicyWhatIf: AddCommands = (policy) => {
  policy.addCommand(whatIfCommand());
};

type Flags = InventoryFlags &
  RecordedFlags &
  RequestFlags & {
    readonly before?: readonly string[];
    readonly asset?: string;
  };

function whatIfCommand(): Command {
  return withInventory(new Command('whatif'))
    .description('replay recorded requests on policies: who would be cut off, who let in, the most critical first')
    .argument(
      '<policies...>',
      `as they would be: policy files, or folders of them; or policies of a cloud that are in force together: ${attachedForms}`,
    )
    .option('--before <policies...>', 'as they are; where not given, access is compared with what was decided when it was recorded')
    .option('--requests <files...>', 'recorded requests: files, folders of them, packed by gzip or not; `-` for standard input')
    .option('--from <format>', `what they are, where their beginning does not tell: ${recordFormats.join(', ')}`)
    .option('--principal <arn>', "of CloudTrail's, only requests of this principal, or of sessions of this role")
    .option('--asset <name>', 'what somebody who holds this asset could reach, before and after')
    .addOption(new Option('--flows <file>', 'as --requests').hideHelp())
    .addOption(new Option('--format <format>', 'as --from').hideHelp())
    .addHelpText(
      'after',
      example(
        'policy whatif new.yaml --before old.yaml --requests conn.log --assets assets.csv --zones zones.csv',
        'policy whatif policies --requests decisions.jsonl.gz --json',
        'policy whatif aws-iam:new.json --before aws-iam:old.json --requests cloudtrail/ --principal arn:aws:iam::111122223333:role/ci',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: Flags) {
      if ([...given, ...(flags.before ?? [])].some(isAttached))
        return answer(globals(this), await cloudWhatIf(given, flags), iamWhatIfWords);
      const [after, inventory] = [await policiesOf(given), await inventoryOf(flags)];
      const before = flags.before === undefined ? [] : await policiesOf(flags.before);
      const { flows, access, withoutResource } = await requestsOf(flags);
      const deciders = {
        before: flags.before === undefined ? undefined : prepareAccessPolicies(before, inventory),
        after: prepareAccessPolicies(after, inventory),
      };
      const asked =
        access.count === 0 && withoutResource === 0 ? undefined : { ...accessWhatIf(access, deciders, inventory), withoutResource };
      const network = asked === undefined || flows.length > 0 || [...before, ...after].some(speaksOfNetwork);
      const result = whatIfOn(loadFlows(flows), prepare(before, inventory), prepare(after, inventory), inventory);
      const allows = { before: plainSizes(permissiveness(before, inventory)), after: plainSizes(permissiveness(after, inventory)) };
      const grants = { before: grantSizes(before, inventory), after: grantSizes(after, inventory) };
      const radius = flags.asset === undefined ? undefined : blastRadius(flags.asset, [before, after], inventory);
      answer(globals(this), { ...result, allows, grants, radius, access: asked }, (clean) =>
        [...(network ? [whatIfWords(clean)] : []), ...(clean.access === undefined ? [] : [accessWhatIfWords(clean.access)])].join('\n'),
      );
    });
}

function speaksOfNetwork({ rules }: Policy): boolean {
  return rules.some(({ kind }) => kind === 'network');
}

async function cloudWhatIf(given: readonly string[], flags: Flags): Promise<ReturnType<typeof iamWhatIf> & { readonly skipped: number }> {
  const after = readCloudSet(await attachedAt(given));
  const before = flags.before === undefined ? undefined : readCloudSet(await attachedAt(flags.before));
  const { iam, flows, access } = await requestsOf(flags);
  if (iam.count === 0 && (flows.length > 0 || access.count > 0 || (flags.requests ?? flags.flows) === undefined))
    throw new EdictError('input-invalid', 'policies of AWS are tried on what CloudTrail recorded', {
      expected: '`--requests` with records of CloudTrail',
    });
  return { ...iamWhatIf(iam, { before, after }, await inventoryOf(flags)), skipped: iam.skipped };
}
