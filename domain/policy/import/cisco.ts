/** Access lists of Cisco's systems as people have them. Each list ends with a refusal of everything, as these systems have it. */
import { anyAddress, families, inFamily } from '../addresses.ts';
import { regionOfEntry } from '../targets/cisco-ios/entry.ts';
import { type CiscoList, type CiscoText, parseCisco } from '../targets/cisco-ios/parse.ts';
import { type Filter, type FilterRule, gatherUnread, type Unread } from './filter.ts';
import { type Region, wordSet } from './region.ts';

/** Where there are several lists of one address family, each rule says in the dimension `list` which it belongs to: an interface has one of them. */
export function readCisco(text: string): Filter {
  const parsed = parseCisco(text);
  const unread: Unread[] = [...parsed.unread];
  const lists = [...parsed.lists.values()];
  const several = families.some((family) => new Set(lists.filter((list) => (list.family ?? family) === family).map(nameOf)).size > 1);
  const rules = lists.flatMap((list) => rulesOf(list, parsed, unread).map((rule) => (several ? tagged(rule, nameOf(list)) : rule)));
  return { rules, unread };
}

/** A list and its twin for IPv6 are one. */
function nameOf({ name, family }: CiscoList): string {
  return family === 6 ? name.replace(/^ipv6-/, '') : name;
}

function tagged(rule: FilterRule, name: string): FilterRule {
  return { ...rule, region: { ...rule.region, list: wordSet([name]) } };
}

function rulesOf(list: CiscoList, text: CiscoText, unread: Unread[]): readonly FilterRule[] {
  const found = list.entries.flatMap((entry): readonly FilterRule[] => {
    const place = { line: entry.line, text: entry.text };
    const region = gatherUnread(unread, place, () => regionOfEntry(entry, list, text));
    return region === undefined ? [] : [{ region, decision: entry.permit ? 'allow' : 'deny', where: place }];
  });
  const set = list.family === undefined ? anyAddress : inFamily(anyAddress, list.family);
  const rest: Region = { source: set, destination: set };
  return [...found, { region: rest, decision: 'deny' }];
}
