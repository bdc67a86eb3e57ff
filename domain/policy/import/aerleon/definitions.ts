/** aerleon's definitions: named networks and services, each a list of values and of other names (`NAME = 10.0.0.0/8 OTHER # note`). */
import { inFamily, parseAddress } from '../../addresses.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { unreadable } from '../filter.ts';
import { networkIn } from '../networks.ts';

export type AerleonDefinitions = {
  readonly networks: ReadonlyMap<string, readonly string[]>;
  readonly services: ReadonlyMap<string, readonly string[]>;
};

/** Lines as they stand in `.net` and `.svc` files; a line without `=` goes on with the name before. */
export function parseDefinitions(networks: readonly string[], services: readonly string[]): AerleonDefinitions {
  return { networks: readNames(networks), services: readNames(services) };
}

function readNames(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  let current: string | undefined;
  for (const line of lines.flatMap((each) => each.split('\n'))) {
    const text = line.replace(/#.*$/, '').trim();
    if (text === '') continue;
    const [, name, rest] = /^([^\s=]+)\s*=\s*(.*)$/.exec(text) ?? [];
    current = name ?? current;
    if (current === undefined) throw unreadable(`\`${line}\` is not a definition`, '`NAME = values`');
    names.set(current, [
      ...(name === undefined ? (names.get(current) ?? []) : []),
      ...(rest ?? text).split(/\s+/).filter((word) => word !== ''),
    ]);
  }
  return names;
}

/** A name that nothing defines: what cites it cannot be read. */
export class UndefinedName extends Error {}

export function networkOf(name: string, { networks }: AerleonDefinitions, path: readonly string[] = []): IntervalSet {
  if (path.includes(name)) throw unreadable(`\`${name}\` is defined by itself`);
  const values = networks.get(name);
  if (values === undefined) return isAddress(name) ? networkIn(name) : undefinedName(name);
  return union(
    ...values.map((value) =>
      isAddress(value) && !networks.has(value) ? networkIn(value) : networkOf(value, { networks, services: new Map() }, [...path, name]),
    ),
  );
}

function isAddress(text: string): boolean {
  return parseAddress(text.split('/')[0] ?? '') !== undefined;
}

function undefinedName(name: string): never {
  throw new UndefinedName(`\`${name}\` is not defined`);
}

export type PortRange = { readonly low: number; readonly high: number };

/** The ports that a service's name stands for, of those protocols. */
export function portsOf(
  name: string,
  protocols: readonly string[],
  definitions: AerleonDefinitions,
  path: readonly string[] = [],
): readonly PortRange[] {
  if (path.includes(name)) throw unreadable(`\`${name}\` is defined by itself`);
  const own = parsePort(name);
  if (own !== undefined) return own.protocol === undefined || protocols.includes(own.protocol) ? [own] : [];
  const values = definitions.services.get(name);
  if (values === undefined) return undefinedName(name);
  return values.flatMap((value) => portsOf(value, protocols, definitions, [...path, name]));
}

function parsePort(text: string): (PortRange & { readonly protocol: string | undefined }) | undefined {
  const [, low, high = low, protocol] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/([A-Za-z0-9-]+))?$/.exec(text) ?? [];
  if (low === undefined) return undefined;
  return { low: Number(low), high: Number(high), protocol };
}

export function ofFamilies(set: IntervalSet, families: readonly (4 | 6)[]): IntervalSet {
  return union(...families.map((family) => inFamily(set, family)));
}
