/**
 * Policies to access control lists of RFC 8519 (`ietf-access-control-list`), as JSON of RFC 7951: one list for IPv4 and one for IPv6. Each
 * is one resource of RESTCONF (RFC 8040): `PUT …/ietf-access-control-list:acls/acl=edict-ipv4`. Where they are attached is the device's own.
 *
 * - Entries stand by weight: deny, allow, claim; the first that matches decides. An entry holds one network a side and one range of ports, so that
 *   sets become as many entries as they have pairs.
 * - What no rule speaks of is accepted by a last entry, for the RFC does not say what becomes of a packet that no entry matches.
 * - An entry's name is its rule's and a number within the rule: at most 64 characters.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Inventory } from '../../../context/inventory.ts';
import { families, type Family, familyLine, printCidrs } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import { statelessLines, type StatelessLine } from '../stateless/lines.ts';
import { statelessLosses } from '../stateless/losses.ts';
import { entriesOf, type Entry, type Range, type Words } from '../stateless/services.ts';
import type { Compilation } from '../target.ts';

/** TCP and UDP: the module has no fields for the ports of others. */
const words: Words = { ports: [6, 17], icmp: { 4: 1, 6: 58 } };

export function compileRfc8519(policies: readonly Policy[], inventory: Inventory): Compilation {
  const said = statelessLines(policies, inventory, words);
  const acl = families.map((family) =>
    listOf(
      said.lines.filter((line) => line.family === family),
      family,
    ),
  );
  const text = `${JSON.stringify({ 'ietf-access-control-list:acls': { acl } }, null, 1)}\n`;
  return { artifact: artifactOf('rfc8519', { 'acls.json': text }), losses: statelessLosses('rfc8519', policies, inventory, said) };
}

function listOf(lines: readonly StatelessLine[], family: Family): unknown {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const entries = lines.flatMap((line) =>
    matchesOf(line, family).flatMap((matches) => {
      const key = JSON.stringify([line.effect, matches]);
      if (taken.has(key)) return [];
      taken.add(key);
      const count = (counts.get(line.id) ?? 0) + 1;
      counts.set(line.id, count);
      return [{ name: `${nameOf(line.id)}.${count}`, matches, actions: { forwarding: forwardingOf[line.decision] } }];
    }),
  );
  const rest = { name: 'edict-rest', actions: { forwarding: forwardingOf.allow } };
  return { name: `edict-ipv${family}`, type: `ietf-access-control-list:ipv${family}-acl-type`, aces: { ace: [...entries, rest] } };
}

const forwardingOf: Readonly<Record<StatelessLine['decision'], string>> = {
  allow: 'ietf-access-control-list:accept',
  deny: 'ietf-access-control-list:reject',
};

/** An entry's name has at most 64 characters (RFC 8519, `ace/name`); a number is behind this part of it. */
const longestName = 56;

/** Two ids of 64 do not fit into a name, with a number behind them. */
function nameOf(id: string): string {
  const name = id.replace('/', '.');
  return name.length <= longestName ? name : `${name.slice(0, longestName - 13)}.${bytesToHex(sha256(utf8ToBytes(id)).subarray(0, 6))}`;
}

type Matches = { readonly [header: string]: { readonly [field: string]: unknown } };

function matchesOf({ box }: StatelessLine, family: Family): readonly Matches[] {
  const sources = networksOf(box.source, family, 'source');
  const destinations = networksOf(box.destination, family, 'destination');
  return entriesOf(box).flatMap((entry) =>
    sources.flatMap((source) =>
      destinations.map((destination) => {
        const header = { ...(entry.protocol === undefined ? {} : { protocol: entry.protocol }), ...destination, ...source };
        return { ...(Object.keys(header).length === 0 ? {} : { [`ipv${family}`]: header }), ...transportOf(entry) };
      }),
    ),
  );
}

function networksOf(set: IntervalSet, family: Family, side: string): readonly { readonly [field: string]: string }[] {
  const [first, ...more] = set;
  if (more.length === 0 && first?.low === familyLine[family].low && first.high === familyLine[family].high) return [{}];
  return printCidrs(set).map((cidr) => ({ [`${side}-ipv${family}-network`]: cidr }));
}

function transportOf({ protocol, ports, sourcePorts, icmp }: Entry): Matches {
  if (icmp !== undefined) return { icmp: { type: icmp.type, ...(icmp.code === undefined ? {} : { code: icmp.code }) } };
  if (ports === undefined && sourcePorts === undefined) return {};
  return { [protocol === 6 ? 'tcp' : 'udp']: { ...portsOf('source-port', sourcePorts), ...portsOf('destination-port', ports) } };
}

function portsOf(field: string, range: Range | undefined): { readonly [field: string]: unknown } {
  if (range === undefined) return {};
  const { low, high } = range;
  return { [field]: low === high ? { operator: 'eq', port: low } : { 'lower-port': low, 'upper-port': high } };
}
