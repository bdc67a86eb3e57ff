/** The part of a rulebase that a device has words for, and what is left out of which rule. */
import type { Box } from '../../boxes.ts';
import { type IntervalSet, isSubset, subtract, union } from '../../intervals.ts';
import { anySourcePort } from '../../request/flow.ts';
import { anyService, serviceSet } from '../../service-selector.ts';
import type { AddressSelector } from '../../model.ts';
import { type Line, type Omission, omissionOf, type Rulebase } from './lines.ts';
import { mostListed } from './names.ts';
import { selectorOf, serviceEntries, type ServiceEntry } from './services.ts';

export type SayableLine = Line & {
  /** Those that the line is about; where it is negated, all but those. */
  readonly services: 'any' | readonly ServiceEntry[];
  readonly isNegated: boolean;
};

export type Words = {
  /** Why the device has no word for a service; `undefined` where it has one. */
  readonly missing: (entry: ServiceEntry) => string | undefined;
  /** The device can say "all but these services". */
  readonly canNegate: boolean;
  /** The part of a set of addresses that the device can tell from others, and where the rest lies; absent: all of any set. */
  readonly tellable?: { readonly part: (set: IntervalSet) => IntervalSet; readonly rest: AddressSelector; readonly reason: string };
};

export type Sayable = {
  readonly lines: readonly SayableLine[];
  readonly omissions: readonly Omission[];
};

export function sayableOf({ lines, omissions: before }: Rulebase, words: Words): Sayable {
  const omissions = [...before];
  const entriesOf = entryReader();
  const told = tellableLines(lines, words, omissions);
  const said = told.flatMap((line): readonly SayableLine[] => {
    const entries = entriesOf(line.box);
    if (entries === 'any') return [{ ...line, services: 'any', isNegated: false }];
    const others = words.canNegate && entries.length > mostListed ? otherEntries(line) : [];
    if (others.length > 0 && others.length < entries.length && others.every((entry) => words.missing(entry) === undefined))
      return [{ ...line, services: others, isNegated: true }];
    const services = entries.filter((entry) => words.missing(entry) === undefined);
    if (services.length === entries.length) return [{ ...line, services, isNegated: false }];
    omissions.push(...missingOf(line, entries, words));
    return services.length === 0 ? [] : [{ ...line, services, isNegated: false, box: narrowed(line.box, services) }];
  });
  return { lines: said, omissions };
}

/** What the line asks for and the device has no word for, by why it has none. */
function missingOf(line: Line, entries: readonly ServiceEntry[], { missing }: Words): readonly Omission[] {
  const byReason = new Map<string, string[]>();
  for (const entry of entries) {
    const reason = missing(entry);
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), selectorOf(entry)]);
  }
  return [...byReason].map(([reason, services]) => ({ ...omissionOf(line, reason), covers: { service: services.join(',') } }));
}

/** Adds to the omissions what the device would not tell from other addresses. */
function tellableLines(lines: readonly Line[], { tellable }: Words, omissions: Omission[]): readonly Line[] {
  if (tellable === undefined) return lines;
  const known = new Map<IntervalSet, IntervalSet>();
  const partOf = (set: IntervalSet): IntervalSet => {
    const held = known.get(set) ?? tellable.part(set);
    known.set(set, held);
    return held;
  };
  return lines.flatMap((line) => {
    const [from, to] = [partOf(line.from.set), partOf(line.to.set)];
    if (from === line.from.set && to === line.to.set) return [line];
    if (from !== line.from.set) omissions.push({ ...omissionOf(line, tellable.reason), covers: { from: tellable.rest } });
    if (to !== line.to.set) omissions.push({ ...omissionOf(line, tellable.reason), covers: { to: tellable.rest } });
    if (from.length === 0 || to.length === 0) return [];
    const box = { ...line.box, source: from, destination: to };
    return [{ ...line, from: { ...line.from, set: from }, to: { ...line.to, set: to }, box }];
  });
}

type Entries = ReturnType<typeof serviceEntries>;

/** The same sets give the same entries: rules have few services, and there are many rules. */
function entryReader(): (box: Box) => Entries {
  const known = new Map<IntervalSet, Map<IntervalSet, Entries>>();
  return ({ service, sourcePort }) => {
    const bySource = known.get(service) ?? new Map<IntervalSet, Entries>();
    known.set(service, bySource);
    const held = bySource.get(sourcePort) ?? serviceEntries(service, sourcePort);
    bySource.set(sourcePort, held);
    return held;
  };
}

/** What the line is not about, where it asks for no source port. */
function otherEntries({ box }: Line): readonly ServiceEntry[] {
  if (!isSubset(anySourcePort, box.sourcePort)) return [];
  const entries = serviceEntries(subtract(anyService, box.service), anySourcePort);
  return entries === 'any' ? [] : entries;
}

function narrowed(box: Box, entries: readonly ServiceEntry[]): Box {
  return { ...box, service: union(...entries.map(setOf)) };
}

function setOf({ protocol, ports, icmp }: ServiceEntry): IntervalSet {
  if (ports !== undefined) return serviceSet({ protocol, ...ports });
  if (icmp === undefined) return serviceSet({ protocol, low: 0, high: 65_535 });
  const low = icmp.type * 256;
  return serviceSet({ protocol, low: low + (icmp.code ?? 0), high: low + (icmp.code ?? 255) });
}
