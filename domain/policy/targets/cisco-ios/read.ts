/**
 * Reads a Cisco IOS artifact back: both lists entry by entry, the first that matches decides. The last entry permits everything, which
 * is "not applicable". What `established` matches is no packet that begins a connection. Shares no code with compile.ts.
 */
import { EdictError } from '../../../errors.ts';
import { anyAddress, type Family, inFamily } from '../../addresses.ts';
import { type FilterRule, gatherUnread, type Unread, vouched } from '../../import/filter.ts';
import { meet, type Region } from '../../import/region.ts';
import { byState } from '../../import/states.ts';
import { flowSet } from '../../request/flow.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { regionOfEntry } from './entry.ts';
import { type CiscoEntry, type CiscoList, type CiscoText, parseCisco } from './parse.ts';

const file = 'edict.ios';

const expected: readonly (readonly [string, Family])[] = [
  ['EDICT-IPV4', 4],
  ['EDICT-IPV6', 6],
];

export function readCiscoIosArtifact(artifact: Artifact): readonly ReadRule[] {
  const { [file]: text, ...others } = artifact.files;
  if (artifact.target !== 'cisco-ios' || text === undefined || Object.keys(others).length > 0)
    throw refused(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, `${file} alone`);
  const digests = [...text.matchAll(/^! edict artifact (.*)$/gm)].map(([, digest]) => digest);
  if (digests.length !== 1 || digests[0] !== artifact.digest)
    throw refused(`an artifact that calls itself \`${digests.join(', ')}\``, `edict artifact ${artifact.digest}`);
  const parsed = parseCisco(text);
  const lists = [...parsed.lists.values()];
  if (
    lists.map(({ name, family }) => `${name} ${family}`).join() !== expected.map((each) => each.join(' ')).join() ||
    !text.endsWith('\n!\nend\n')
  )
    throw refused(
      `lists ${lists.map(({ name }) => `\`${name}\``).join(', ')}`,
      `${expected.map(([name]) => name).join(' and ')}, and an end`,
    );
  const unread: Unread[] = [...parsed.unread];
  const rules = lists.flatMap((list) => listRules(list, parsed, unread));
  return vouched({ rules, unread }, file);
}

function listRules(list: CiscoList, text: CiscoText, unread: Unread[]): readonly FilterRule[] {
  const last = list.entries.at(-1);
  if (last === undefined || !permitsEverything(last, list))
    throw refused(`the end of list \`${list.name}\``, 'an entry that permits everything');
  const through: Region = { flow: flowSet({ directions: ['forward'] }) };
  const rules = list.entries.slice(0, -1).flatMap((entry): readonly FilterRule[] => {
    const place = { line: entry.line, text: entry.text };
    const region = gatherUnread(unread, place, () => regionOfEntry(entry, list, text));
    return region === undefined
      ? []
      : [{ region: meet(through, byState(region)), decision: entry.permit ? 'allow' : 'deny', where: place }];
  });
  const set = inFamily(anyAddress, list.family ?? 4);
  return [...rules, { region: { source: set, destination: set }, decision: 'not-applicable' }];
}

function permitsEverything({ permit, words }: CiscoEntry, { family }: CiscoList): boolean {
  return permit && words.join(' ') === `${family === 6 ? 'ipv6' : 'ip'} any any`;
}

function refused(what: string, expectedText: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where: file, expected: expectedText });
}
