/**
 * What a change of policy would have done to requests that were really seen: who would be cut off, who let in, the most critical
 * assets first.
 */
import type { Connection } from '../../context/event.ts';
import type { Asset, Inventory } from '../../context/inventory.ts';
import { type Flows, loadFlows, requestOf } from './flows.ts';
import { type Changes, replay } from './flow-replay.ts';
import { parseAddress } from '../addresses.ts';
import { type Decider, prepare } from '../decide.ts';
import { element } from '../element.ts';
import { firstFew } from '../lists/first-few.ts';
import type { Decision, NetworkRequest, Policy } from '../model.ts';
import { printRequest } from '../request-text.ts';

export type WhatIfChange = {
  /** Of the first such connection. */
  readonly request: NetworkRequest;
  readonly before: Decision;
  readonly after: Decision;
  /** The rules that decide it then. */
  readonly determining: readonly string[];
  /** Connections between these hosts to this service. */
  readonly count: number;
  /** Of the more critical of the two ends; absent where the inventory knows neither. */
  readonly criticality?: Asset['criticality'] | undefined;
  readonly text: string;
};

export type WhatIfSide = {
  readonly connections: number;
  /** Sources of those connections, by asset name where there is one, sorted. */
  readonly hosts: readonly string[];
  /** By pair of hosts and service, the most critical first, of those the most frequent; at most 20. */
  readonly examples: readonly WhatIfChange[];
};

/** Plain JSON. */
export type WhatIf = {
  readonly connections: number;
  /** Connections of which no decision could be made: an address that is none. They count as blocked before and after. */
  readonly unreadable: number;
  readonly wouldBlock: WhatIfSide;
  readonly wouldAllow: WhatIfSide;
};

const mostExamples = 20;

/** `before` and `after`: all policies in force then. What no policy speaks of passes. */
export function whatIf(
  before: readonly Policy[],
  after: readonly Policy[],
  inventory: Inventory,
  connections: readonly Connection[],
): WhatIf {
  return whatIfOn(loadFlows(connections), prepare(before, inventory), prepare(after, inventory), inventory);
}

/** The same, on flows that are loaded and deciders that are prepared: for one candidate after the other. */
export function whatIfOn(flows: Flows, before: Decider, after: Decider, inventory: Inventory): WhatIf {
  const { unreadable, changes } = replay(flows, before, after);
  const side = sideTeller(flows, changes, inventory);
  return { connections: flows.count, unreadable, wouldBlock: side(1), wouldAllow: side(0) };
}

const criticalities: readonly Asset['criticality'][] = ['low', 'medium', 'high', 'critical'];

function sideTeller(flows: Flows, changes: Changes, inventory: Inventory): (blocks: 0 | 1) => WhatIfSide {
  const assets = new Map(inventory.assets.flatMap((asset) => asset.addresses.map((address) => [parseAddress(address), asset] as const)));
  const known = flows.addresses.map((value) => assets.get(value));
  const ranks = Uint8Array.from(known, (asset) => (asset === undefined ? 0 : criticalities.indexOf(asset.criticality) + 1));
  const { triples } = flows;
  const rankOf = (change: number) => {
    const triple = changes.triple[change] ?? 0;
    return Math.max(ranks[triples.from[triple] ?? 0] ?? 0, ranks[triples.to[triple] ?? 0] ?? 0);
  };
  const record = (change: number) => element(flows.records, element(triples.first, element(changes.triple, change)));
  const tell = (change: number): WhatIfChange => {
    const [before, after] = [changes.before(change), changes.after(change)];
    const request = requestOf(record(change));
    const criticality = criticalities[rankOf(change) - 1];
    return {
      request,
      before: before.decision,
      after: after.decision,
      determining: (after.decision === 'deny' ? after : before).determining,
      count: element(changes.count, change),
      ...(criticality === undefined ? {} : { criticality }),
      text: printRequest(request, inventory),
    };
  };
  return (blocks) => {
    const sources = new Map<number, number>();
    const best = firstFew<number>(mostExamples, (a, b) => rankOf(b) - rankOf(a) || element(changes.count, b) - element(changes.count, a));
    let connections = 0;
    for (let change = 0; change < changes.size; change += 1) {
      if (changes.blocks[change] !== blocks) continue;
      connections += changes.count[change] ?? 0;
      sources.set(triples.from[changes.triple[change] ?? 0] ?? 0, change);
      best.offer(change);
    }
    const hosts = [...sources].map(([address, change]) => known[address]?.name ?? record(change).from);
    return { connections, hosts: [...new Set(hosts)].toSorted(), examples: best.kept.map(tell) };
  };
}
