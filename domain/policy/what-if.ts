/** What a change of policy would have done to connections that were really seen. */
import type { Connection } from '../context/event.ts';
import type { Inventory } from '../context/inventory.ts';
import { decide, prepare } from './decide.ts';
import type { Decision, NetworkRequest, Policy } from './model.ts';
import { printRequest } from './request-text.ts';

export type WhatIfChange = {
  /** Of the first such connection. */
  readonly request: NetworkRequest;
  readonly before: Decision;
  readonly after: Decision;
  /** The rules that decide it then. */
  readonly determining: readonly string[];
  /** Connections between these hosts to this service. */
  readonly count: number;
  readonly text: string;
};

export type WhatIfSide = {
  readonly connections: number;
  /** Sources of those connections, by asset name where there is one, sorted. */
  readonly hosts: readonly string[];
  /** By pair of hosts and service, the most frequent first; at most 20. */
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
  const [then, now] = [prepare(before, inventory), prepare(after, inventory)];
  const sides = { block: new Map<string, WhatIfChange>(), allow: new Map<string, WhatIfChange>() };
  let unreadable = 0;
  for (const connection of connections) {
    const request = requestOf(connection);
    const [old, fresh] = [decide(then, request), decide(now, request)];
    if (fresh.erring.some(({ rule }) => rule === 'request')) unreadable += 1;
    else if ((old.decision === 'deny') !== (fresh.decision === 'deny')) {
      const change = {
        request,
        before: old.decision,
        after: fresh.decision,
        determining: (fresh.decision === 'deny' ? fresh : old).determining,
        count: 1,
        text: printRequest(request, inventory),
      };
      count(fresh.decision === 'deny' ? sides.block : sides.allow, change);
    }
  }
  const side = (changes: ReadonlyMap<string, WhatIfChange>) => sideOf([...changes.values()], inventory);
  return { connections: connections.length, unreadable, wouldBlock: side(sides.block), wouldAllow: side(sides.allow) };
}

function requestOf({ from, to, protocol, port, at }: Connection): NetworkRequest {
  return { kind: 'network', from, to, protocol, port, at };
}

function count(changes: Map<string, WhatIfChange>, change: WhatIfChange): void {
  const { from, to, protocol, port } = change.request;
  const key = `${from} ${to} ${protocol}/${port}`;
  const held = changes.get(key);
  changes.set(key, held === undefined ? change : { ...held, count: held.count + 1 });
}

function sideOf(changes: readonly WhatIfChange[], { assets }: Inventory): WhatIfSide {
  const names = new Map(assets.flatMap(({ name, addresses }) => addresses.map((address) => [address, name] as const)));
  return {
    connections: changes.reduce((sum, change) => sum + change.count, 0),
    hosts: [...new Set(changes.map(({ request }) => names.get(request.from) ?? request.from))].toSorted(),
    examples: changes.toSorted((a, b) => b.count - a.count).slice(0, mostExamples),
  };
}
