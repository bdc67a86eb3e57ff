/**
 * Reads an ASA artifact back: the entries of the list `edict` from the top, of which the first that matches a new connection decides; what
 * none matches is denied. Shares no code with compile.ts.
 */
import { type FilterRule, gatherUnread, type Unread, vouched } from '../../import/filter.ts';
import { regionOfEntry } from '../cisco-ios/entry.ts';
import { type CiscoEntry, type CiscoText, parseCisco } from '../cisco-ios/parse.ts';
import { onlyFile, unreadable, withSessions } from '../rulebase-reading/reading.ts';
import type { Artifact, ReadRule } from '../target.ts';

const file = 'edict.asa';

/** The list is in force for what comes in on any interface, and sessions of ICMP are known. */
const tail = [
  'access-group edict global',
  'policy-map global_policy',
  ' class inspection_default',
  '  inspect icmp',
  '  inspect icmp error',
  '',
];

const start = 'clear configure access-list edict';
const endRemark = 'access-list edict remark edict-end: what the policies do not speak of';

export function readCiscoAsa(artifact: Artifact): readonly ReadRule[] {
  const lines = onlyFile(artifact, 'cisco-asa', file).split('\n');
  const own = lines.slice(0, -tail.length);
  if (lines.slice(-tail.length).join('\n') !== tail.join('\n'))
    throw unreadable('the end of the file', `\`${tail.join('\\n')}\`: the list in force, and ICMP inspected`);
  const digest = only(own, '! edict artifact ');
  if (digest !== artifact.digest) throw unreadable(`an artifact that calls itself \`${digest ?? ''}\``, `\`${artifact.digest}\``);
  const timezone = only(own, '! edict clock ');
  const parsed = parseCisco(own.join('\n'));
  const rules = readList(own, parsed).map((rule) => (rule.timezone === undefined ? rule : atClock(rule, timezone)));
  return withSessions(rules, 'deny');
}

function only(lines: readonly string[], prefix: string): string | undefined {
  const found = lines.filter((line) => line.startsWith(prefix));
  if (found.length > 1) throw unreadable(`several lines \`${prefix}…\``, 'one');
  return found[0]?.slice(prefix.length);
}

function atClock(rule: ReadRule, timezone: string | undefined): ReadRule {
  if (timezone === undefined) throw unreadable('a time range on a clock of no zone', '`! edict clock ZONE`');
  return { ...rule, timezone };
}

function readList(lines: readonly string[], text: CiscoText): readonly ReadRule[] {
  const [list, ...more] = text.lists.values();
  const begun = lines.indexOf(start) + 1;
  if (list === undefined || more.length > 0 || list.name !== 'edict' || list.mask !== 'netmask' || begun === 0)
    throw unreadable('the access lists', 'the list `edict` alone, emptied first');
  if (list.entries.some(({ line }) => line <= begun)) throw unreadable('an entry before the list is emptied');
  const unread: Unread[] = [...text.unread];
  const last = list.entries.at(-1);
  const rules = list.entries.flatMap((entry): readonly FilterRule[] => {
    const place = { line: entry.line, text: entry.text };
    const region = gatherUnread(unread, place, () => regionOfEntry(entry, list, text));
    if (region === undefined) return [];
    const isEnd = entry === last && lines[entry.line - 2] === endRemark && permitsEverything(entry);
    return [{ region, decision: isEnd ? 'not-applicable' : entry.permit ? 'allow' : 'deny', where: place }];
  });
  return vouched({ rules, unread }, file);
}

function permitsEverything({ permit, words }: CiscoEntry): boolean {
  return permit && words.join(' ') === 'ip any any';
}
