/** `edict policy compare`: which of two policies, artifacts or sets of access policies of a cloud allows more; on files, without a server. */
import { Command } from 'commander';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { AccessKind } from '../../../domain/policy/access/policies.ts';
import { type AccessComparison, type AccessSide, accessSide, compareSides } from '../../../domain/policy/analysis/access.ts';
import { relate, type Unspoken } from '../../../domain/policy/analysis/relate.ts';
import { artifactSide, policySide, type Side } from '../../../domain/policy/analysis/side.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import { compareCloudSets } from '../../../domain/policy/iam/compare-policies.ts';
import { printIamRequest } from '../../../domain/policy/iam/request-text.ts';
import { isNetworkTarget, targetOf } from '../../../domain/policy/targets/index.ts';
import { attachedAt, attachedForms, isAttached } from '../../replay/cloud-files.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer } from '../../output.ts';
import { artifactAt, inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { comparisonWords } from '../../policy-analysis-words.ts';
import { withInventory } from './analysis.ts';

/** Adds it to the group `policy`. */
export const addPolicyCompare: AddCommands = (policy) => {
  policy.addCommand(compareCommand());
};

type Flags = InventoryFlags & { readonly unspoken: string; readonly with?: readonly string[] };

const unspokens: readonly string[] = ['apart', 'deny', 'allow'] satisfies Unspoken[];

function compareCommand(): Command {
  return withInventory(new Command('compare'))
    .description('compare what two sides allow: equivalent, one allows more, or each does; with a request for each')
    .argument(
      '<policies...>',
      `policy files or folders, \`<target>:<file or folder>\` for an artifact, or policies of a cloud: ${attachedForms}`,
    )
    .option('--with <policies...>', 'the other side; without it, two are given, and compared with each other')
    .option('--unspoken <as>', `requests that no rule speaks of: ${unspokens.join(', ')}`, 'apart')
    .addHelpText(
      'after',
      example(
        'policy compare before.yaml after.yaml --zones zones.csv',
        'policy compare policies nftables:out/edict.nft --assets assets.csv --zones zones.csv',
        'policy compare policies cedar:out/cedar',
        'policy compare aws-iam:broken.json aws-iam:fixed.json',
        'policy compare aws-iam:a.json aws-iam:b.json aws-boundary:b.json aws-scp/root:r.json aws-scp/ou:o.json --with aws-iam:new.json',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: Flags) {
      const sides = sidesOf(given, flags.with);
      const names = { first: nameOf(sides[0]), second: nameOf(sides[1]) };
      if (sides.flat().some(isAttached)) {
        const compared = compareCloudSets(await attachedAt(sides[0]), await attachedAt(sides[1]));
        return answer(globals(this), { names, ...compared }, cloudWords);
      }
      if (!unspokens.includes(flags.unspoken))
        throw new EdictError('input-invalid', `\`${flags.unspoken}\` is nothing that \`--unspoken\` takes`, {
          expected: unspokens.join(', '),
        });
      const inventory = await inventoryOf(flags);
      const compared = [await comparedAt(sides[0], inventory), await comparedAt(sides[1], inventory)] as const;
      const access = accessOf(compared, inventory);
      const [first, second] = [compared[0].network, compared[1].network];
      if (first === undefined || second === undefined) return answer(globals(this), { names, access }, comparisonWords);
      const { allows, ...related } = relate(first, second, inventory, flags.unspoken as Unspoken);
      const sizes = { first: plainSizes(allows.first), second: plainSizes(allows.second) };
      answer(globals(this), { names, ...related, allows: sizes, access }, comparisonWords);
    });
}

type Given = readonly string[];

function sidesOf(given: Given, other: Given | undefined): readonly [Given, Given] {
  if (other !== undefined) return [given, other];
  const [first, second] = given;
  if (first !== undefined && second !== undefined && given.length === 2) return [[first], [second]];
  throw new EdictError('input-invalid', `${given.length} given, to compare two with each other`, {
    expected: 'two, or one side, `--with`, and the other side',
  });
}

const nameOf = (side: Given): string => side.join(' + ');

const artifactForm = /^([a-z0-9-]+):(.+)$/su;

/** What is said of the network, and of access: one of the two, of an artifact. */
type Compared = {
  readonly network?: Side | undefined;
  readonly access?: ((kind: AccessKind) => AccessSide | undefined) | undefined;
};

async function comparedAt(given: Given, inventory: Inventory): Promise<Compared> {
  const artifacts = given.filter((each) => artifactForm.test(each));
  const [, target, path] = artifactForm.exec(artifacts[0] ?? '') ?? [];
  if (target === undefined || path === undefined) {
    const policies = await policiesOf(given);
    return { network: policySide(nameOf(given), policies, inventory), access: (kind) => accessSide(policies, inventory, kind) };
  }
  if (given.length > 1)
    throw new EdictError('input-invalid', `\`${artifacts[0]}\` is not alone on its side`, { expected: 'one artifact, or policies' });
  const artifact = await artifactAt(target, path);
  const known = targetOf(target);
  if (isNetworkTarget(known)) return { network: artifactSide(nameOf(given), artifact) };
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

type CloudReport = ReturnType<typeof compareCloudSets> & { readonly names: { readonly first: string; readonly second: string } };

function cloudWords({ names, relation, first, second }: CloudReport): string {
  const shown = (side: CloudReport['first']) => (side === undefined ? undefined : { text: printIamRequest(side) });
  return comparisonWords({ names, relation, first: shown(first), second: shown(second) });
}
