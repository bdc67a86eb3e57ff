/**
 * Reads an iptables artifact back: goes through the built-in chains of both files as the kernel does (walk.ts). What a built-in chain
 * accepts by its policy is "not applicable". Shares no code with compile.ts.
 */
import { EdictError } from '../../../errors.ts';
import { anyAddress, type Family, inFamily } from '../../addresses.ts';
import { type FilterRule, type Unread, vouched } from '../../import/filter.ts';
import { type Direction, flowSet } from '../../request/flow.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type IptablesText, parseIptables } from './parse.ts';
import { walkChain } from './walk.ts';

const files: readonly (readonly [string, Family])[] = [
  ['iptables.rules', 4],
  ['ip6tables.rules', 6],
];

const hooks: readonly (readonly [string, Direction])[] = [
  ['INPUT', 'in'],
  ['FORWARD', 'forward'],
  ['OUTPUT', 'out'],
];

export function readIptablesArtifact(artifact: Artifact): readonly ReadRule[] {
  const names = Object.keys(artifact.files).toSorted().join(' ');
  if (
    artifact.target !== 'iptables' ||
    names !==
      files
        .map(([file]) => file)
        .toSorted()
        .join(' ')
  )
    throw new EdictError('artifact-unreadable', `cannot read files \`${names}\` of a ${artifact.target} artifact`, {
      expected: files.map(([file]) => file).join(' and '),
    });
  return files.flatMap(([file, family]) => readFile(artifact, file, family));
}

function readFile(artifact: Artifact, file: string, family: Family): readonly ReadRule[] {
  const text = artifact.files[file] ?? '';
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  if (
    lines[0] !== '*filter' ||
    lines.filter((line) => line.startsWith('*')).length > 1 ||
    !text.endsWith('\nCOMMIT\n') ||
    lines.indexOf('COMMIT') !== lines.length - 2
  )
    throw refused('what is not one table from `*filter` to `COMMIT`', file);
  const parsed = parseIptables(text);
  checkDigest(parsed, artifact.digest, file);
  const unread: Unread[] = [...parsed.unread];
  const rules = hooks.flatMap(([name, direction]): readonly FilterRule[] => {
    if (parsed.chains.get(name)?.policy !== 'ACCEPT') throw refused(`chain \`${name}\` without the policy to accept`, file);
    const set = inFamily(anyAddress, family);
    const region = { source: set, destination: set, flow: flowSet({ directions: [direction] }) };
    return walkChain({ text: parsed, context: { family, sets: new Map() }, unread }, name, { regions: [region], path: [] });
  });
  return vouched({ rules, unread }, file);
}

/** The kernel can be asked for it: a chain that nothing jumps to holds one rule that only says so. */
function checkDigest({ chains }: IptablesText, digest: string, file: string): void {
  const [rule, ...more] = chains.get('edict_artifact')?.rules ?? [];
  const said = rule?.matches.find(({ name }) => name === '--comment')?.values[0];
  if (more.length > 0 || rule?.verdict !== undefined || said !== `edict artifact ${digest}`)
    throw refused(`an artifact that calls itself \`${said ?? ''}\``, file, `edict artifact ${digest}`);
}

function refused(what: string, where: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where, ...(expected === undefined ? {} : { expected }) });
}
