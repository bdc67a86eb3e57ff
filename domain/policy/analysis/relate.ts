/** How two policies or artifacts relate over all requests: who allows more, with a request for each direction in which they differ. */
import type { Inventory } from '../../context/inventory.ts';
import { type Path, walkDifferences } from '../compare.ts';
import { element } from '../element.ts';
import type { Decision, NetworkRequest } from '../model.ts';
import { printRequest, requestMaker } from '../request-text.ts';
import { type FamilySizes, familySizes, measureOf } from './size.ts';
import { type Side, together } from './side.ts';

export type Relation = 'equivalent' | 'first-more' | 'second-more' | 'incomparable';

/** What to make of requests that a side does not speak of: neither allowed nor denied, or one of the two. */
export type Unspoken = 'apart' | 'deny' | 'allow';

export type ShownDifference = {
  readonly request: NetworkRequest;
  readonly first: Decision;
  readonly second: Decision;
  readonly text: string;
};

export type Related = {
  readonly relation: Relation;
  /** A request that the first lets pass further than the second: `allow` against anything, or not spoken of against `deny`. */
  readonly first?: ShownDifference | undefined;
  readonly second?: ShownDifference | undefined;
  /** What each allows. */
  readonly allows: { readonly first: FamilySizes; readonly second: FamilySizes };
};

const permits: Readonly<Record<Unspoken, Readonly<Record<Decision, number>>>> = {
  apart: { deny: 0, 'not-applicable': 1, allow: 2 },
  deny: { deny: 0, 'not-applicable': 0, allow: 2 },
  allow: { deny: 0, 'not-applicable': 2, allow: 2 },
};

/** Throws `policy-timezones-mixed`. */
export function relate(first: Side, second: Side, inventory: Inventory, unspoken: Unspoken = 'apart'): Related {
  const { store, roots, timezone } = together([first, second]);
  const [mine, theirs] = [element(roots, 0), element(roots, 1)];
  const make = requestMaker(store.space, inventory, timezone);
  const found: { first?: ShownDifference; second?: ShownDifference } = {};
  walkDifferences(store, [mine, theirs], (terminals, path) => {
    const [one, other] = terminals as readonly Decision[];
    if (one === undefined || other === undefined) return false;
    const more = permits[unspoken][one] - permits[unspoken][other];
    if (more === 0) return false;
    found[more > 0 ? 'first' : 'second'] ??= show(path, one, other);
    return found.first !== undefined && found.second !== undefined;
  });
  const { ofDiagram } = measureOf(store);
  const allows = (side: typeof mine) => familySizes(ofDiagram(side, (terminal) => store.terminals[terminal] === 'allow'));
  return { relation: relationOf(found), ...found, allows: { first: allows(mine), second: allows(theirs) } };

  function show(path: Path, one: Decision, other: Decision): ShownDifference {
    const request = make(path);
    return {
      request,
      first: one,
      second: other,
      text: `${printRequest(request, inventory)}: ${first.name} says ${one}, ${second.name} says ${other}`,
    };
  }
}

function relationOf({ first, second }: { readonly first?: unknown; readonly second?: unknown }): Relation {
  if (first === undefined) return second === undefined ? 'equivalent' : 'second-more';
  return second === undefined ? 'first-more' : 'incomparable';
}
