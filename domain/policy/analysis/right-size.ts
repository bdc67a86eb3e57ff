/**
 * Grants against what was really used: how many recorded flows each allow let pass, grants that nothing used, and what would be left of
 * a grant that was used in part. A proposal, with its support and a replay: whether the record is long enough is for a person to say.
 */
import type { Inventory } from '../../context/inventory.ts';
import { decide, type Decider, prepare } from '../decide.ts';
import { element } from '../element.ts';
import type { NetworkRule, Policy } from '../model.ts';
import { type WhatIf, whatIfOn } from '../replay/what-if.ts';
import { type Flows, requestOf } from '../replay/flows.ts';

export type Usage = {
  /** `policy/rule` of an allow. */
  readonly rule: string;
  /** Its service, as written. */
  readonly allows: string;
  /** Flows that it let pass, alone or with others. */
  readonly flows: number;
  /** Distinct triples of them. */
  readonly triples: number;
  /** Services that were used, where they are fewer than the rule allows, and all fit in `mostServices`. */
  readonly narrower?: string | undefined;
};

export type RightSizing = {
  /** Flows that were looked at. */
  readonly support: number;
  readonly usage: readonly Usage[];
  readonly neverUsed: readonly string[];
  /** Without what was never used, and narrowed where `narrower` says so. */
  readonly proposal: readonly Policy[];
  /** The proposal on the same flows: what it would cut off after all, at other times than were looked at. */
  readonly replay: WhatIf;
};

const mostServices = 8;

/** Throws what `prepare` throws. */
export function rightSize(policies: readonly Policy[], inventory: Inventory, flows: Flows): RightSizing {
  const decider = prepare(policies, inventory);
  const usage = usageOf(policies, decider, flows);
  const proposal = proposed(policies, new Map(usage.map((one) => [one.rule, one])));
  return {
    support: flows.count - flows.unreadable,
    usage,
    neverUsed: usage.filter((one) => one.flows === 0).map(({ rule }) => rule),
    proposal,
    replay: whatIfOn(flows, decider, prepare(proposal, inventory), inventory),
  };
}

type Used = { flows: number; triples: number; readonly services: Set<string> };

/** Of each allow, in the order of the policies. */
export function usageOf(policies: readonly Policy[], decider: Decider, flows: Flows): readonly Usage[] {
  const used = new Map<string, Used>();
  for (let triple = 0; triple < flows.triples.count.length; triple += 1) {
    const request = requestOf(element(flows.records, element(flows.triples.first, triple)));
    const { decision, determining } = decide(decider, request);
    if (decision !== 'allow') continue;
    for (const rule of determining) {
      const held = used.get(rule) ?? { flows: 0, triples: 0, services: new Set() };
      held.flows += element(flows.triples.count, triple);
      held.triples += 1;
      if (held.services.size <= mostServices) held.services.add(serviceOf(request));
      used.set(rule, held);
    }
  }
  return grants(policies).map(({ id, rule }): Usage => {
    const { flows: count = 0, triples = 0, services = new Set<string>() } = used.get(id) ?? {};
    const narrower = narrowerOf(rule, services);
    return { rule: id, allows: rule.match.service, flows: count, triples, ...(narrower === undefined ? {} : { narrower }) };
  });
}

function serviceOf({ protocol, port }: { readonly protocol: string; readonly port: number }): string {
  return protocol === 'tcp' || protocol === 'udp' ? `${protocol}/${port}` : protocol;
}

function grants(policies: readonly Policy[]): readonly { readonly id: string; readonly rule: NetworkRule }[] {
  return policies.flatMap(({ policy, rules }) =>
    rules.flatMap((rule) => (rule.kind === 'network' && rule.effect === 'allow' ? [{ id: `${policy}/${rule.id}`, rule }] : [])),
  );
}

/** A service that is one port already cannot be narrowed; `other` is none that a rule can name. */
function narrowerOf({ match }: NetworkRule, services: ReadonlySet<string>): string | undefined {
  if (services.size === 0 || services.size > mostServices || services.has('other')) return undefined;
  if (/^[a-z]+\/[0-9]+$/.test(match.service)) return undefined;
  const text = [...services].toSorted().join(',');
  return text === match.service ? undefined : text;
}

/** A rule that is never used goes only where it is an allow: a claim and a deny are no grants. */
function proposed(policies: readonly Policy[], usage: ReadonlyMap<string, Usage>): readonly Policy[] {
  return policies.map((policy) => ({
    ...policy,
    rules: policy.rules.flatMap((rule) => {
      const used = usage.get(`${policy.policy}/${rule.id}`);
      if (rule.kind !== 'network' || used === undefined) return [rule];
      if (used.flows === 0) return [];
      return [used.narrower === undefined ? rule : { ...rule, match: { ...rule.match, service: used.narrower } }];
    }),
  }));
}
