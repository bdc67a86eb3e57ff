/**
 * Policies to VPC firewall rules of Google Cloud: one file `firewall-rules.json`, a list as `gcloud compute firewall-rules` takes it.
 *
 * - Each rule is there for INGRESS and for EGRESS with the same ranges of sources and destinations, so that it holds at whichever end
 *   lies in the network.
 * - Denies stand at priority 1000, allows at 2000, claims at 3000: rules of one priority do the same, so that their order is no matter.
 * - A rule is of one address family. What no rule speaks of is left to the network's other rules and to the implied ones.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { families, type Family, inFamily, printCidrs } from '../../addresses.ts';
import type { Policy, RuleEffect } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import { entriesOf, type Entry, type Language } from '../cloud/entries.ts';
import { inexactCandidates, planLosses } from '../cloud/plan-losses.ts';
import { protocolParts, rangeText, sayable } from '../cloud/services.ts';
import { followers, keepsState } from '../cloud/sessions.ts';
import type { Compilation } from '../target.ts';

const language: Language = {
  ...keepsState,
  sourcePorts: false,
  services: sayable({ parts: [6, 17, 132] }),
  lacks: 'it looks into TCP, UDP and SCTP alone: of other protocols it says all or nothing',
};

export function compileGcp(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const counts = new Map<string, number>();
  const rules = entries.flatMap((entry) => {
    const index = counts.get(entry.id) ?? 0;
    counts.set(entry.id, index + 1);
    return families.flatMap((family) => directions.flatMap((direction) => printRule(entry, { family, direction, index })));
  });
  const given = { policies, inventory };
  return {
    artifact: artifactOf('gcp-firewall', { 'firewall-rules.json': `${JSON.stringify(rules, null, 2)}\n` }),
    losses: inexact.length === 0 ? [] : planLosses('gcp-firewall', given, [followers, ...entries], inexactCandidates(given, inexact)),
  };
}

const directions = ['INGRESS', 'EGRESS'] as const;

const priority: Readonly<Record<RuleEffect, number>> = { deny: 1_000, allow: 2_000, claim: 3_000 };

type Place = { readonly family: Family; readonly direction: (typeof directions)[number]; readonly index: number };

function printRule({ id, effect, decision, box }: Entry, { family, direction, index }: Place): readonly object[] {
  const [source, destination] = [inFamily(box.source, family), inFamily(box.destination, family)];
  if (source.length === 0 || destination.length === 0) return [];
  const parts = protocolParts(box.service);
  const protocols =
    parts === 'any'
      ? [{ IPProtocol: 'all' }]
      : parts.map(({ protocol, runs }) => ({
          IPProtocol: protocolWord(protocol),
          ...(runs === undefined ? {} : { ports: runs.map(rangeText) }),
        }));
  return [
    {
      name: nameOf(id, `${family === 4 ? 'v4' : 'v6'}-${direction === 'INGRESS' ? 'in' : 'out'}${index === 0 ? '' : `-${index}`}`),
      description: id,
      direction,
      priority: priority[effect],
      sourceRanges: printCidrs(source),
      destinationRanges: printCidrs(destination),
      [decision === 'allow' ? 'allowed' : 'denied']: protocols,
    },
  ];
}

const words: { readonly [protocol: number]: string } = { 1: 'icmp', 6: 'tcp', 17: 'udp', 50: 'esp', 51: 'ah', 132: 'sctp' };

function protocolWord(protocol: number): string {
  return words[protocol] ?? `${protocol}`;
}

/** At most 63 letters, digits and hyphens (Compute Engine API, `firewalls.name`, RFC 1035): the rule's name for people, and a digest that tells it apart. */
function nameOf(id: string, suffix: string): string {
  const [, rule = ''] = id.split('/');
  const digest = digestOfText(id).slice('sha256:'.length, 'sha256:'.length + 8);
  return `edict-${rule.slice(0, 30)}-${digest}-${suffix}`;
}
