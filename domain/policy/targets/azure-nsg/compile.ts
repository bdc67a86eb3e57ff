/**
 * Policies to an Azure network security group: one file `network-security-group.json`, an ARM template with one resource.
 *
 * - Each rule is there inbound and outbound with the same prefixes, so that it holds at whichever end the group is attached.
 * - Priorities are unique in a direction, 100–4096. Denies have 100–1399, allows 1400–2699, claims 2700–4096. Within a band order means
 *   nothing: a rule's place is drawn from a digest of its name, so that other rules keep theirs when one comes or goes.
 * - A rule is of one protocol and one address family. What no rule speaks of is left to the default rules (65000–65500).
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import { element } from '../../element.ts';
import { anyAddress, families, inFamily, printCidrs } from '../../addresses.ts';
import { type IntervalSet, intersect, isEqual, isSubset } from '../../intervals.ts';
import type { Policy, RuleEffect } from '../../model.ts';
import { noSourcePort } from '../../request/flow.ts';
import { hasPorts } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { entriesOf, type Entry, type Language } from '../cloud/entries.ts';
import { inexactCandidates, planLosses } from '../cloud/plan-losses.ts';
import { protocolParts, rangeText, sayable } from '../cloud/services.ts';
import { followers, keepsState } from '../cloud/sessions.ts';
import type { Budget, Compilation } from '../target.ts';

const protocolWords: { readonly length: number; readonly [protocol: number]: string } = {
  length: 256,
  1: 'Icmp',
  6: 'Tcp',
  17: 'Udp',
  50: 'Esp',
  51: 'Ah',
};

const language: Language = {
  ...keepsState,
  sourcePorts: true,
  services: sayable({ parts: [6, 17], wholes: [1, 6, 17, 50, 51] }),
  lacks: 'it knows TCP, UDP, ICMP (IPv4), ESP and AH alone, and ports of TCP and UDP: any other protocol is part of everything only',
};

/** Of a group, and of the prefixes and ports of one rule together (Azure subscription and service limits, "Networking limits"). */
export const nsgBudget = { rules: 1_000, entries: 4_000 } satisfies Budget;

export function compileNsg(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const byName = new Map(entries.flatMap(rulesOf).map((rule) => [rule.name, rule]));
  const rules = placed([...byName.values()]);
  const securityRules = (['Inbound', 'Outbound'] as const).flatMap((direction) => rules.map((rule) => printRule(rule, direction)));
  if (securityRules.length > nsgBudget.rules)
    throw new EdictError('policy-invalid', `${securityRules.length} rules for one network security group`, {
      expected: `at most ${nsgBudget.rules}`,
      help: 'split the policy by zone',
    });
  const given = { policies, inventory };
  return {
    artifact: artifactOf('azure-nsg', { 'network-security-group.json': `${JSON.stringify(template(securityRules), null, 2)}\n` }),
    losses: inexact.length === 0 ? [] : planLosses('azure-nsg', given, [followers, ...entries], inexactCandidates(given, inexact)),
  };
}

function template(securityRules: readonly object[]): object {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2023-09-01',
        name: 'edict-policy',
        location: '[resourceGroup().location]',
        properties: { securityRules },
      },
    ],
  };
}

type NsgRule = {
  readonly name: string;
  readonly id: string;
  readonly effect: RuleEffect;
  readonly decision: 'allow' | 'deny';
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly sourcePorts: readonly string[];
  readonly ports: readonly string[];
};

const allPorts: IntervalSet = [{ low: 0n, high: BigInt(noSourcePort - 1) }];

function rulesOf({ id, effect, decision, box }: Entry): readonly NsgRule[] {
  const parts = protocolParts(box.service);
  const isPlain = isSubset(allPorts, box.sourcePort);
  const words =
    parts === 'any'
      ? [{ protocol: '*', ports: ['*'] }]
      : parts.map(({ protocol, runs }) => ({ protocol: wordOf(protocol), ports: runs?.map(rangeText) ?? ['*'] }));
  // A part of the source ports is asked of TCP and UDP alone: what has none is not matched by it.
  const asked = isPlain
    ? words
    : withPorts(parts === 'any' ? [6, 17] : parts.filter((each) => hasPorts(each.protocol)).map((each) => each.protocol), words);
  const sourcePorts = isPlain
    ? ['*']
    : intersect(box.sourcePort, allPorts).map(({ low, high }) => rangeText({ low: Number(low), high: Number(high) }));
  return sidesOf(box.source, box.destination).flatMap(({ family, sources, destinations }) =>
    asked.map(({ protocol, ports }) => {
      const rest = { id, effect, decision, protocol, sources, destinations, sourcePorts, ports };
      return { name: nameOf(rest, family), ...rest };
    }),
  );
}

function wordOf(protocol: number): string {
  return element(protocolWords, protocol);
}

function withPorts(protocols: readonly number[], words: readonly { readonly protocol: string; readonly ports: readonly string[] }[]) {
  return protocols.map((protocol) => {
    const word = wordOf(protocol);
    return words.find((each) => each.protocol === word) ?? { protocol: word, ports: ['*'] };
  });
}

/** One for each family, or one for both where no address is asked for. */
function sidesOf(source: IntervalSet, destination: IntervalSet) {
  if (isEqual(source, anyAddress) && isEqual(destination, anyAddress)) return [{ family: 'any', sources: ['*'], destinations: ['*'] }];
  return families.flatMap((family) => {
    const [sources, destinations] = [printCidrs(inFamily(source, family)), printCidrs(inFamily(destination, family))];
    return sources.length === 0 || destinations.length === 0 ? [] : [{ family: `v${family}`, sources, destinations }];
  });
}

/** The rule's own name for people, and a digest of what it is about. At most 80 characters ("Naming rules and restrictions for Azure resources"). */
function nameOf(rule: Omit<NsgRule, 'name'>, family: string): string {
  const [, name = ''] = rule.id.split('/');
  const { id, protocol, sources, destinations, sourcePorts, ports } = rule;
  const digest = digestOfText(JSON.stringify([id, protocol, sources, destinations, sourcePorts, ports])).slice('sha256:'.length);
  const word = protocol === '*' ? 'all' : protocol.toLowerCase();
  return `edict-${name.slice(0, 40)}-${family}-${word}-${digest.slice(0, 8)}`;
}

const bands: Readonly<Record<RuleEffect, { readonly first: number; readonly size: number }>> = {
  deny: { first: 100, size: 1_300 },
  allow: { first: 1_400, size: 1_300 },
  claim: { first: 2_700, size: 1_397 },
};

type Placed = NsgRule & { readonly priority: number };

function placed(rules: readonly NsgRule[]): readonly Placed[] {
  const taken = new Set<number>();
  return rules
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((rule) => {
      const { first, size } = bands[rule.effect];
      let slot = Number.parseInt(digestOfText(rule.name).slice('sha256:'.length, 'sha256:'.length + 8), 16) % size;
      while (taken.has(first + slot) && taken.size < size * 3) slot = (slot + 1) % size;
      taken.add(first + slot);
      return { ...rule, priority: first + slot };
    })
    .toSorted((a, b) => a.priority - b.priority);
}

function printRule(rule: Placed, direction: 'Inbound' | 'Outbound'): object {
  return {
    name: `${rule.name}-${direction === 'Inbound' ? 'in' : 'out'}`,
    properties: {
      description: rule.id,
      priority: rule.priority,
      direction,
      access: rule.decision === 'allow' ? 'Allow' : 'Deny',
      protocol: rule.protocol,
      ...prefixes('source', rule.sources),
      sourcePortRanges: rule.sourcePorts,
      ...prefixes('destination', rule.destinations),
      destinationPortRanges: rule.ports,
    },
  };
}

/** `*` is a word of the singular alone. */
function prefixes(side: 'source' | 'destination', texts: readonly string[]): object {
  return texts[0] === '*' ? { [`${side}AddressPrefix`]: '*' } : { [`${side}AddressPrefixes`]: texts };
}
